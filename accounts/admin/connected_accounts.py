"""The accounts: found by anything, told as a story, revoked with a reason, and changed in no other way."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.actions.ask_to_reconnect import why_not
from accounts.actions.check_account import check_account
from accounts.actions.search_accounts import search_accounts
from accounts.models import ConnectedAccount, Status
from accounts.pages.account_words import name_of, service_name, status_badge
from accounts.pages.reconnecting import ask
from accounts.pages.revoking import (
    AT_MOST,
    ReasonForm,
    Result,
    changed_since,
    previews_of,
    revoke_each,
    selected,
)
from accounts.pages.story import story_of
from flowra.admin.filters import ProjectFilter
from flowra.admin.pages import plain_id
from flowra.errors import InvalidInput, NotFound
from flowra.pages.moments import moment
from flowra.pages.names import cut_in_the_middle
from flowra.pages.staff import actor_of

from .filters import (
    AuthConfigFilter,
    CreatedFilter,
    DeletedFilter,
    LastUsedFilter,
    PersonFilter,
    StatusFilter,
    ToolkitFilter,
)
from .many_at_once import ManyAtOnce


@admin.register(ConnectedAccount)
class ConnectedAccountAdmin(ManyAtOnce):
    """Seen with the permission to view; revoked, asked to be connected again and exported with one each."""

    list_display = ("whose", "status_shown", "service", "person", "project", "made", "used")
    list_display_links = ("whose",)
    list_filter = (
        StatusFilter,
        DeletedFilter,
        ToolkitFilter,
        AuthConfigFilter,
        PersonFilter,
        ProjectFilter,
        CreatedFilter,
        LastUsedFilter,
    )
    search_fields = ("id", "external_user__name", "identity_email", "labels")
    search_help_text = (
        "A person, an e-mail, a telephone's number, a workspace, a service, an app, a label, an account's id, "
        "the reference that a page showed, or the link itself."
    )
    ordering = ("-created_at", "-id")
    actions = ("revoke_selected",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """All, the deleted as well; what is private is not even opened."""
        found: QuerySet[ConnectedAccount] = super().get_queryset(request)
        found = found.select_related("project", "auth_config", "external_user")
        return found.defer("profile", "connection_data", "project__logo", "auth_config__secrets")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By the words that were typed; no account is found twice."""
        return search_accounts(queryset, search_term) if search_term.strip() else queryset, False

    @admin.display(description="account", ordering="identity_email")
    def whose(self, account: ConnectedAccount) -> SafeString:
        """Its identity, a long one cut in the middle, and besides what the app calls it."""
        name = name_of(account)
        called = "" if account.label in (name, account.toolkit_slug) else account.label
        return format_html(
            "<span title='{}'>{}</span>{}",
            name,
            cut_in_the_middle(name),
            format_html(" <span class='second quiet'>{}</span>", cut_in_the_middle(called)) if called else "",
        )

    @admin.display(description="status", ordering="status")
    def status_shown(self, account: ConnectedAccount) -> SafeString:
        """A word, a colour, a shape."""
        return status_badge(account)

    @admin.display(description="service", ordering="toolkit_slug")
    def service(self, account: ConnectedAccount) -> str:
        """The service's name, where the catalogue has it."""
        return service_name(account.toolkit_slug)

    @admin.display(description="person", ordering="external_user__name")
    def person(self, account: ConnectedAccount) -> str:
        """The app's own name for its user."""
        return cut_in_the_middle(account.external_user.name)

    @admin.display(description="made", ordering="created_at")
    def made(self, account: ConnectedAccount) -> SafeString:
        """As people say it."""
        return moment(account.created_at)

    @admin.display(description="last used", ordering="last_used_at")
    def used(self, account: ConnectedAccount) -> SafeString:
        """As people say it."""
        return moment(account.last_used_at)

    def has_reconnect_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may ask people to connect again."""
        user = request.user
        return user.has_perm("accounts.reconnect_connectedaccount") and self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """The revocation's page, the check and the asking besides Django's own."""
        guard = self.admin_site.admin_view
        return [
            path("revoke/", guard(self.revoke_view), name="accounts_connectedaccount_revoke"),
            path("<str:object_id>/check/", guard(self.check_view), name="accounts_connectedaccount_check"),
            path("<str:object_id>/ask/", guard(self.ask_view), name="accounts_connectedaccount_ask"),
            *super().get_urls(),
        ]

    def ask_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST makes a fresh link and shows it: on this answer alone, which nobody keeps."""
        if not self.has_reconnect_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        account = self._account(request, object_id)
        asked = ask(account, actor_of(request))
        self.log_change(request, account, "Asked to connect again.")
        title = f"Send this to {account.external_user.name}"
        context = {"account": account, "asked": asked}
        answer = self.page(request, "accounts/connectedaccount/asked.html", title, context)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST asks the service whether the connection works, and says so on the account's page."""
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        checked = check_account(plain_id(object_id), actor_of(request))
        level = {"works": messages.SUCCESS, "refused": messages.ERROR}.get(checked.outcome, messages.WARNING)
        self.message_user(request, checked.words, level)
        return self._to(plain_id(object_id))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The account's story; nothing is changed here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        account = self._account(request, object_id)
        context = {
            "account": account,
            "story": story_of(account),
            "made": moment(account.created_at),
            "connected": moment(account.connected_at),
            "used": moment(account.last_used_at),
            "refreshed": moment(account.last_refreshed_at),
            "may_check": account.deleted_at is None
            and account.status == Status.ACTIVE
            and self.has_revoke_permission(request),
            "may_revoke": account.deleted_at is None and self.has_revoke_permission(request),
            "may_ask": self.has_reconnect_permission(request),
            "why_not": why_not(account),
        }
        return self.page(request, "accounts/connectedaccount/story.html", account.label, context)

    @admin.action(description="Revoke the selected connections", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse | None:
        """Shows what will happen; nothing happens before that page is confirmed. All pages of a long list are a run."""
        ids = [str(pk) for pk in queryset.values_list("pk", flat=True)[: AT_MOST + 1]]
        if len(ids) > AT_MOST and request.POST.get("select_across") == "1":
            return self.to_revoke_all(request)
        if len(ids) > AT_MOST:
            self.message_user(request, f"At most {AT_MOST} at a time. Narrow the list first.", messages.ERROR)
            return None
        return self._confirm(request, ids, ReasonForm())

    def revoke_view(self, request: HttpRequest) -> HttpResponse:
        """GET `?account=…` asks for the reason, POST revokes. Several accounts: `account` several times."""
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        sent = request.POST if request.method == "POST" else request.GET
        ids = list(dict.fromkeys(sent.getlist("account")))
        if len(ids) > AT_MOST:
            raise InvalidInput(f"At most {AT_MOST} accounts are revoked at a time.")
        if not ids:
            raise NotFound(
                "No account was chosen. If you were signed out meanwhile, nothing was revoked: choose them again."
            )
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if request.method != "POST" or not form.is_valid():
            return self._confirm(request, ids, form)
        accounts = selected(ids)
        if not accounts:
            raise NotFound("None of these accounts is there any more.")
        if changed_since(request.POST.getlist("seen"), accounts):
            return self._confirm(request, ids, form, has_changed=True)
        results = revoke_each(accounts, actor_of(request), form.cleaned_data["reason"])
        for result in results:
            if result.kind == "done":
                self.log_change(request, result.account, "Revoked.")
        if len(results) == 1:
            return self._back_to(request, results[0])
        done = sum(result.kind == "done" for result in results)
        context = {"results": results, "done": done}
        return self.page(
            request, "accounts/connectedaccount/revoked.html", f"{done} of {len(results)} revoked", context
        )

    def _confirm(
        self, request: HttpRequest, ids: list[str], form: ReasonForm, *, has_changed: bool = False
    ) -> TemplateResponse:
        previews = previews_of(selected(ids))
        if not previews:
            raise NotFound("None of these accounts is there any more.")
        to_do = [each for each in previews if not each.gone]
        first = previews[0].account
        title = (
            f"Revoke the {self.service(first)} of {name_of(first)}?"
            if len(previews) == 1
            else (f"Revoke {len(to_do)} connection{'' if len(to_do) == 1 else 's'}?")
        )
        context = {
            "previews": previews,
            "to_do": to_do,
            "form": form,
            "one": first if len(previews) == 1 else None,
            "has_changed": has_changed,
            "status": status_badge(first),
            "connected": moment(first.connected_at),
            "used": moment(first.last_used_at),
        }
        status = 409 if has_changed else (400 if form.errors else 200)
        return self.page(request, "accounts/connectedaccount/revoke.html", title, context, status=status)

    def _back_to(self, request: HttpRequest, result: Result) -> HttpResponseRedirect:
        level = {"done": messages.SUCCESS, "skipped": messages.WARNING}.get(result.kind, messages.ERROR)
        self.message_user(request, result.words, level)
        return self._to(result.account.pk)

    def _account(self, request: HttpRequest, object_id: str) -> ConnectedAccount:
        # Django's list quotes the id's underscore; our own links do not.
        account: ConnectedAccount | None = self.get_queryset(request).filter(pk=plain_id(object_id)).first()
        if account is None:
            raise NotFound("There is no such account. A revoked one is shown for 30 days.")
        return account

    def _to(self, id: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:accounts_connectedaccount_change", args=[id]))

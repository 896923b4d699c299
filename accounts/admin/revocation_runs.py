"""Revoking many, as it goes: how far, what became of each, stopped and gone on with."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.actions.revoke_many import resume_run, stop_run
from accounts.models import ItemOutcome, RevocationRun, RunState
from accounts.pages.revocation_runs import COLUMNS, progress_of, results_of, rows_of, state_words
from accounts.pages.revoking import ReasonForm
from flowra.admin.filters import AgeFilter, Choices, ProjectFilter, WordsFilter
from flowra.admin.pages import ReadOnlyPages, plain_id
from flowra.errors import InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import record
from flowra.pages.moments import moment
from flowra.pages.staff import actor_of
from flowra.pages.table_export import csv_answer
from flowra.pages.trail_words import events_of

A_PAGE = 50
REFRESH_SECONDS = 3


class RunStateFilter(WordsFilter):
    """By where it stands."""

    title = "state"
    parameter_name = "state"

    def choices_of(self, request: HttpRequest) -> Choices:
        """In words."""
        return [(each.value, str(each.label)) for each in RunState]

    def chosen(self, value: str) -> Q:
        """In that state."""
        return Q(state=value)


class BegunFilter(AgeFilter):
    """By when it began."""

    title = "begun"
    parameter_name = "begun"
    field = "created_at"


@admin.register(RevocationRun)
class RevocationRunAdmin(ReadOnlyPages):
    """Seen with the permission to view; stopped and gone on with by who may revoke."""

    list_title = "Revocations of many"
    list_display = ("what", "stands", "far", "who", "begun")
    list_display_links = ("what",)
    list_filter = (RunStateFilter, BegunFilter, ProjectFilter)
    search_fields = ("=id", "chosen", "reason", "actor_name")
    search_help_text = "What was chosen, a word of the reason, who did it."
    ordering = ("-created_at", "-id")

    @admin.display(description="what")
    def what(self, run: RevocationRun) -> str:
        """What was chosen."""
        return run.chosen

    @admin.display(description="state", ordering="state")
    def stands(self, run: RevocationRun) -> SafeString:
        """A word, a colour, a shape."""
        kind, shape, word = state_words(run)
        return format_html(
            "<span class='status status-{}'><span aria-hidden='true'>{}</span> {}</span>", kind, shape, word
        )

    @admin.display(description="how far")
    def far(self, run: RevocationRun) -> str:
        """So many of so many."""
        return f"{run.total - run.waiting:,} of {run.total:,}"

    @admin.display(description="who", ordering="actor_name")
    def who(self, run: RevocationRun) -> str:
        """Who began it."""
        return run.actor_name

    @admin.display(description="begun", ordering="created_at")
    def begun(self, run: RevocationRun) -> SafeString:
        """As people say it."""
        return moment(run.created_at)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may revoke sees how it goes."""
        user = request.user
        return user.has_perm("accounts.view_revocationrun") or self._may_revoke(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Stopping, going on and the results' file besides Django's own."""
        guard = self.admin_site.admin_view
        return [
            path("<str:object_id>/stop/", guard(self.stop_view), name="accounts_revocationrun_stop"),
            path("<str:object_id>/go-on/", guard(self.go_on_view), name="accounts_revocationrun_go_on"),
            path(
                "<str:object_id>/results.csv",
                guard(self.results_view),
                name="accounts_revocationrun_results",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """How it goes; looks again by itself while it runs, unless `still` is in the address."""
        run = self._run(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        outcome = request.GET.get("outcome", "")
        if outcome and outcome not in ItemOutcome.values:
            raise InvalidInput("There is no such outcome.")
        items = run.items.order_by("pk")
        items = items.filter(outcome=outcome) if outcome else items
        page = Paginator(items, A_PAGE).get_page(request.GET.get("page"))
        progress = progress_of(run)
        looks_again = progress.is_running and "still" not in request.GET
        query = request.GET.copy()
        query.pop("page", None)
        counts = {"WAITING": run.waiting, "DONE": run.done, "SKIPPED": run.skipped, "FAILED": run.failed}
        context = {
            "run": run,
            "progress": progress,
            "badge": self.stands(run),
            "results": results_of(list(page.object_list)),
            "pages": page,
            "query": query.urlencode(),
            "outcome": outcome,
            "outcomes": [(each.value, each.label, counts[each.value]) for each in ItemOutcome],
            "looks_again": looks_again,
            "may_change": self._may_revoke(request),
            "events": events_of("revocation_run", run.pk),
        }
        title = f"Revoking {run.total:,} connection{'' if run.total == 1 else 's'}"
        answer = self.page(request, "accounts/revocationrun/run.html", title, context)
        if looks_again:
            answer.headers["Refresh"] = str(REFRESH_SECONDS)
        return answer

    def stop_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST stops the rest, with a reason."""
        run = self._to_change(request, object_id)
        form = ReasonForm(request.POST)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not form.is_valid():
            self.message_user(request, "Say why it is to stop.", messages.ERROR)
        elif stop_run(run, actor_of(request), form.cleaned_data["reason"]):
            self.log_change(request, run, "Stopped.")
            self.message_user(request, f"Stopped. {run.waiting:,} were left as they are.", messages.SUCCESS)
        else:
            self.message_user(request, "It was not running any more.", messages.WARNING)
        return self._to(run)

    def go_on_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST goes on with what is left, and with what could not be revoked."""
        run = self._to_change(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if resume_run(run, actor_of(request)):
            self.log_change(request, run, "Went on.")
            self.message_user(request, "It goes on.", messages.SUCCESS)
        else:
            self.message_user(request, "There is nothing left to go on with.", messages.WARNING)
        return self._to(run)

    def results_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """What became of each, as CSV; that it was taken along is on the trail."""
        run = self._run(request, object_id)
        record(
            EventType.ACCOUNTS_EXPORTED,
            project_id=run.project_id,
            subject=("revocation_run", run.pk),
            actor=actor_of(request),
            data={"chosen": f"Results of: {run.chosen}", "rows": run.total, "format": "csv"},
        )
        return csv_answer(f"revoked-{run.pk}", COLUMNS, rows_of(run))

    def _may_revoke(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.revoke_connectedaccount")

    def _to_change(self, request: HttpRequest, object_id: str) -> RevocationRun:
        if not self._may_revoke(request):
            raise PermissionDenied
        return self._run(request, object_id)

    def _run(self, request: HttpRequest, object_id: str) -> RevocationRun:
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = RevocationRun.objects.filter(pk=plain_id(object_id)).first()
        if run is None:
            raise NotFound("There is no such run. Its results are kept for 30 days.")
        return run

    def _to(self, run: RevocationRun) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:accounts_revocationrun_change", args=[run.pk]))

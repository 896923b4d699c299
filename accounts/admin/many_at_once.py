"""What is done with the whole of a list of accounts, as its filters and search say it: revoked, or exported."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.actions.revoke_many import start_run
from accounts.models import RevocationRun, RunState
from accounts.pages import account_export
from accounts.pages.revoking_many import ManyForm, named, preview_of
from flowra.admin.pages import ReadOnlyPages
from flowra.admin.whole_list import chosen_words, selection_of, whole_list, whole_query
from flowra.errors import Conflict, NotFound
from flowra.events.names import EventType
from flowra.events.record import record
from flowra.pages.staff import actor_of
from flowra.pages.table_export import csv_answer, in_reads, ndjson_file

# What a page shows that was asked for with no link of ours, so that no account is known: the request's own id.
_OF_REQUEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


class ManyAtOnce(ReadOnlyPages):
    """The list's pages for all of it. What they take in is what the list shows at the same address."""

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may revoke."""
        user = request.user
        return user.has_perm("accounts.revoke_connectedaccount") and self.has_view_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may take lists along."""
        user = request.user
        return user.has_perm("accounts.export_connectedaccount") and self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Revoking all, and the two files, besides Django's own."""
        guard = self.admin_site.admin_view
        return [
            path("revoke-all/", guard(self.revoke_all_view), name="accounts_connectedaccount_revoke_all"),
            path(
                "export.<str:kind>",
                guard(self.export_view),
                name="accounts_connectedaccount_export",
            ),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, with what may be done with all of it."""
        context = {
            "whole": whole_query(request),
            "may_revoke": self.has_revoke_permission(request),
            "may_export": self.has_export_permission(request),
            "is_of_request": _OF_REQUEST.search(request.GET.get("q", "")) is not None,
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def revoke_all_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows what revoking the whole list touches and asks why; POST starts the run and leads to its page."""
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        accounts, shown = whole_list(self, request)
        preview = preview_of(accounts)
        if preview.count == 0:
            raise NotFound("There is no connection in this list that could be revoked.")
        words = chosen_words(shown, "connections")
        data = request.POST if request.method == "POST" else None
        form = ManyForm(preview.count, timezone.now(), data=data)
        changed = ""
        if data is not None and form.is_valid():
            said = form.cleaned_data
            try:
                run = start_run(
                    accounts,
                    actor_of(request),
                    said["reason"],
                    words,
                    selection=selection_of(shown),
                    at_most=said["seen"],
                    as_of=said["as_of"],
                )
            except Conflict as error:
                changed = error.message
            else:
                return HttpResponseRedirect(reverse("admin:accounts_revocationrun_change", args=[run.pk]))
        if data is not None and (changed or "seen" in form.errors or "as_of" in form.errors):
            # As it is now, to be looked at again; what was written is kept.
            kept = {"reason": data.get("reason", "")}
            form = ManyForm(preview.count, timezone.now())
            form.initial.update(kept)
            changed = changed or "Look at the list again."
        context = {
            "preview": preview,
            "first": named(preview.first),
            "form": form,
            "chosen": words,
            "changed": changed,
            "others": RevocationRun.objects.filter(
                state=RunState.RUNNING, selection=selection_of(shown)
            ).order_by("-created_at")[:3],
            "back": f"{reverse('admin:accounts_connectedaccount_changelist')}?{request.GET.urlencode()}",
        }
        status = 409 if changed else (400 if form.errors else 200)
        title = "Revoke one connection?" if preview.count == 1 else f"Revoke {preview.count:,} connections?"
        return self.page(request, "accounts/connectedaccount/revoke_all.html", title, context, status=status)

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """The whole list as a file; that it was taken along is on the trail before the first row is sent."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        if kind not in ("csv", "ndjson"):
            raise NotFound("A list is exported as csv or as ndjson.")
        accounts, shown = whole_list(self, request)
        selection = selection_of(shown)
        project_id = selection.get("project")
        record(
            EventType.ACCOUNTS_EXPORTED,
            project_id=project_id,
            subject=("accounts", project_id or "all"),
            actor=actor_of(request),
            data={"chosen": chosen_words(shown, "connections"), "rows": accounts.count(), "format": kind},
        )
        rows = in_reads(accounts)
        if kind == "csv":
            return csv_answer("connections", account_export.COLUMNS, account_export.as_rows(rows))
        return ndjson_file("connections", account_export.as_objects(rows))

    def to_revoke_all(self, request: HttpRequest) -> HttpResponse:
        """From the list's own choice of all pages to the page for all of them."""
        url = reverse("admin:accounts_connectedaccount_revoke_all")
        self.message_user(request, "These are many: they are revoked one after the other.", messages.INFO)
        return HttpResponseRedirect(f"{url}?{request.GET.urlencode()}")

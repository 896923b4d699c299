"""The trail as a list: who did what to what, when and why. Nobody changes it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString

from flowra.errors import NotFound
from flowra.events.names import EventType
from flowra.events.record import record
from flowra.models import Event
from flowra.pages import trail_export
from flowra.pages.moments import moment
from flowra.pages.staff import actor_of
from flowra.pages.table_export import csv_answer, in_reads, ndjson_file
from flowra.pages.trail_words import ACTORS, words_of_actor, words_of_type

from .filters import AgeFilter, Choices, ProjectFilter, WordsFilter
from .pages import ReadOnlyPages
from .whole_list import chosen_words, selection_of, whole_list, whole_query


class TypeFilter(WordsFilter):
    """By what happened."""

    title = "what happened"
    parameter_name = "type"

    def choices_of(self, request: HttpRequest) -> Choices:
        """All types."""
        return [(each.value, words_of_type(each.value)) for each in EventType]

    def chosen(self, value: str) -> Q:
        """Of that type."""
        return Q(type=value)


class ActorFilter(WordsFilter):
    """By who did it."""

    title = "who did it"
    parameter_name = "by"

    def choices_of(self, request: HttpRequest) -> Choices:
        """The kinds of actor."""
        return [(kind, words) for kind, words in ACTORS.items() if kind != "system"]

    def chosen(self, value: str) -> Q:
        """Of that kind; the system's deeds are Flowra's as well."""
        return Q(actor_kind__in=("worker", "system") if value == "worker" else (value,))


class WhenFilter(AgeFilter):
    """By when it was."""

    title = "when"
    parameter_name = "at"
    field = "at"


@admin.register(Event)
class EventAdmin(ReadOnlyPages):
    """Looked at, and nothing else."""

    list_title = "Trail"
    list_display = ("what", "subject_id", "who", "when", "project", "reason")
    list_filter = (TypeFilter, ActorFilter, WhenFilter, ProjectFilter)
    list_select_related = ("project",)
    search_fields = ("subject_id", "actor_name", "reason")
    search_help_text = "The id of what it happened to, who did it, or a word of the reason."
    ordering = ("-at", "-id")
    fields = ("what", "type", "subject_kind", "subject_id", "who", "at", "reason", "data", "project")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the project's name alone: its logo is not for lists."""
        found: QuerySet[Event] = super().get_queryset(request)
        return found.select_related("project").defer("project__logo")

    def get_urls(self) -> list[URLPattern]:
        """The list as a file besides Django's own."""
        view = self.admin_site.admin_view(self.export_view)
        return [path("export.<str:kind>", view, name="flowra_event_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, and where it is to be had as a file."""
        return super().changelist_view(request, {"whole": whole_query(request), **(extra_context or {})})

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """The whole list as a file, for whoever sees it; that it was taken along is on the trail itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in ("csv", "ndjson"):
            raise NotFound("A list is exported as csv or as ndjson.")
        found, shown = whole_list(self, request)
        # The export's own event is no part of it.
        events = found.filter(at__lte=timezone.now())
        project_id = selection_of(shown).get("project")
        data = {"chosen": chosen_words(shown, "events"), "rows": events.count(), "format": kind}
        rows = in_reads(events)
        record(
            EventType.EVENTS_EXPORTED,
            project_id=project_id,
            subject=("events", project_id or "all"),
            actor=actor_of(request),
            data=data,
        )
        if kind == "csv":
            return csv_answer("trail", trail_export.COLUMNS, trail_export.as_rows(rows))
        return ndjson_file("trail", trail_export.as_objects(rows))

    @admin.display(description="what happened", ordering="type")
    def what(self, event: Event) -> str:
        """In words."""
        return words_of_type(event.type)

    @admin.display(description="who")
    def who(self, event: Event) -> str:
        """In words."""
        return words_of_actor(event)

    @admin.display(description="when", ordering="at")
    def when(self, event: Event) -> SafeString:
        """As people say it."""
        return moment(event.at)

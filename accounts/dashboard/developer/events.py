"""The project's trail: a page of it, whether there is news, and all of it as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.dashboard.developer.event_filters import Asked, asked_in, events_of_project, types_by_group
from accounts.dashboard.developer.subjects import Subject, subjects_of
from accounts.dashboard.gate import Here, for_members, show
from flowra.api.keyset import KeysetPagination
from flowra.api.ndjson import NDJSON_TYPE
from flowra.api.rendering import dumps, instant
from flowra.models import Event
from flowra.pages.trail_words import ACTORS, ToldEvent, told

A_PAGE = 50
A_READ = 500
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One event, and what it is about."""

    told: ToldEvent
    subject: Subject
    subject_id: str


@for_members()
def events(request: HttpRequest, here: Here) -> HttpResponse:
    """A page of it, newest first; the filters and `cursor` are in the address."""
    asked = asked_in(request)
    pages = _pages(here, asked, A_PAGE, request.GET.get("cursor", ""))
    found = pages.paginate_queryset(events_of_project(here.project, asked))
    subjects = subjects_of(here, found)
    is_first = not request.GET.get("cursor")
    newest = found[0].pk if found else ""
    context = {
        "rows": [
            Row(told(each), subjects[each.subject_kind, each.subject_id], each.subject_id) for each in found
        ],
        "asked": asked,
        "dropped": asked.dropped(),
        "types": types_by_group(),
        "actors": [(kind, words) for kind, words in ACTORS.items() if kind != "system"],
        "newer_url": f"{here.url('events_newer')}?{asked.query(after=newest)}" if is_first else "",
        "download_url": f"{here.url('events_download')}?{asked.query()}",
        "same_url": f"?{asked.query()}",
        "newest": "" if is_first else f"?{asked.query()}",
        "older": f"?{asked.query(cursor=pages.next_cursor)}" if pages.next_cursor else "",
    }
    return show(request, here, "developer/events.html", "Events", context)


@for_members()
def events_newer(request: HttpRequest, here: Here) -> HttpResponse:
    """How many there are since the event `after`, as a piece for the open page; it asks again by itself."""
    asked = asked_in(request)
    after = request.GET.get("after", "")
    found = events_of_project(here.project, asked)
    last = Event.objects.filter(project_id=here.project.pk, pk=after).first() if after else None
    if last is not None:
        found = found.filter(Q(at__gte=last.at) & (Q(at__gt=last.at) | Q(id__gt=last.pk)))
    # Without the one to count from, there is nothing that could be said to be newer.
    count = 0 if after and last is None else len(found.values_list("pk", flat=True)[: MOST_COUNTED + 1])
    context = {
        "count": count,
        "most": MOST_COUNTED,
        "is_more": count > MOST_COUNTED,
        "newer_url": f"{here.url('events_newer')}?{asked.query(after=after)}",
        "events_url": f"{here.url('events')}?{asked.query()}",
    }
    return render(request, "dashboard/developer/events_newer.html", context)


@for_members()
def events_download(request: HttpRequest, here: Here) -> HttpResponseBase:
    """All that is asked for as NDJSON, newest first, read and sent piece by piece."""
    asked = asked_in(request)
    answer = StreamingHttpResponse(_lines(here, asked), content_type=NDJSON_TYPE)
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="events-{timezone.now():%Y-%m-%d-%H%M}.ndjson"'
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _lines(here: Here, asked: Asked) -> Iterator[bytes]:
    # What is written while this is read is newer than where it began, and so is no part of it.
    cursor: str | None = ""
    while cursor is not None:
        pages = _pages(here, asked, A_READ, cursor)
        found: QuerySet[Event] = events_of_project(here.project, asked)
        yield b"".join(dumps(_entry(each)) + b"\n" for each in pages.paginate_queryset(found))
        cursor = pages.next_cursor


def _entry(event: Event) -> dict[str, Any]:
    return {
        "id": event.pk,
        "type": event.type,
        "at": instant(event.at),
        "subject": {"kind": event.subject_kind, "id": event.subject_id},
        "actor": {"kind": event.actor_kind, "id": event.actor_id, "name": event.actor_name},
        "reason": event.reason or None,
        "data": event.data,
    }


def _pages(here: Here, asked: Asked, limit: int, cursor: str) -> KeysetPagination:
    return KeysetPagination(
        column="at",
        descending=True,
        limit=limit,
        cursor=cursor,
        query=("dashboard events", here.project.pk, *asked.given().items()),
        key_of=_key,
    )


def _key(event: Event) -> tuple[datetime, str]:
    return event.at, event.pk

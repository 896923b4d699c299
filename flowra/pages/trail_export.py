"""The trail to take along: who did what to what, when and why, as the pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flowra.api.rendering import dumps, instant
from flowra.models import Event

COLUMNS = (
    "id",
    "at",
    "type",
    "project",
    "subjectKind",
    "subjectId",
    "actorKind",
    "actorId",
    "actorName",
    "reason",
    "data",
)


def as_objects(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """Each as an object of `COLUMNS`. Reads the project as it was selected with it."""
    for event in events:
        yield {
            "id": event.pk,
            "at": instant(event.at),
            "type": event.type,
            "project": event.project.name if event.project else None,
            "subjectKind": event.subject_kind,
            "subjectId": event.subject_id,
            "actorKind": event.actor_kind,
            "actorId": event.actor_id,
            "actorName": event.actor_name,
            "reason": event.reason or None,
            "data": event.data,
        }


def as_rows(events: Iterable[Event]) -> Iterator[list[Any]]:
    """Each as a row of `COLUMNS`, its data as JSON."""
    for each in as_objects(events):
        yield [*list(each.values())[:-1], dumps(each["data"]).decode() if each["data"] else ""]

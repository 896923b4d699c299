"""Writing to the trail, always in the transaction of the deed that it tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from flowra import prepared
from flowra.events.deliveries import Facts, write_deliveries
from flowra.events.names import EventType
from flowra.models import Event
from flowra.redaction import scrub


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `kind`: api_key, staff, end_user, worker or system; `id` a public id or a user's primary key."""

    kind: str
    id: str = ""
    name: str = ""


WORKER = Actor("worker", name="Flowra")
SYSTEM = Actor("system", name="Flowra")
END_USER = Actor("end_user", name="the person at the connect page")


def record(
    type: EventType,
    *,
    project_id: str | None,
    subject: tuple[str, str],
    actor: Actor,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    about: Facts | None = None,
) -> Event:
    """Adds one event about `subject` (kind, public id), and a delivery for each webhook endpoint that wants it.

    `about` is asked, where there is such an endpoint, what its receiver is told of the subject besides `data`: ids, a
    status; never a secret. The trail does not have it. Secret-looking values in both are masked.
    """
    event = _event(type, project_id, subject, actor, reason, data)
    prepared.insert(event)
    write_deliveries([event], about)
    return event


def record_of_each(
    type: EventType,
    *,
    project_id: str | None,
    kind: str,
    ids: Sequence[str],
    actor: Actor,
    reason: str = "",
    about: Facts | None = None,
) -> None:
    """Adds the same event about each of many subjects of one kind, in as few statements as the database takes."""
    events = [_event(type, project_id, (kind, id), actor, reason, None) for id in ids]
    Event.objects.bulk_create(events, 500)
    write_deliveries(events, about)


def _event(
    type: EventType,
    project_id: str | None,
    subject: tuple[str, str],
    actor: Actor,
    reason: str,
    data: Mapping[str, Any] | None,
) -> Event:
    return Event(
        type=type.value,
        project_id=project_id,
        at=timezone.now(),
        actor_kind=actor.kind,
        actor_id=actor.id[:64],
        actor_name=actor.name[:255],
        subject_kind=subject[0],
        subject_id=subject[1],
        reason=reason,
        data=scrub(dict(data or {})),
    )

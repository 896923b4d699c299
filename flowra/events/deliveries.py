"""Which webhook endpoints are told of an event: their deliveries, written in the transaction of the event.

Payloads are as Standard Webhooks has them
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, "Payload").
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from flowra import prepared
from flowra.events.names import WEBHOOK_TYPES
from flowra.models import Event, WebhookDelivery, WebhookEndpoint
from flowra.redaction import scrub, scrub_text

# By subjects' ids, what receivers are told of each: asked inside the transaction of the event.
Facts = Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]

EVERYTHING = "*"
_CARRIED = frozenset(each.value for each in WEBHOOK_TYPES)


def write_deliveries(events: Sequence[Event], about: Facts | None) -> None:
    """A due delivery of each event for each switched-on endpoint of the project that wants its type.

    `events` are of one type and one project; `about` is asked for their subjects' ids. Types that webhooks never carry cost
    nothing, the others one read where the project has no endpoint.
    """
    if not events or events[0].type not in _CARRIED or events[0].project_id is None:
        return
    endpoints = _endpoints_that_want(events[0].type, events[0].project_id)
    if not endpoints:
        return
    facts = about([event.subject_id for event in events]) if about is not None else {}
    made = [
        _delivery(endpoint, event, payload)
        for event in events
        for payload in (payload_of(event, facts.get(event.subject_id, {})),)
        for endpoint in endpoints
    ]
    if len(made) == 1:
        prepared.insert(made[0])
    else:
        WebhookDelivery.objects.bulk_create(made, 500)


def payload_of(event: Event, about: Mapping[str, Any]) -> str:
    """The body's text: `{"type", "timestamp", "data": {"id", "projectId", "accountId", "reason", …}}`.

    `data` has the event's id, whose it is and what it happened to, which nothing overrides; then why (null where nobody
    said), `about`, and what the trail says, each winning over the one before. All of it is masked as on the trail.
    """
    ids = {
        "id": event.pk,
        "projectId": event.project_id,
        f"{_camel(event.subject_kind)}Id": event.subject_id,
    }
    further = {_camel(str(name)): value for name, value in {**scrub(about), **event.data}.items()}
    data = {**ids, "reason": scrub_text(event.reason) or None, **further, **ids}
    return message(event.type, event.at, data)


def message(type: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The text of a message; ASCII alone, so that no database or receiver sees other characters than were signed."""
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    whole = {"type": type, "timestamp": moment, "data": data}
    return json.dumps(whole, cls=DjangoJSONEncoder, separators=(",", ":"))


def wants(events: Collection[str], type: str) -> bool:
    """Whether an endpoint with those `events` is told of that type."""
    return EVERYTHING in events or type in events


def _endpoints_that_want(type: str, project_id: str) -> list[str]:
    found = prepared.rows("webhook endpoints", _switched_on, {"project": project_id})
    return [
        id for id, events in found if wants(json.loads(events) if isinstance(events, str) else events, type)
    ]


def _switched_on(values: prepared.Values) -> QuerySet[Any, Any]:
    found = WebhookEndpoint.objects.filter(project_id=values["project"], is_disabled=False)
    return found.values_list("pk", "events")


def _delivery(endpoint_id: str, event: Event, payload: str) -> WebhookDelivery:
    assert event.project_id is not None
    return WebhookDelivery(
        endpoint_id=endpoint_id,
        project_id=event.project_id,
        event_type=event.type,
        message_id=event.pk,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        payload=payload,
        waiting_since=event.at,
        created_at=event.at,
        due_at=event.at,
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)

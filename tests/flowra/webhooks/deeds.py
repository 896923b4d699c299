"""What happens in the tests of webhooks, each in one line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from flowra.actions.create_webhook_endpoint import NewEndpoint, create_webhook_endpoint
from flowra.events.names import EventType
from flowra.events.record import SYSTEM, record
from flowra.models import Event, Project, WebhookDelivery, WebhookEndpoint
from flowra.webhooks.claim import claim_deliveries
from flowra.webhooks.deliver import deliver

LEASE = timedelta(seconds=60)
TIMES = ("due_at", "lease_until", "created_at", "waiting_since", "finished_at")


def make_endpoint(project: Project, url: str, events: Sequence[str] = ("*",)) -> NewEndpoint:
    """An endpoint at that URL, with its secret."""
    return create_webhook_endpoint(project, actor=SYSTEM, url=url, events=events)


def happens(
    project: Project,
    account: str = "ca_1",
    type: EventType = EventType.ACCOUNT_EXPIRED,
    about: dict[str, Any] | None = None,
    **more: Any,
) -> Event:
    """Something happens to an account, of which `about` is known."""
    return record(
        type,
        project_id=project.pk,
        subject=("account", account),
        actor=SYSTEM,
        about=lambda ids: dict.fromkeys(ids, about or {}),
        **more,
    )


def take_turn(limit: int = 20) -> list[WebhookDelivery]:
    """What a worker does in one sweep: claims what may be taken now, and tries each; answers them as they are then."""
    taken = claim_deliveries(limit, LEASE)
    for each in taken:
        deliver(each)
    found = WebhookDelivery.objects.in_bulk([each.pk for each in taken])
    return [found[each.pk] for each in taken if each.pk in found]


def time_goes_by(by: timedelta) -> None:
    """Moves all that is stored of deliveries and endpoints into the past, as if so much time had gone by."""
    WebhookDelivery.objects.update(**{name: F(name) - by for name in TIMES})
    WebhookEndpoint.objects.update(failing_since=F("failing_since") - by, deleted_at=F("deleted_at") - by)


def retries_are_due() -> None:
    """The time of whatever waits has come."""
    waiting = WebhookDelivery.objects.filter(due_at__isnull=False, lease_until__isnull=True)
    waiting.update(due_at=timezone.now())

"""Sending again whatever an endpoint did not take since some time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from flowra.errors import Conflict
from flowra.events.names import EventType
from flowra.events.record import Actor, record_of_each
from flowra.models import WebhookDelivery, WebhookEndpoint
from flowra.webhooks.deliver import TEST

BATCH = 200
AT_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many are due again, and whether there are more than one call takes."""

    count: int
    are_more: bool


def replay_failed(
    endpoint: WebhookEndpoint, since: datetime, actor: Actor, *, at_most: int = AT_MOST
) -> Replayed:
    """Makes due what was given up or ended unsent and was written at `since` or later, the oldest first, each with its event.

    It goes in batches, each a transaction of its own: whoever dies in between calls again, and goes on where it ended.
    What waits, what is being sent and what was taken is left alone; so are tests. Raises Conflict while the endpoint is
    switched off.
    """
    done = 0
    while done < at_most:
        count = _replay_batch(endpoint, since, actor, min(BATCH, at_most - done))
        done += count
        if not count:
            break
    return Replayed(done, done == at_most and failed_since(endpoint, since).exists())


def failed_since(endpoint: WebhookEndpoint, since: datetime) -> QuerySet[WebhookDelivery]:
    """What `replay_failed` would send again."""
    finished = WebhookDelivery.objects.filter(
        endpoint_id=endpoint.pk, due_at__isnull=True, lease_until__isnull=True, successful=False
    )
    return finished.filter(created_at__gte=since).exclude(event_type=TEST)


def _replay_batch(endpoint: WebhookEndpoint, since: datetime, actor: Actor, size: int) -> int:
    now = timezone.now()
    with transaction.atomic():
        if not WebhookEndpoint.live.filter(pk=endpoint.pk, is_disabled=False).exists():
            raise Conflict(
                "The endpoint is switched off. Switch it on, then replay.", code="webhook_endpoint_disabled"
            )
        found = failed_since(endpoint, since).order_by("created_at", "pk").select_for_update()
        keys = list(found.values_list("pk", flat=True)[:size])
        changed = failed_since(endpoint, since).filter(pk__in=keys)
        changed.update(due_at=now, waiting_since=now, tries=0, successful=False, finished_at=None)
        record_of_each(
            EventType.WEBHOOK_DELIVERY_REPLAYED,
            project_id=endpoint.project_id,
            kind="webhook_delivery",
            ids=keys,
            actor=actor,
        )
    return len(keys)

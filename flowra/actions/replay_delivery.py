"""Sending a delivery again, whatever became of it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from flowra.errors import Conflict
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import WebhookDelivery, WebhookEndpoint
from flowra.webhooks.deliver import TEST


def replay_delivery(delivery: WebhookDelivery, actor: Actor) -> WebhookDelivery:
    """Makes the same delivery due now, with the event; the three days of retries begin anew.

    It stays one row, with the same `webhook-id` and the same body, so that receivers can tell it from news; its attempts
    are counted on. Being older, it holds nothing newer back. Raises Conflict while it is being sent, and while its
    endpoint is switched off.
    """
    if delivery.event_type == TEST:
        raise Conflict("A test is not replayed. Send another.", code="webhook_test_not_replayed")
    now = timezone.now()
    with transaction.atomic():
        if not WebhookEndpoint.live.filter(pk=delivery.endpoint_id, is_disabled=False).exists():
            raise Conflict(
                "The endpoint is switched off. Switch it on, then replay.", code="webhook_endpoint_disabled"
            )
        changed = WebhookDelivery.objects.filter(pk=delivery.pk, lease_until__isnull=True).update(
            due_at=now, waiting_since=now, tries=0, successful=False, finished_at=None
        )
        if not changed:
            raise Conflict(
                "This delivery is being sent right now. Look at how it went, then replay.",
                code="webhook_delivery_under_way",
            )
        record(
            EventType.WEBHOOK_DELIVERY_REPLAYED,
            project_id=delivery.project_id,
            subject=("webhook_delivery", delivery.pk),
            actor=actor,
            data={"endpointId": delivery.endpoint_id, "event": delivery.event_type},
        )
    delivery.refresh_from_db()
    return delivery

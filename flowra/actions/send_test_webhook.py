"""Trying a webhook endpoint: a message of the type `test`, sent at once."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from flowra.due.clock import lease_clock
from flowra.events.deliveries import message
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import WebhookDelivery, WebhookEndpoint
from flowra.webhooks.deliver import TEST, deliver

from .find_webhook import no_such_endpoint

LEASE = timedelta(seconds=60)


def send_test_webhook(endpoint: WebhookEndpoint, actor: Actor) -> WebhookDelivery:
    """Sends it once, also to an endpoint that is switched off, and answers the delivery as it went: at most ten seconds
    and a few later.

    Its failure is no mark against the endpoint, its success ends one; 410 switches off. Raises nothing for what the
    receiver does, and NotFound when the endpoint was deleted meanwhile. Should this process die, the worker sends it.
    """
    now = timezone.now()
    with transaction.atomic():
        event = record(
            EventType.WEBHOOK_ENDPOINT_TESTED,
            project_id=endpoint.project_id,
            subject=("webhook_endpoint", endpoint.pk),
            actor=actor,
        )
        data = {"id": event.pk, "projectId": endpoint.project_id, "webhookEndpointId": endpoint.pk}
        delivery = WebhookDelivery.objects.create(
            endpoint=endpoint,
            project_id=endpoint.project_id,
            event_type=TEST,
            message_id=event.pk,
            subject_kind="webhook_endpoint",
            subject_id=endpoint.pk,
            payload=message(TEST, event.at, data),
            waiting_since=now,
            created_at=now,
            due_at=now,
            lease_until=lease_clock() + LEASE,
            attempts=1,
        )
    deliver(delivery)
    found = WebhookDelivery.objects.filter(pk=delivery.pk).first()
    if found is None:
        raise no_such_endpoint()
    return found

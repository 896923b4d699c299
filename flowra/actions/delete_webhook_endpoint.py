"""Taking a webhook endpoint away: nothing more is sent to it, and nothing is kept of what was."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from flowra.encryption import sealed_for
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import WebhookDelivery, WebhookEndpoint

from .find_webhook import no_such_endpoint


def delete_webhook_endpoint(endpoint: WebhookEndpoint, actor: Actor) -> None:
    """Removes its secrets and deliveries at once, with the event, and its row an hour later; raises NotFound when it is
    deleted already. An attempt under way may still arrive.
    """
    now = timezone.now()
    with transaction.atomic():
        deleted = WebhookEndpoint.live.filter(pk=endpoint.pk).update(
            deleted_at=now,
            updated_at=now,
            is_disabled=True,
            disabled_reason="Deleted.",
            secrets=sealed_for(WebhookEndpoint, "secrets", endpoint.pk, {}),
        )
        if not deleted:
            raise no_such_endpoint()
        WebhookDelivery.objects.filter(endpoint_id=endpoint.pk).delete()
        record(
            EventType.WEBHOOK_ENDPOINT_DELETED,
            project_id=endpoint.project_id,
            subject=("webhook_endpoint", endpoint.pk),
            actor=actor,
            data={"url": endpoint.shown_url},
        )
    endpoint.deleted_at = endpoint.updated_at = now

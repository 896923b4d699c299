"""A new secret for a webhook endpoint; the old one still signs as well for a day."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from flowra.encryption import sealed_for
from flowra.errors import Overloaded
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import WebhookEndpoint
from flowra.models.webhook import Secrets
from flowra.webhooks.sign import new_secret

from .find_webhook import no_such_endpoint

OVERLAP = timedelta(hours=24)
TRIES = 5


def rotate_webhook_secret(endpoint: WebhookEndpoint, actor: Actor) -> str:
    """Answers the new secret, this once. For 24 hours each message is signed with both, the new one first.

    Of two rotations at once, both take place, one after the other. Only one older secret is kept: rotating again within
    the day ends the oldest at once, which is what to do when one has leaked. Raises NotFound when it was deleted.
    """
    secret = new_secret()
    for _ in range(TRIES):
        stored = WebhookEndpoint.live.filter(pk=endpoint.pk).first()
        if stored is None:
            raise no_such_endpoint()
        if _store(stored, secret, actor):
            return secret
    raise Overloaded("The endpoint is being changed by others. Try again.", retry_after=1)


def _store(endpoint: WebhookEndpoint, secret: str, actor: Actor) -> bool:
    now = timezone.now()
    secrets = Secrets(secret, Secrets.from_stored(endpoint.secrets).current, now + OVERLAP)
    with transaction.atomic():
        changed = WebhookEndpoint.live.filter(
            pk=endpoint.pk, secrets_version=endpoint.secrets_version
        ).update(
            secrets=sealed_for(WebhookEndpoint, "secrets", endpoint.pk, secrets.stored()),
            secrets_version=endpoint.secrets_version + 1,
            updated_at=now,
        )
        if not changed:
            return False
        record(
            EventType.WEBHOOK_SECRET_ROTATED,
            project_id=endpoint.project_id,
            subject=("webhook_endpoint", endpoint.pk),
            actor=actor,
            data={"previousUntil": (now + OVERLAP).isoformat(timespec="seconds")},
        )
    return True

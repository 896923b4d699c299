"""Taking a key back: it opens nothing from that moment."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import ApiKey


def revoke_api_key(key: ApiKey, actor: Actor, reason: str = "") -> bool:
    """Revokes it, with the event; answers whether it was not revoked before."""
    now = timezone.now()
    with transaction.atomic():
        if not ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now):
            return False
        record(
            EventType.API_KEY_REVOKED,
            project_id=key.project_id,
            subject=("api_key", key.pk),
            actor=actor,
            reason=reason,
            data={"name": key.name, "prefix": key.prefix},
        )
    key.revoked_at = now
    return True

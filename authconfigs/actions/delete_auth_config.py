"""Taking an auth config away, with the accounts under it only when that was said."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from authconfigs.models import AuthConfig
from flowra.errors import Conflict, FieldProblem, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record

from .dependents import count_dependents, revoke_dependents


def delete_auth_config(
    auth_config: AuthConfig, actor: Actor, *, force: bool = False, reason: str = ""
) -> int:
    """Deletes it softly, its client kept for telling the service; answers how many accounts were revoked with it.

    Without `force`, raises Conflict with the count while there are any. Raises NotFound when it is deleted already.
    """
    now = timezone.now()
    with transaction.atomic():
        # First the write, then the count: from here on no account can be made under it on SQLite.
        if not AuthConfig.live.filter(pk=auth_config.pk).update(deleted_at=now, updated_at=now):
            raise NotFound("There is no such auth config in this project.", code="auth_config_not_found")
        count = count_dependents([auth_config.pk])[auth_config.pk]
        if count and not force:
            accounts = "1 connected account uses" if count == 1 else f"{count} connected accounts use"
            raise Conflict(
                f"{accounts} this auth config. Delete what uses it, or send ?force=true, which revokes all of it.",
                code="auth_config_in_use",
                errors=[FieldProblem("force", f"is needed: {count} would be revoked")],
                extra={"besides": {"connectionCount": count}},
            )
        if count:
            revoke_dependents(auth_config, actor, reason)
        record(
            EventType.AUTH_CONFIG_DELETED,
            project_id=auth_config.project_id,
            subject=("auth_config", auth_config.pk),
            actor=actor,
            reason=reason,
            data={"name": auth_config.name, "revokedAccounts": count},
        )
    auth_config.deleted_at = auth_config.updated_at = now
    return count

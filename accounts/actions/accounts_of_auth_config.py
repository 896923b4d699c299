"""What an auth config's deletion has to do with this floor: the accounts under it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count

from accounts.actions.revoke_account import revoke_account
from accounts.models import ConnectedAccount
from authconfigs.models import AuthConfig
from flowra.events.record import Actor


def count_accounts(auth_config_ids: Sequence[str]) -> dict[str, int]:
    """How many live accounts each has; one query, those without any are left out."""
    counted = (
        ConnectedAccount.live.filter(auth_config_id__in=auth_config_ids)
        .values_list("auth_config_id")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return dict(counted)


def revoke_accounts(auth_config: AuthConfig, actor: Actor, reason: str = "") -> None:
    """Revokes them all, in the caller's transaction."""
    accounts = ConnectedAccount.live.filter(auth_config=auth_config).only("pk", "project_id", "deleted_at")
    for account in accounts.iterator(chunk_size=500):
        revoke_account(account, actor, reason)

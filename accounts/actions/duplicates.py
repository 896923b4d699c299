"""The same identity connected twice by the same user through the same auth config."""

from __future__ import annotations

from django.utils import timezone

from accounts.identity import WhoItIs
from accounts.models import ConnectedAccount


def original_of(account: ConnectedAccount, identity: WhoItIs) -> ConnectedAccount | None:
    """The oldest other account of that identity; None without one, or where the service does not say whose it is."""
    if not identity.id:
        return None
    return (
        ConnectedAccount.live.filter(
            external_user_id=account.external_user_id,
            auth_config_id=account.auth_config_id,
            identity_id=identity.id,
            identity_workspace=identity.workspace,
            connected_at__isnull=False,
        )
        .exclude(pk=account.pk)
        .order_by("connected_at", "created_at", "pk")
        .only("pk", "project_id", "deleted_at")
        .first()
    )


def mark_duplicate(account_id: str, original: ConnectedAccount | None) -> None:
    """In the caller's transaction: it says whose duplicate it is, or that it is none."""
    ConnectedAccount.objects.filter(pk=account_id).update(duplicate_of=original.pk if original else "")


def forget_originals(ids: list[str]) -> None:
    """In the caller's transaction, which deletes these: what was a duplicate of one of them is none any more."""
    # Said though no id is empty: without it no database sees that the index has all of them, and each reads the table.
    marked = ConnectedAccount.live.filter(duplicate_of__in=ids).exclude(duplicate_of="")
    marked.update(duplicate_of="", updated_at=timezone.now())

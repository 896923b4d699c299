"""An app wants new tokens now, whatever the old ones are still good for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Credential
from flowra.errors import Conflict
from flowra.events.record import Actor


def refresh_now(account: ConnectedAccount, *, of: Mapping[str, Any], actor: Actor) -> None:
    """Renews it, or waits for who does so already. Raises Conflict (`nothing_to_refresh`), and as `usable_credential`."""
    version = Credential.objects.filter(pk=account.pk).values_list("version", flat=True).first()
    usable = usable_credential(account.pk, of=of, refused=version, actor=actor)
    if "refresh_token" not in usable.secrets:
        raise Conflict(
            "There is nothing to refresh: this account has no refresh token, and its scheme may know none.",
            code="nothing_to_refresh",
        )

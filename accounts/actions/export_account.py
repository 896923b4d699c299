"""A whole grant leaves the vault, its refresh token too: for moving to another Flowra, or away."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.actions.account_trail import record_account
from accounts.actions.known_grant import marks_of, remember
from accounts.models import ConnectedAccount, Credential, UseKind
from accounts.use_days import USES
from authconfigs.models.auth_config import RawCredentials
from flowra.errors import Conflict, Forbidden, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor


def export_account(account: ConnectedAccount, actor: Actor, *, came_from: dict[str, str]) -> dict[str, Any]:
    """All that is stored of the grant, in the shape that `POST connected_accounts` takes.

    The trail has it before anything is answered, with `came_from` (where the request came from). Raises Forbidden
    (`raw_credentials_never`), NotFound for an account deleted meanwhile, Conflict (`account_not_connected`) where
    nothing has been granted yet.
    """
    with transaction.atomic():
        stored = _stored(account.pk)
        if stored.auth_config.raw_credentials == RawCredentials.NEVER:
            raise Forbidden(
                "This auth config lets no raw credentials out: rawCredentials is never. "
                "PATCH auth_configs/{id} changes that.",
                code="raw_credentials_never",
            )
        try:
            secrets = stored.credential.secrets
        except Credential.DoesNotExist:
            raise Conflict(
                "Nothing has been granted to this account yet, so there is nothing to export.",
                code="account_not_connected",
            ) from None
        # What comes back here with the same user and auth config is known again.
        remember(
            stored.pk,
            marks_of(stored.auth_config_id, stored.external_user_id, secrets, stored.connection_data),
        )
        record_account(
            EventType.CREDENTIALS_EXPORTED,
            project_id=stored.project_id,
            account_id=stored.pk,
            actor=actor,
            data=came_from,
        )
    USES.note(stored.pk, UseKind.EXPORT.value, actor.name)
    return _as_sent(stored, secrets)


def _stored(account_id: str) -> ConnectedAccount:
    """The account and its credential, read in one statement: a renewal in between would mix two grants."""
    found = (
        ConnectedAccount.live.select_related("auth_config", "external_user", "credential")
        .filter(pk=account_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    return found


def _as_sent(account: ConnectedAccount, secrets: dict[str, Any]) -> dict[str, Any]:
    val: dict[str, Any] = {**account.connection_data, **secrets}
    if account.expires_at is not None:
        val["expires_at"] = account.expires_at.isoformat().replace("+00:00", "Z")
    if account.scopes_granted is not None:
        val["scopes"] = account.scopes_granted
    connection: dict[str, Any] = {
        "state": {"authScheme": account.auth_config.auth_scheme, "val": val},
        "eUID": account.external_user.name,
    }
    identity = {
        "id": account.identity_id,
        "name": account.identity_name,
        "email": account.identity_email,
        "workspace": account.identity_workspace,
    }
    if any(identity.values()):
        connection["identity"] = {name: value for name, value in identity.items() if value}
    if account.display_name:
        connection["displayName"] = account.display_name
    if account.labels:
        connection["labels"] = account.labels
    return {"authConfig": {"id": account.auth_config_id}, "connection": connection}

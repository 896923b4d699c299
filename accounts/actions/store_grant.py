"""What was granted is stored and the account is ACTIVE: by a link, by an import, by a new key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Case, CharField, F, TextField, Value, When
from django.utils import timezone

from accounts.identity import WhoItIs
from accounts.models import ConnectedAccount, Credential, Status
from accounts.oauth2.token_response import Tokens
from flowra.encryption import sealed_for
from flowra.errors import Conflict


@dataclass(frozen=True, slots=True)
class Granted:
    """What a connection brings. `scopes` None where the scheme has none, or nobody knows."""

    secrets: Mapping[str, str] = field(repr=False)
    identity: WhoItIs
    connection_data: Mapping[str, str]
    scopes: Sequence[str] | None = None
    expires_at: datetime | None = None


def store_grant(
    account_id: str,
    granted: Granted,
    *,
    scopes_requested: Sequence[str] | None = None,
    version: int | None = None,
) -> bool:
    """In the caller's transaction: the account ACTIVE, and the credential's next version.

    False when the account was deleted meanwhile; what was granted is stored all the same, for the service to be told.
    `scopes_requested` None: they stay as they are. With `version`, only where the stored credential still has it (0:
    there is none); else raises Conflict (`credential_changed`).
    """
    is_live = _make_active(account_id, granted, scopes_requested)
    _store_secrets(account_id, granted.secrets, version)
    return is_live


def secrets_in(tokens: Tokens) -> dict[str, str]:
    """The tokens under the names by which they are kept."""
    found = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "id_token": tokens.id_token,
        "user_access_token": tokens.user_access_token,
        "user_refresh_token": tokens.user_refresh_token,
    }
    return {name: value for name, value in found.items() if value}


def _make_active(account_id: str, granted: Granted, scopes_requested: Sequence[str] | None) -> bool:
    """False when the account was deleted meanwhile. One that was switched off stays so, and is ACTIVE afterwards."""
    now = timezone.now()
    identity = granted.identity
    besides: dict[str, Any] = {} if scopes_requested is None else {"scopes_requested": list(scopes_requested)}
    changed = ConnectedAccount.objects.filter(pk=account_id, deleted_at__isnull=True).update(
        status=_if_switched_off(Value(Status.INACTIVE), Value(Status.ACTIVE)),
        status_when_enabled=_if_switched_off(Value(Status.ACTIVE), Value("")),
        status_reason=_if_switched_off(F("status_reason"), Value("")),
        status_message=Case(
            When(is_disabled=True, then=F("status_message")), default=Value(""), output_field=TextField()
        ),
        identity_id=identity.id,
        identity_name=identity.name,
        identity_email=identity.email,
        identity_workspace=identity.workspace,
        profile=identity.profile,
        connection_data=dict(granted.connection_data),
        scopes_granted=list(granted.scopes) if granted.scopes is not None else None,
        secret_names=sorted(granted.secrets),
        expires_at=granted.expires_at,
        connected_at=now,
        updated_at=now,
        **besides,
    )
    return changed == 1


def _if_switched_off(then: Value | F, otherwise: Value) -> Case:
    return Case(When(is_disabled=True, then=then), default=otherwise, output_field=CharField())


def _store_secrets(account_id: str, secrets: Mapping[str, str], version: int | None) -> None:
    """The account's row is locked by the update before, so that two links cannot both insert."""
    rows = Credential.objects.filter(pk=account_id)
    if version is not None:
        rows = rows.filter(version=version)
    stored = rows.update(
        secrets=sealed_for(Credential, "secrets", account_id, dict(secrets)),
        version=F("version") + 1,
        updated_at=timezone.now(),
    )
    if stored:
        return
    if version:
        raise credential_changed()
    credential = Credential(pk=account_id, account_id=account_id)
    credential.secrets = dict(secrets)
    try:
        credential.save(force_insert=True)
    except IntegrityError as error:
        raise credential_changed() from error


def credential_changed() -> Conflict:
    """Somebody else stored another credential since it was read."""
    return Conflict(
        "The account's credential was changed by somebody else just now, and this one was not stored. "
        "Look at the account, and send it again if it is still wanted.",
        code="credential_changed",
    )

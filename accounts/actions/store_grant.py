"""What was granted is stored and the account is ACTIVE: by a link, by an import, by a new key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, F, TextField, Value, When
from django.utils import timezone

from accounts.actions.hold_account import hold_account
from accounts.actions.store_credential import Grant, store_credential
from accounts.identity import WhoItIs
from accounts.models import ConnectedAccount, Status
from authconfigs.catalogue.toolkit import Toolkit


@dataclass(frozen=True, slots=True)
class Granted:
    """What a connection brings. `scopes` None where the scheme has none, or nobody knows."""

    grant: Grant
    identity: WhoItIs
    connection_data: Mapping[str, str]
    scopes: Sequence[str] | None = None


def store_grant(
    account_id: str,
    granted: Granted,
    toolkit: Toolkit,
    *,
    scopes_requested: Sequence[str] | None = None,
    version: int | None = None,
) -> bool:
    """In the caller's transaction: the account ACTIVE, and the credential's next version.

    False when the account was deleted meanwhile; what was granted is stored all the same, for the service to be told.
    `scopes_requested` None: they stay as they are. With `version`, only where the stored credential still has it (0:
    there is none); else raises Conflict (`credential_changed`).
    """
    hold_account(account_id)
    is_live = _make_active(account_id, granted, scopes_requested)
    store_credential(account_id, granted.grant, toolkit, version=version)
    return is_live


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
        secret_names=sorted(granted.grant.secrets),
        expires_at=granted.grant.expires_at,
        connected_at=now,
        updated_at=now,
        **besides,
    )
    return changed == 1


def _if_switched_off(then: Value | F, otherwise: Value) -> Case:
    return Case(When(is_disabled=True, then=then), default=otherwise, output_field=CharField())

"""Storing what was granted, typed or renewed: the one place where a credential's row is written anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from accounts.actions.credential_schedule import Lifetimes
from accounts.models import Credential
from accounts.oauth2.token_response import Tokens
from authconfigs.catalogue.toolkit import Toolkit
from flowra.encryption import sealed_for
from flowra.errors import Conflict


@dataclass(frozen=True, slots=True)
class Grant:
    """Secrets with what is known of their lifetimes. `issued_at` is when they were asked for, by our clock."""

    secrets: Mapping[str, str] = field(repr=False)
    issued_at: datetime
    expires_at: datetime | None = None
    grant_ends_at: datetime | None = None


def grant_of(tokens: Tokens, toolkit: Toolkit, asked_at: datetime, agreed_at: datetime) -> Grant:
    """What a token answer gives. `agreed_at` is when the person agreed, which some services count a grant's end from."""
    lasts_days = toolkit.oauth2.refresh.lasts_days if toolkit.oauth2 else None
    grant_ends_at = None
    if tokens.refresh_expires_in is not None:
        grant_ends_at = asked_at + timedelta(seconds=tokens.refresh_expires_in)
    elif lasts_days is not None:
        grant_ends_at = agreed_at + timedelta(days=lasts_days)
    return Grant(
        secrets=secrets_in(tokens),
        issued_at=asked_at,
        expires_at=asked_at + timedelta(seconds=tokens.expires_in) if tokens.expires_in else None,
        grant_ends_at=grant_ends_at,
    )


def secrets_in(tokens: Tokens) -> dict[str, str]:
    """The tokens that came, by the names under which they are kept."""
    found = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "id_token": tokens.id_token,
        "user_access_token": tokens.user_access_token,
        "user_refresh_token": tokens.user_refresh_token,
    }
    return {name: value for name, value in found.items() if value}


def lifetimes_of(
    grant: Grant, toolkit: Toolkit, *, is_switched_off: bool = False, is_warned: bool = False
) -> Lifetimes:
    """The grant's ends, with what the toolkit knows of its service."""
    return Lifetimes(
        issued_at=grant.issued_at,
        expires_at=grant.expires_at,
        grant_ends_at=grant.grant_ends_at,
        is_renewable="refresh_token" in grant.secrets,
        idle_days=toolkit.oauth2.refresh.idle_days if toolkit.oauth2 else None,
        is_switched_off=is_switched_off,
        is_warned=is_warned,
    )


def store_credential(account_id: str, grant: Grant, toolkit: Toolkit, *, version: int | None = None) -> None:
    """A person's new grant or key, in the caller's transaction, which has locked the account's row.

    Whatever was there before, and whoever was about to renew it, is over. With `version`, only where the stored one
    still has it (0: there is none); else raises Conflict (`credential_changed`).
    """
    fields = _fields(account_id, grant, toolkit)
    rows = Credential.objects.filter(pk=account_id)
    if version is not None:
        rows = rows.filter(version=version)
    if rows.update(version=F("version") + 1, attempts=F("attempts") + 1, **fields):
        return
    if version:
        raise _changed()
    try:
        Credential.objects.bulk_create([Credential(pk=account_id, account_id=account_id, **fields)])
    except IntegrityError as error:
        raise _changed() from error


def _changed() -> Conflict:
    return Conflict(
        "The account's credential was changed by somebody else just now, and this one was not stored. "
        "Look at the account, and send it again if it is still wanted.",
        code="credential_changed",
    )


def replace_credential(
    account_id: str, version: int, grant: Grant, toolkit: Toolkit, *, is_switched_off: bool, is_warned: bool
) -> bool:
    """The same for a renewed one, unless the row has another version than `version` by now; says whether."""
    fields = _fields(account_id, grant, toolkit, is_switched_off=is_switched_off, is_warned=is_warned)
    if is_warned:
        del fields["warned_at"]
    replaced = Credential.objects.filter(pk=account_id, version=version).update(version=version + 1, **fields)
    return replaced == 1


def _fields(account_id: str, grant: Grant, toolkit: Toolkit, **known: bool) -> dict[str, Any]:
    return {
        "secrets": sealed_for(Credential, "secrets", account_id, dict(grant.secrets)),
        "updated_at": timezone.now(),
        "issued_at": grant.issued_at,
        "grant_ends_at": grant.grant_ends_at,
        "due_at": lifetimes_of(grant, toolkit, **known).next_due(),
        "lease_until": None,
        "slot_at": None,
        "asked_at": None,
        "warned_at": None,
        "failures": 0,
        "retry_at": None,
        "trouble": None,
    }

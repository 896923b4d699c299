"""The one path to a credential that can be used, for the API, the proxy, tools and the worker alike."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.actions.credential_schedule import is_fresh
from accounts.actions.expire_account import account_expired
from accounts.actions.held import Held, moment_of, read_held
from accounts.actions.refresh_credential import (
    LEASE,
    claim_refresh,
    is_cooling_down,
    refresh_credential,
    trouble_of,
)
from accounts.models import ConnectedAccount, Credential, Status
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.schemes import scheme_named
from authconfigs.schemes.scheme import Signature
from flowra.due.clock import lease_clock
from flowra.errors import Conflict, FlowraError, NotFound, ProviderFailed, ProviderTimedOut
from flowra.events.record import SYSTEM, Actor
from flowra.fault_points import fault_point

FIRST_LOOK_SECONDS = 0.02
LONGEST_LOOK_SECONDS = 0.2
# So long a caller waits for another's renewal while the token at hand is still good.
PATIENCE_SECONDS = 2.0
# Who renews may have begun after we came, and may die: then its lease is over later than a lease from now.
AFTER_THE_LEASE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class UsableCredential:
    """`secrets` are what the account's scheme signs with, `values` fill the templates in the toolkit's URLs.

    `version` names what was stored: pass it back as `refused` when the service answered 401 to it.
    """

    held: Held = field(repr=False)
    toolkit: Toolkit
    secrets: Mapping[str, str] = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    version: int
    expires_at: datetime | None = None

    @property
    def account_id(self) -> str:
        """Whose it is."""
        return self.held.id

    @property
    def auth_scheme(self) -> str:
        """The contract's `authScheme`."""
        return self.held.auth_config__auth_scheme

    @property
    def through(self) -> str:
        """The forward proxy through which its auth config wants the service called; empty for none."""
        return self.held.auth_config__proxy_url

    @property
    def last_used_at(self) -> datetime | None:
        """When the account was used before, to the minute."""
        return moment_of(self.held.last_used_at)

    def signature(self) -> Signature:
        """What makes a request the account's: headers and query parameters."""
        return scheme_named(self.auth_scheme).signed_headers(self.toolkit, {**self.values, **self.secrets})


def usable_credential(
    account_id: str,
    *,
    of: Mapping[str, Any] | None = None,
    refused: int | None = None,
    actor: Actor = SYSTEM,
) -> UsableCredential:
    """The account's credential, renewed where it has run out, or is of the version that the service `refused`.

    Of many callers at once one renews it; the others wait for that one, and where it dies one of them follows. While the
    service has trouble, or takes its time, a token that has not run out yet is still handed out. `of` confines it to a `project`, and a
    `user` of it. Raises NotFound for an account that is deleted or not theirs, Conflict (`account_expired`,
    `account_disabled`, `account_not_connected`, `auth_config_disabled`) where the service is not asked, ProviderFailed
    and ProviderTimedOut where it could not renew it at the moment.
    """
    began = time.monotonic()
    give_up = began + (LEASE + AFTER_THE_LEASE).total_seconds()
    pause = FIRST_LOOK_SECONDS
    trouble: FlowraError | None = None
    while True:
        held = _read(account_id, of)
        usable = _usable(held)
        if held.credential__version is None:
            return usable
        is_refused = refused is not None and usable.version == refused
        now = timezone.now()
        if not is_refused and is_fresh(usable.expires_at, moment_of(held.credential__issued_at), now):
            return usable
        still_good = not is_refused and usable.expires_at is not None and usable.expires_at > now
        if "refresh_token" not in usable.secrets:
            if is_refused or still_good:
                return usable
            raise account_expired(_whole(held)[0])
        fault_point("refresh.needed")
        account, credential = _whole(held)
        if (credential.version, account.status) != (held.credential__version, held.status):
            continue  # Another call settled it between the two reads: what was judged here is no longer there.
        if trouble is None and is_cooling_down(account, credential, now):
            trouble = trouble_of(credential)
        if trouble is not None or time.monotonic() > give_up:
            if still_good:
                return usable
            raise trouble or ProviderTimedOut(
                "The access is still being renewed by another call.", retry_after=1
            )
        holding = None
        if credential.lease_until is None or credential.lease_until < lease_clock():
            holding = claim_refresh(account, usable.toolkit, credential)
        if holding is None:
            if still_good and time.monotonic() > began + PATIENCE_SECONDS:
                return usable
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)
            continue
        try:
            refresh_credential(holding, actor)
        except ProviderFailed as error:
            trouble = error


def _usable(held: Held) -> UsableCredential:
    toolkit = held.toolkit()
    return UsableCredential(
        held=held,
        toolkit=toolkit,
        secrets=held.secrets(),
        values=held.values(toolkit),
        version=held.credential__version or 0,
        expires_at=held.runs_out_at,
    )


def _read(account_id: str, of: Mapping[str, Any] | None) -> Held:
    """Raises NotFound, and Conflict saying what would make it usable."""
    held = read_held(account_id, of)
    if held is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    if held.is_disabled:
        raise Conflict(
            'This account is switched off. Switch it on with PATCH connected_accounts/{id} {"isDisabled": false}.',
            code="account_disabled",
        )
    if held.auth_config__is_disabled:
        raise Conflict(
            'The auth config is switched off. Switch it on with PATCH auth_configs/{id} {"isDisabled": false}.',
            code="auth_config_disabled",
        )
    if held.status == Status.EXPIRED:
        raise account_expired(_whole(held)[0])
    if held.status != Status.ACTIVE:
        raise Conflict(
            "This account is not connected: nobody has finished its link, or it failed. Make a link for it with "
            "POST connected_accounts/link and send the person there.",
            code="account_not_connected",
        )
    return held


def _whole(held: Held) -> tuple[ConnectedAccount, Credential]:
    """The objects, for the few calls that change them. Raises NotFound when the account was deleted just now."""
    credential = (
        Credential.objects.select_related("account__auth_config", "account__project")
        .defer("account__project__logo", "account__profile")
        .filter(pk=held.id, account__deleted_at__isnull=True)
        .first()
    )
    if credential is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    return credential.account, credential

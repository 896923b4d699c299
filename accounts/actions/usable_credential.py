"""The one path to a credential that can be used, for the API, the proxy, tools and the worker alike."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions.credential_schedule import is_fresh
from accounts.actions.expire_account import account_expired
from accounts.actions.refresh_credential import LEASE, claim_refresh, refresh_credential, trouble_of
from accounts.models import ConnectedAccount, Credential, Status
from accounts.service_call import template_values
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.schemes import scheme_named
from authconfigs.schemes.scheme import Signature
from flowra import prepared
from flowra.errors import Conflict, FlowraError, NotFound, ProviderFailed, ProviderTimedOut
from flowra.events.record import SYSTEM, Actor

FIRST_LOOK_SECONDS = 0.02
LONGEST_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class UsableCredential:
    """`secrets` are what the account's scheme signs with, `values` fill the templates in the toolkit's URLs.

    `version` names what was stored: pass it back as `refused` when the service answered 401 to it.
    """

    account: ConnectedAccount
    toolkit: Toolkit
    secrets: Mapping[str, str] = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    version: int
    expires_at: datetime | None = None

    def signature(self) -> Signature:
        """What makes a request the account's: headers and query parameters."""
        return scheme_named(self.account.auth_config.auth_scheme).signed_headers(
            self.toolkit, {**self.values, **self.secrets}
        )


def usable_credential(
    account_id: str,
    *,
    of: Mapping[str, str] | None = None,
    refused: int | None = None,
    actor: Actor = SYSTEM,
) -> UsableCredential:
    """The account's credential, renewed where it has run out, or is of the version that the service `refused`.

    Of many callers at once one renews it; the others wait for that one, no longer than renewing may take. While the
    service has trouble, a token that has not run out yet is still handed out. `of` confines it to a `project`, and a
    `user` of it. Raises NotFound for an account that is deleted or not theirs, Conflict (`account_expired`,
    `account_disabled`, `account_not_connected`, `auth_config_disabled`) where the service is not asked, ProviderFailed
    and ProviderTimedOut where it could not renew it at the moment.
    """
    give_up = time.monotonic() + LEASE.total_seconds()
    pause = FIRST_LOOK_SECONDS
    trouble: FlowraError | None = None
    while True:
        account, credential = _read(account_id, of)
        _refuse_unusable(account)
        toolkit = toolkit_for(account.project, account.toolkit_slug)
        if credential is None:
            return _usable(account, toolkit, None)
        is_refused = refused is not None and credential.version == refused
        now = timezone.now()
        if not is_refused and is_fresh(account.expires_at, credential.issued_at, now):
            return _usable(account, toolkit, credential)
        still_good = not is_refused and account.expires_at is not None and account.expires_at > now
        if "refresh_token" not in account.secret_names:
            if is_refused or still_good:
                return _usable(account, toolkit, credential)
            raise account_expired(account)
        if trouble is None and credential.retry_at is not None and credential.retry_at > now:
            trouble = trouble_of(credential)
        if trouble is not None or time.monotonic() > give_up:
            if still_good:
                return _usable(account, toolkit, credential)
            raise trouble or ProviderTimedOut(
                "The access is still being renewed by another call.", retry_after=1
            )
        holding = None
        if credential.lease_until is None or credential.lease_until < now:
            holding = claim_refresh(account, toolkit, credential)
        if holding is None:
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)
            continue
        try:
            refresh_credential(holding, actor)
        except ProviderFailed as error:
            trouble = error


def _usable(account: ConnectedAccount, toolkit: Toolkit, credential: Credential | None) -> UsableCredential:
    return UsableCredential(
        account=account,
        toolkit=toolkit,
        secrets=credential.secrets if credential else {},
        values=template_values(account.auth_config, toolkit, account.connection_data),
        version=credential.version if credential else 0,
        expires_at=account.expires_at,
    )


def _read(account_id: str, of: Mapping[str, str] | None) -> tuple[ConnectedAccount, Credential | None]:
    account = prepared.first("account to use", _account_to_use, {**(of or {}), "id": account_id})
    if account is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    return account, getattr(account, "credential", None)


def _account_to_use(values: prepared.Values) -> QuerySet[ConnectedAccount]:
    accounts = ConnectedAccount.live.select_related("auth_config", "credential", "project").filter(
        pk=values["id"]
    )
    if "project" in values:
        accounts = accounts.filter(project_id=values["project"])
    if "user" in values:
        accounts = accounts.filter(external_user_id=values["user"])
    return accounts.defer("project__logo", "profile")


def _refuse_unusable(account: ConnectedAccount) -> None:
    """Raises Conflict saying what would make it usable."""
    if account.is_disabled:
        raise Conflict(
            'This account is switched off. Switch it on with PATCH connected_accounts/{id} {"isDisabled": false}.',
            code="account_disabled",
        )
    if account.auth_config.is_disabled:
        raise Conflict(
            'The auth config is switched off. Switch it on with PATCH auth_configs/{id} {"isDisabled": false}.',
            code="auth_config_disabled",
        )
    if account.status == Status.EXPIRED:
        raise account_expired(account)
    if account.status != Status.ACTIVE:
        raise Conflict(
            "This account is not connected: nobody has finished its link, or it failed. Make a link for it with "
            "POST connected_accounts/link and send the person there.",
            code="account_not_connected",
        )

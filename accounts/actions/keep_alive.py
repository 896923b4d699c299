"""What a worker does for a credential that is due: renew it ahead of time, warn that it ends, say that it has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.expire_account import RAN_OUT, expire_account
from accounts.actions.hold_account import hold_account
from accounts.actions.pace import SLOT_IS_GOOD_FOR, take_slot
from accounts.actions.refresh_credential import go_on, refresh_credential
from accounts.actions.store_credential import Grant, lifetimes_of
from accounts.models import ConnectedAccount, Credential, Status, StatusReason
from accounts.oauth2.client import client_of
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from flowra import prepared
from flowra.due.row import settle
from flowra.errors import FlowraError
from flowra.events.names import EventType
from flowra.events.record import WORKER
from flowra.fault_points import fault_point

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

# What cannot be renewed for reasons of our own (its auth config is off) is looked at again.
LOOK_AGAIN = timedelta(hours=1)


def keep_alive(credential: Credential) -> None:
    """Acts on a leased row; whatever it does, the row is settled with the next time, or left to its lease."""
    account = prepared.first("account kept alive", _account, {"id": credential.pk})
    if account is None or not _is_connected(account):
        settle(credential, due_at=None)
        return
    try:
        toolkit = toolkit_for(account.project, account.toolkit_slug)
    except FlowraError:
        settle(credential, due_at=timezone.now() + LOOK_AGAIN)
        return
    lifetimes = lifetimes_of(
        Grant(
            credential.secrets,
            credential.issued_at or credential.updated_at,
            account.expires_at,
            credential.grant_ends_at,
        ),
        toolkit,
        is_switched_off=account.is_disabled,
        is_warned=credential.warned_at is not None,
    )
    now = timezone.now()
    if not lifetimes.is_renewable and lifetimes.ends_at is not None and lifetimes.ends_at <= now:
        _end(account, credential)
    elif not lifetimes.is_warned and lifetimes.warn_at is not None and lifetimes.warn_at <= now:
        _warn(account, credential)
    elif credential.retry_at is not None and credential.retry_at > now:
        settle(credential, due_at=credential.retry_at)
    elif not lifetimes.may_be_renewed(now):
        settle(credential, due_at=lifetimes.next_due())
    elif account.auth_config.is_disabled or account.auth_config.deleted_at is not None:
        settle(credential, due_at=now + LOOK_AGAIN)
    else:
        _renew(account, toolkit, credential)


def _account(values: prepared.Values) -> Accounts:
    accounts = ConnectedAccount.live.select_related("auth_config", "project")
    return accounts.defer("project__logo", "profile").filter(pk=values["id"])


def _is_connected(account: ConnectedAccount) -> bool:
    return account.status == Status.ACTIVE or (
        account.is_disabled and account.status_when_enabled == Status.ACTIVE
    )


def _renew(account: ConnectedAccount, toolkit: Toolkit, credential: Credential) -> None:
    """In its slot; one that lies ahead is kept for it, and the row is due then."""
    now = timezone.now()
    kept = credential.slot_at
    if kept is None or not now - SLOT_IS_GOOD_FOR <= kept <= now:
        try:
            client_id = client_of(account.auth_config, toolkit, account.connection_data).client_id
        except FlowraError:
            settle(credential, due_at=now + LOOK_AGAIN)
            return
        slot = take_slot(toolkit.slug, client_id)
        if slot > timezone.now():
            settle(credential, due_at=slot, slot_at=slot)
            return
    holding = go_on(account, toolkit, credential)
    if holding is not None:
        try:
            refresh_credential(holding, WORKER)
        except FlowraError:
            # It is recorded with the credential, and says when it is due again.
            return


def _warn(account: ConnectedAccount, credential: Credential) -> None:
    ends_at = credential.grant_ends_at or account.expires_at
    with transaction.atomic():
        if settle(credential, due_at=timezone.now(), warned_at=timezone.now()):
            record_account(
                EventType.ACCOUNT_EXPIRING,
                project_id=account.project_id,
                account_id=account.pk,
                actor=WORKER,
                reason="The permission ends soon, and only the person can give it again.",
                data={"endsAt": ends_at.isoformat() if ends_at else None},
            )


def _end(account: ConnectedAccount, credential: Credential) -> None:
    with transaction.atomic():
        hold_account(account.pk)
        if settle(credential, due_at=None):
            fault_point("keep_alive.ended")
            expire_account(account, StatusReason.GRANT_REVOKED, WORKER, message=RAN_OUT)

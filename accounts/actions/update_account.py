"""Changing what an account is called, how it is labelled, and whether it may be used."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Final, Literal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.checked_labels import checked_labels
from accounts.actions.end_link import NOT_YET_CONNECTED
from accounts.actions.revoke_account import UNFINISHED
from accounts.actions.sharing import store_shares, users_to_share_with
from accounts.models import ConnectedAccount, Credential, LinkSession, LinkState, Status, StatusReason
from flowra.errors import InvalidInput, NotFound, Overloaded
from flowra.events.names import EventType
from flowra.events.record import Actor
from flowra.models import Event

MAX_NAME_LENGTH = 200
TRIES = 5


class Unchanged(Enum):
    """Says that a field is left as it is, where None would clear it."""

    TOKEN = 0


UNCHANGED: Final = Unchanged.TOKEN
Left = Literal[Unchanged.TOKEN]


def update_account(
    account: ConnectedAccount,
    actor: Actor,
    *,
    display_name: str | Left | None = UNCHANGED,
    labels: Sequence[str] | Left = UNCHANGED,
    is_disabled: bool | Left = UNCHANGED,
    shared_with: Any = UNCHANGED,
) -> None:
    """Stores what differs from what is stored, with an event each; `account` itself is not changed.

    Disabled, it is INACTIVE; enabled again, it has the status that it had, or came to have meanwhile. Raises InvalidInput
    naming the field, NotFound for one that was deleted meanwhile.
    """
    named: dict[str, str | list[str] | None] = {}
    if display_name is not UNCHANGED:
        named["display_name"] = _checked_name(display_name)
    if labels is not UNCHANGED:
        named["labels"] = checked_labels(labels)
    users = None
    if shared_with is not UNCHANGED:
        users = users_to_share_with(account.project, shared_with)
        named["shared_with"] = shared_with or None
    with transaction.atomic():
        stored = (
            ConnectedAccount.live.filter(pk=account.pk).only("display_name", "labels", "shared_with").first()
        )
        if stored is None:
            raise NotFound("There is no such connected account.", code="account_not_found")
        changed = {field: value for field, value in named.items() if getattr(stored, field) != value}
        if changed:
            ConnectedAccount.live.filter(pk=account.pk).update(**changed, updated_at=timezone.now())
            if "shared_with" in changed:
                store_shares(account, changed["shared_with"], users)
            words = {"display_name": "displayName", "labels": "labels", "shared_with": "sharedWith"}
            _record(
                EventType.ACCOUNT_UPDATED, account, actor, {words[field]: changed[field] for field in changed}
            )
        if is_disabled is True:
            _switch_off(account, actor)
        elif is_disabled is False:
            _switch_on(account, actor)


def _checked_name(name: str | None) -> str | None:
    name = (name or "").strip()
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidInput.field("displayName", f"may have at most {MAX_NAME_LENGTH} characters")
    return name or None


def _switch_off(account: ConnectedAccount, actor: Actor) -> None:
    changed = ConnectedAccount.live.filter(pk=account.pk, is_disabled=False).update(
        is_disabled=True,
        status_when_enabled=F("status"),
        status=Status.INACTIVE,
        status_reason=StatusReason.SWITCHED_OFF,
        status_message=StatusReason.SWITCHED_OFF.label,
        updated_at=timezone.now(),
    )
    if changed:
        _record(EventType.ACCOUNT_DISABLED, account, actor)


def _switch_on(account: ConnectedAccount, actor: Actor) -> None:
    """A link that ends meanwhile changes the status to come back to: then what was read is read again."""
    for _ in range(TRIES):
        before = (
            ConnectedAccount.live.filter(pk=account.pk, is_disabled=True)
            .values_list("status_when_enabled", flat=True)
            .first()
        )
        if before is None:
            return
        status, reason, message = _status_to_have(account, before)
        changed = ConnectedAccount.live.filter(
            pk=account.pk, is_disabled=True, status_when_enabled=before
        ).update(
            is_disabled=False,
            status_when_enabled="",
            status=status,
            status_reason=reason,
            status_message=message,
            updated_at=timezone.now(),
        )
        if changed:
            # While it was off, it was renewed only as far as its refresh token needed it.
            Credential.objects.filter(pk=account.pk).update(due_at=timezone.now())
            _record(EventType.ACCOUNT_ENABLED, account, actor)
            return
    raise Overloaded("The account is being changed by others. Try again.", retry_after=1)


def _status_to_have(account: ConnectedAccount, before: str) -> tuple[str, str, str]:
    """Status, reason and message. A first link that ended while the account was off has left it failed."""
    if before == Status.ACTIVE:
        return before, "", ""
    if before in NOT_YET_CONNECTED:
        if LinkSession.objects.filter(
            account_id=account.pk, state__in=(*UNFINISHED, LinkState.FINISHING)
        ).exists():
            return before, "", ""
        before = Status.FAILED
    failure = (
        Event.objects.filter(
            subject_kind="account",
            subject_id=account.pk,
            type__in=(EventType.ACCOUNT_FAILED.value, EventType.ACCOUNT_EXPIRED.value),
        )
        .order_by("-at", "-id")
        .first()
    )
    if failure is None:
        return before or Status.EXPIRED, "", ""
    return before or Status.EXPIRED, str(failure.data.get("reason", "")), failure.reason


def _record(
    type: EventType,
    account: ConnectedAccount,
    actor: Actor,
    data: dict[str, str | list[str] | None] | None = None,
) -> None:
    record_account(type, project_id=account.project_id, account_id=account.pk, actor=actor, data=data)

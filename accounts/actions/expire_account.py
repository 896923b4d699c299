"""The grant is gone: only the person can help, and the app is told how to ask them."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, F, Q, TextField, Value, When
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.models import ConnectedAccount, Status, StatusReason
from flowra.errors import Conflict
from flowra.events.names import EventType
from flowra.events.record import Actor

RAN_OUT = "The permission has run out, and only the person can give it again."


def expire_account(
    account: ConnectedAccount,
    reason: StatusReason,
    actor: Actor,
    *,
    message: str = "",
    provider_words: str | None = None,
) -> None:
    """ACTIVE → EXPIRED with the reason and its event, in the caller's transaction.

    One that is switched off stays so, and is EXPIRED when it is switched on again.
    """
    text = message or str(reason.label)
    expired = (
        ConnectedAccount.live.filter(pk=account.pk)
        .filter(Q(status=Status.ACTIVE) | Q(is_disabled=True, status_when_enabled=Status.ACTIVE))
        .update(
            status=Case(
                When(is_disabled=True, then=F("status")),
                default=Value(Status.EXPIRED),
                output_field=CharField(),
            ),
            status_when_enabled=Case(
                When(is_disabled=True, then=Value(Status.EXPIRED)),
                default=Value(""),
                output_field=CharField(),
            ),
            status_reason=Case(
                When(is_disabled=True, then=F("status_reason")),
                default=Value(reason),
                output_field=CharField(),
            ),
            status_message=Case(
                When(is_disabled=True, then=F("status_message")),
                default=Value(text),
                output_field=TextField(),
            ),
            updated_at=timezone.now(),
        )
    )
    if expired:
        record_account(
            EventType.ACCOUNT_EXPIRED,
            project_id=account.project_id,
            account_id=account.pk,
            actor=actor,
            reason=text,
            data={"reason": reason.value} | ({"providerError": provider_words} if provider_words else {}),
        )


def account_expired(
    account: ConnectedAccount, message: str = "", provider_words: str | None = None
) -> Conflict:
    """409 `account_expired`, with the call that makes a link for the same account."""
    said = message or account.status_message or str(StatusReason.GRANT_REVOKED.label)
    return Conflict(
        f"{said} Connect it again: POST /api/v1/connected_accounts/link with its authConfigId and connectedAccountId.",
        code="account_expired",
        provider_error=provider_words,
        extra={"besides": {"reconnect": reconnect_call(account)}},
    )


def reconnect_call(account: ConnectedAccount) -> dict[str, Any]:
    """The call that makes a link for the same account, as errors tell it."""
    return {
        "method": "POST",
        "path": "/api/v1/connected_accounts/link",
        "body": {"authConfigId": account.auth_config_id, "connectedAccountId": account.pk},
    }

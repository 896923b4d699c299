"""Ending a link that did not succeed: one deed, whoever or whatever ended it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.ending import Ending, Page, callback_url_of
from accounts.actions.hold_account import hold_account
from accounts.models import ConnectedAccount, LinkSession, LinkState, Status, StatusReason
from flowra.encryption import sealed_for
from flowra.events.names import EventType
from flowra.events.record import Actor
from flowra.fault_points import fault_point

NOT_YET_CONNECTED = (Status.INITIALIZING, Status.INITIATED)


def fail_link(
    session: LinkSession,
    reason: StatusReason,
    *,
    actor: Actor,
    from_states: tuple[LinkState, ...],
    message: str = "",
    page: Page = "provider_error",
    provider_words: str | None = None,
    tell_app: bool = True,
) -> Ending:
    """Ends the link if it is still in one of `from_states`, and a first connection with it: FAILED, with the reason.

    A link for an account that was connected before leaves its status and credential alone: only the trail tells.
    A link that was ended otherwise meanwhile stays as it is.
    """
    text = message or StatusReason(reason).label
    now = timezone.now()
    with transaction.atomic():
        hold_account(session.account_id)
        ended = LinkSession.objects.filter(pk=session.pk, state__in=from_states).update(
            state=LinkState.FAILED,
            end=reason,
            due_at=None,
            attempt=sealed_for(LinkSession, "attempt", session.pk, {}),
            prefilled=sealed_for(LinkSession, "prefilled", session.pk, {}),
        )
        fault_point("link.ended")
        if ended:
            if not session.is_reconnect:
                ConnectedAccount.objects.filter(
                    pk=session.account_id, status__in=NOT_YET_CONNECTED, deleted_at__isnull=True
                ).update(status=Status.FAILED, status_reason=reason, status_message=text, updated_at=now)
            record_account(
                EventType.ACCOUNT_FAILED,
                project_id=session.project_id,
                account_id=session.account_id,
                actor=actor,
                reason=text,
                data={"reason": reason.value, "link": session.pk, "reconnecting": session.is_reconnect}
                | ({"providerError": provider_words} if provider_words else {}),
            )
    session.refresh_from_db(fields=["state", "end"])
    return Ending(
        session=session,
        account=session.account,
        outcome="failed",
        page=page,
        message=text,
        error=reason.value,
        provider_words=provider_words,
        redirect_to=callback_url_of(session, "failed", error=reason.value) if tell_app else None,
    )

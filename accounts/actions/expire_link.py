"""A link whose time is up, or whose finishing died half way."""

from __future__ import annotations

from django.utils import timezone

from accounts.actions.end_link import fail_link
from accounts.models import LinkSession, LinkState, StatusReason
from flowra.due.row import settle
from flowra.events.record import SYSTEM

UNFINISHED = (LinkState.OPEN, LinkState.STARTED, LinkState.PARKED, LinkState.FINISHING)


def expire_link(session: LinkSession) -> None:
    """Acts on a leased row: FAILED with the reason link_expired, if it is not finished."""
    if session.state not in UNFINISHED:
        settle(session, due_at=None)
        return
    if session.due_at is not None and session.due_at > timezone.now():
        settle(session, due_at=session.due_at)
        return
    fail_link(
        session,
        StatusReason.LINK_EXPIRED,
        actor=SYSTEM,
        from_states=(LinkState(session.state),),
        page="expired",
    )

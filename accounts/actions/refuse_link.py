"""The person says no on our own page: nothing is asked of the service."""

from __future__ import annotations

from accounts.actions.end_link import fail_link
from accounts.actions.ending import Ending
from accounts.actions.tokens_of_links import hash_of
from accounts.models import LinkSession, LinkState, StatusReason
from flowra.errors import Gone
from flowra.events.record import END_USER


def refuse_link(session: LinkSession, browser: str) -> Ending:
    """Ends the link for good. Raises Gone (`wrong_browser`) when another browser than `browser` has it."""
    if session.state == LinkState.STARTED and session.browser_hash != hash_of(browser):
        raise Gone(
            "This link was opened in another browser.", code="wrong_browser", extra={"session": session}
        )
    ending = fail_link(
        session,
        StatusReason.ACCESS_DENIED,
        actor=END_USER,
        from_states=(LinkState(session.state),),
        page="refused",
    )
    if session.end != StatusReason.ACCESS_DENIED:
        raise Gone("This link has been used.", code="link_used", extra={"session": session})
    return ending

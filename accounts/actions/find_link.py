"""The link behind a token, if it still works."""

from __future__ import annotations

from django.utils import timezone

from accounts.actions.tokens_of_links import hash_of
from accounts.models import LinkSession, LinkState, StatusReason
from flowra.errors import Gone, NotFound


def find_link(token: str) -> LinkSession:
    """The link, with its account, auth config, user and project read along; changes nothing.

    Raises NotFound for an unknown token and Gone (`link_used`, `link_expired`), with the session under `session`.
    """
    session = (
        LinkSession.objects.select_related(
            "project", "account__auth_config", "account__external_user", "account__project"
        )
        .filter(token_hash=hash_of(token))
        .first()
    )
    if session is None:
        raise NotFound("There is no such link.", code="link_unknown")
    has_run_out = session.expires_at <= timezone.now()
    if session.end == StatusReason.LINK_EXPIRED or (has_run_out and session.state != LinkState.DONE):
        raise Gone("This link has run out.", code="link_expired", extra={"session": session})
    if session.state not in (LinkState.OPEN, LinkState.STARTED) or session.account.deleted_at is not None:
        raise Gone("This link has been used.", code="link_used", extra={"session": session})
    return session

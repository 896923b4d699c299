"""A person's own page of connections is opened: it is the browser's that does so first, until it runs out."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions.tokens_of_links import hash_of
from accounts.models import PortalSession
from flowra.errors import Forbidden, Gone, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.fault_points import fault_point

if TYPE_CHECKING:
    Sessions = QuerySet[PortalSession, Any]


def find_portal_session(token: str) -> PortalSession:
    """The session behind a URL's token, with its project and user; changes nothing.

    Raises NotFound (`portal_unknown`), Gone (`portal_expired`) and Forbidden (`user_inactive`), both with the session
    under `session`.
    """
    return _good(_sessions().filter(token_hash=hash_of(token)).first())


def portal_session_in(id: str, browsers: Collection[str]) -> PortalSession:
    """The session of that id, in a browser that says these names of itself.

    Raises as `find_portal_session` does, and Gone (`portal_elsewhere`) where it is no browser's yet, or another's.
    """
    session = _good(_sessions().filter(pk=id).first())
    if not is_open_in(session, browsers):
        raise _elsewhere(session)
    return session


def is_open_in(session: PortalSession, browsers: Collection[str]) -> bool:
    """Whether it belongs to the browser that says these names of itself."""
    return session.browser_hash != "" and session.browser_hash in {hash_of(each) for each in browsers}


def open_portal_session(session: PortalSession, browser: str) -> None:
    """One conditional update: of two browsers at once it is one's. Pressing again in the same one changes nothing.

    Raises Gone (`portal_elsewhere`, `portal_expired`).
    """
    now = timezone.now()
    with transaction.atomic():
        opened = PortalSession.objects.filter(pk=session.pk, browser_hash="", expires_at__gt=now).update(
            browser_hash=hash_of(browser), opened_at=now
        )
        fault_point("portal.opened")
        if opened:
            record(
                EventType.PORTAL_OPENED,
                project_id=session.project_id,
                subject=("user", session.external_user_id),
                actor=person_of(session),
                data={"portal": session.pk},
            )
            return
    session.refresh_from_db(fields=["browser_hash", "expires_at"])
    _good(session)
    if not is_open_in(session, [browser]):
        raise _elsewhere(session)


def person_of(session: PortalSession) -> Actor:
    """Who acts on the page, for the trail."""
    user = session.external_user
    return Actor("end_user", user.pk, user.name)


def _good(session: PortalSession | None) -> PortalSession:
    if session is None:
        raise NotFound("There is no such page of connections.", code="portal_unknown")
    if session.expires_at <= timezone.now():
        raise Gone("This page of connections has run out.", code="portal_expired", extra={"session": session})
    if not session.external_user.is_active:
        raise Forbidden(
            "The user is inactive and cannot be acted as.", code="user_inactive", extra={"session": session}
        )
    return session


def _elsewhere(session: PortalSession) -> Gone:
    return Gone(
        "This page of connections is another browser's.", code="portal_elsewhere", extra={"session": session}
    )


def _sessions() -> Sessions:
    return PortalSession.objects.select_related("project", "external_user").defer("project__logo")

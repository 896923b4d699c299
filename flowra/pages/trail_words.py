"""The trail in words: what happened, and who did it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from flowra.events.names import EventType
from flowra.models import Event

from .moments import moment

MOST_SHOWN = 100

WORDS: dict[str, str] = {
    EventType.LINK_CREATED: "Link made",
    EventType.LINK_OPENED: "Link opened",
    EventType.ACCOUNT_CONNECTED: "Connected",
    EventType.ACCOUNT_REFRESHED: "Access renewed",
    EventType.ACCOUNT_RECONNECTED: "Connected again",
    EventType.ACCOUNT_EXPIRING: "Access ends soon",
    EventType.ACCOUNT_EXPIRED: "Access has ended",
    EventType.ACCOUNT_FAILED: "Connecting failed",
    EventType.ACCOUNT_DISABLED: "Switched off",
    EventType.ACCOUNT_ENABLED: "Switched on",
    EventType.ACCOUNT_UPDATED: "Changed",
    EventType.ACCOUNT_DELETED: "Revoked here",
    EventType.ACCOUNT_REVOKED: "The service has forgotten the grant",
    EventType.ACCOUNT_REVOCATION_FAILED: "The service was not told",
    EventType.ACCOUNTS_EXPORTED: "List of accounts exported",
    EventType.REVOCATION_RUN_STARTED: "Revoking many began",
    EventType.REVOCATION_RUN_STOPPED: "Revoking many was stopped",
    EventType.REVOCATION_RUN_RESUMED: "Revoking many went on",
    EventType.REVOCATION_RUN_FINISHED: "Revoking many is done",
    EventType.EVENTS_EXPORTED: "The trail exported",
    EventType.CREDENTIALS_READ: "Raw credentials read",
    EventType.CREDENTIALS_EXPORTED: "Whole grant exported",
    EventType.AUTH_CONFIG_FAILING: "The service refuses the app's client",
    EventType.AUTH_CONFIG_CREATED: "Auth config made",
    EventType.AUTH_CONFIG_UPDATED: "Auth config changed",
    EventType.AUTH_CONFIG_DELETED: "Auth config deleted",
    EventType.TOOLKIT_CREATED: "Toolkit made",
    EventType.TOOLKIT_UPDATED: "Toolkit changed",
    EventType.TOOLKIT_DELETED: "Toolkit deleted",
    EventType.TOOL_CREATED: "Tool made",
    EventType.TOOL_UPDATED: "Tool changed",
    EventType.TOOL_DELETED: "Tool deleted",
    EventType.API_KEY_CREATED: "API key made",
    EventType.API_KEY_REVOKED: "API key revoked",
    EventType.PROJECT_CREATED: "Project made",
    EventType.PROJECT_UPDATED: "Project changed",
    EventType.PORTAL_CREATED: "Own page of connections made",
    EventType.PORTAL_OPENED: "Own page of connections opened",
    EventType.MEMBER_INVITED: "Invited to the team",
    EventType.MEMBER_INVITATION_WITHDRAWN: "Invitation withdrawn",
    EventType.MEMBER_JOINED: "Joined the team",
    EventType.MEMBER_ROLE_CHANGED: "Role changed",
    EventType.MEMBER_REMOVED: "Removed from the team",
    EventType.USER_CREATED: "User made",
    EventType.USER_ACTIVATED: "User made active",
    EventType.USER_DEACTIVATED: "User made inactive",
    EventType.WEBHOOK_ENDPOINT_CREATED: "Webhook endpoint made",
    EventType.WEBHOOK_ENDPOINT_UPDATED: "Webhook endpoint changed",
    EventType.WEBHOOK_ENDPOINT_DELETED: "Webhook endpoint deleted",
    EventType.WEBHOOK_ENDPOINT_DISABLED: "Webhook endpoint switched off",
    EventType.WEBHOOK_ENDPOINT_ENABLED: "Webhook endpoint switched on",
    EventType.WEBHOOK_ENDPOINT_TESTED: "Webhook endpoint tried",
    EventType.WEBHOOK_SECRET_ROTATED: "Webhook secret changed",
    EventType.WEBHOOK_DELIVERY_REPLAYED: "Webhook delivery sent again",
}
ACTORS = {
    "api_key": "The app",
    "staff": "Staff",
    "end_user": "The person",
    "worker": "Flowra",
    "system": "Flowra",
}


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """One event to be read out; `details` are names and values."""

    what: str
    type: str
    who: str
    at: datetime
    when: SafeString
    reason: str
    details: tuple[tuple[str, str], ...]


def words_of_type(type: str) -> str:
    """What happened; a type without words is told as it is."""
    return WORDS.get(type, type)


def words_of_actor(event: Event) -> str:
    """Who did it: their kind, and their name where it says more."""
    kind = ACTORS.get(event.actor_kind, event.actor_kind)
    if event.actor_kind in ("worker", "system", "end_user") or not event.actor_name:
        return kind
    return f"{kind}: {event.actor_name}"


def events_of(kind: str, id: str) -> list[ToldEvent]:
    """The newest hundred events of one thing, newest first; one query."""
    found = Event.objects.filter(subject_kind=kind, subject_id=id).order_by("-at", "-id")[:MOST_SHOWN]
    return [told(each) for each in found]


def told(event: Event) -> ToldEvent:
    """The event as it is read out."""
    return ToldEvent(
        what=words_of_type(event.type),
        type=event.type,
        who=words_of_actor(event),
        at=event.at,
        when=moment(event.at),
        reason=event.reason,
        details=tuple(_details(event.data)),
    )


def _details(data: Any) -> Iterable[tuple[str, str]]:
    """What is said besides, flat and short; the reason is told by itself."""
    if not isinstance(data, dict):
        return
    for name, value in data.items():
        if value in (None, "", [], {}) or name == "reason":
            continue
        text = _said(value)
        yield name, text if len(text) <= 300 else f"{text[:299]}…"


def _said(value: Any) -> str:
    """A value of an event's data as people read it; a change tells both of its ends."""
    match value:
        case {"from": before, "to": after, **rest} if not rest:
            return f"{_said(before)} → {_said(after)}"
        case dict():
            return ", ".join(f"{name}: {_said(each)}" for name, each in value.items())
        case list() if value:
            return ", ".join(map(_said, value))
        case bool():
            return "yes" if value else "no"
        case None | "" | []:
            return "nothing"
    return str(value)

"""What Slack's API does with messages, channels and people. https://docs.slack.dev/reference/methods"""

from __future__ import annotations

from typing import Any

from ..message import Reply, Request, as_json
from ..records import PEOPLE
from ..service import Service
from ..shape import Path, Route
from .slack import admit, user_id

CHANNELS = {"C0PGENERAL": "general", "C0PSALES": "sales"}


def post_message(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.slack.dev/reference/methods/chat.postMessage: a form or JSON."""
    admit(service, request, "chat:write")
    given: dict[str, Any] = request.json or request.form
    channel = str(given.get("channel", "")).lstrip("#")
    known = next((id for id, name in CHANNELS.items() if channel in (id, name)), None)
    if known is None:
        return _no("channel_not_found")
    if not given.get("text") and not given.get("blocks"):
        return _no("no_text")
    message = {"type": "message", "user": "U0PBOT", "bot_id": "B0PBOT", "text": given.get("text", "")}
    if given.get("thread_ts"):
        message["thread_ts"] = given["thread_ts"]
    ts = "1767225600.000100"
    return as_json({"ok": True, "channel": known, "ts": ts, "message": {**message, "ts": ts}})


def list_channels(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.slack.dev/reference/methods/conversations.list: arguments by query or form, never JSON."""
    admit(service, request, "channels:read", "groups:read", "im:read", "mpim:read")
    if request.query.get("limit", "1") == "0":
        return _no("invalid_limit")
    told = [
        {"id": id, "name": name, "is_channel": True, "is_archived": False} for id, name in CHANNELS.items()
    ]
    return as_json({"ok": True, "channels": told, "response_metadata": {"next_cursor": ""}})


def channel_history(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.slack.dev/reference/methods/conversations.history: arguments by query or form, never JSON."""
    admit(service, request, "channels:history", "groups:history", "im:history", "mpim:history")
    if (request.query.get("channel") or request.form.get("channel")) not in CHANNELS:
        return _no("channel_not_found")
    message = {
        "type": "message",
        "user": user_id(PEOPLE[0]),
        "text": "Good morning",
        "ts": "1767225600.000100",
    }
    return as_json({"ok": True, "messages": [message], "has_more": False})


def lookup_by_email(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.slack.dev/reference/methods/users.lookupByEmail"""
    admit(service, request, "users:read.email")
    wanted = request.query.get("email") or request.form.get("email")
    person = next((one for one in PEOPLE if one.email == wanted), None)
    if person is None:
        return _no("users_not_found")
    return as_json({"ok": True, "user": {"id": user_id(person), "name": person.handle}})


def _no(error: str) -> Reply:
    return as_json({"ok": False, "error": error})


ROUTES = (
    Route("POST", "/slack.com/api/chat.postMessage", post_message),
    *(
        Route(method, f"/slack.com/api/{name}", deed)
        for name, deed in (
            ("conversations.list", list_channels),
            ("conversations.history", channel_history),
            ("users.lookupByEmail", lookup_by_email),
        )
        for method in ("GET", "POST")
    ),
)

"""Mail and events at Google.

https://developers.google.com/workspace/gmail/api/reference/rest
https://developers.google.com/workspace/calendar/api/v3/reference
"""

from __future__ import annotations

import base64
import binascii
from email import message_from_bytes
from typing import Any

from ..message import Reply, Request, as_json
from ..service import Service
from ..shape import Path, Route
from .google import APIS, MAIL

SENDING = (MAIL, APIS + "gmail.modify", APIS + "gmail.compose", APIS + "gmail.send")
WRITING = (MAIL, APIS + "gmail.modify", APIS + "gmail.compose")
READING = (MAIL, APIS + "gmail.modify", APIS + "gmail.readonly")
KEEPING = (APIS + "calendar", APIS + "calendar.events")
SEEING = (*KEEPING, APIS + "calendar.readonly", APIS + "calendar.events.readonly")
FREE_OR_BUSY = (APIS + "calendar", APIS + "calendar.readonly", APIS + "calendar.freebusy")


def send_mail(service: Service, request: Request, path: Path) -> Reply:
    """A whole message, in base64url; without a recipient it is refused."""
    service.admit(request, *SENDING)
    words = _objection(request.json.get("raw"), needs_recipient=True)
    if words:
        return _no(400, words)
    return as_json({"id": "m2", "threadId": request.json.get("threadId", "m2"), "labelIds": ["SENT"]})


def create_draft(service: Service, request: Request, path: Path) -> Reply:
    """The message is one level deeper than when it is sent."""
    service.admit(request, *WRITING)
    message: dict[str, Any] = request.json.get("message", {})
    words = _objection(message.get("raw"), needs_recipient=False)
    if words:
        return _no(400, words)
    return as_json({"id": "d1", "message": {"id": "m3", "threadId": "m3", "labelIds": ["DRAFT"]}})


def find_mail(service: Service, request: Request, path: Path) -> Reply:
    service.admit(request, *READING)
    return as_json({"messages": [{"id": "m1", "threadId": "m1"}], "resultSizeEstimate": 1})


def read_mail(service: Service, request: Request, path: Path) -> Reply:
    service.admit(request, *READING)
    if path["id"] != "m1":
        return _no(404, "Requested entity was not found.")
    return as_json({"id": "m1", "threadId": "m1", "labelIds": ["INBOX"], "snippet": "Good morning"})


def list_events(service: Service, request: Request, path: Path) -> Reply:
    """Ordered by time only where each occurrence is told by itself."""
    service.admit(request, *SEEING)
    if request.query.get("orderBy") == "startTime" and request.query.get("singleEvents") != "true":
        return _no(400, "The requested ordering is not available for the particular query.")
    return as_json({"kind": "calendar#events", "items": [_event({"summary": "Stand-up"})]})


def create_event(service: Service, request: Request, path: Path) -> Reply:
    service.admit(request, *KEEPING)
    for end in ("start", "end"):
        if not request.json.get(end, {}).get("dateTime"):
            return _no(400, f"Missing {end} time.")
    return as_json(_event(request.json))


def delete_event(service: Service, request: Request, path: Path) -> Reply:
    service.admit(request, *KEEPING)
    return Reply(204) if path["id"] == "e1" else _no(410, "Resource has been deleted")


def find_busy_times(service: Service, request: Request, path: Path) -> Reply:
    service.admit(request, *FREE_OR_BUSY)
    busy = [{"start": "2026-01-30T09:00:00Z", "end": "2026-01-30T10:00:00Z"}]
    calendars = {each["id"]: {"busy": busy} for each in request.json.get("items", [])}
    return as_json({"kind": "calendar#freeBusy", "calendars": calendars})


def _objection(raw: object, *, needs_recipient: bool) -> str | None:
    try:
        message = message_from_bytes(base64.urlsafe_b64decode(raw if isinstance(raw, str) else ""))
    except binascii.Error:
        return "Invalid value for ByteString"
    if needs_recipient and not any(message[name] for name in ("To", "Cc", "Bcc")):
        return "Recipient address required"
    return None


def _event(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "e1",
        "kind": "calendar#event",
        "status": "confirmed",
        "htmlLink": "https://www.google.com/calendar/event?eid=ZTE",
        **given,
    }


def _no(status: int, words: str) -> Reply:
    return as_json({"error": {"code": status, "message": words}}, status)


_MAIL = "/gmail.googleapis.com/gmail/v1/users/me"
_CALENDAR = "/www.googleapis.com/calendar/v3"
ROUTES = (
    Route("POST", f"{_MAIL}/messages/send", send_mail),
    Route("POST", f"{_MAIL}/drafts", create_draft),
    Route("GET", f"{_MAIL}/messages", find_mail),
    Route("GET", f"{_MAIL}/messages/{{id}}", read_mail),
    Route("GET", f"{_CALENDAR}/calendars/{{calendar*}}/events", list_events),
    Route("POST", f"{_CALENDAR}/calendars/{{calendar*}}/events", create_event),
    Route("DELETE", f"{_CALENDAR}/calendars/{{calendar*}}/events/{{id}}", delete_event),
    Route("POST", f"{_CALENDAR}/freeBusy", find_busy_times),
)

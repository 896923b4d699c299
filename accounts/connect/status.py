"""How far a link is: for the page of the app that waits for it, where no message gets through."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from accounts.actions.tokens_of_links import hash_of
from accounts.connect.embedding import VERSION, origin_of_link
from accounts.models import LinkSession, LinkState, StatusReason
from flowra.api.rendering import json_answer

_WORDS = {
    LinkState.OPEN: "open",
    LinkState.STARTED: "started",
    LinkState.FINISHING: "started",
    LinkState.PARKED: "confirm",
    LinkState.DONE: "success",
    LinkState.FAILED: "failed",
}


def link_status(request: HttpRequest, token: str) -> HttpResponse:
    """`{version, status, connectedAccountId, error?}` for whoever holds the link's token; changes nothing.

    `status` is open, started, confirm, success or failed. Pages of the link's one origin may read it (CORS). It never
    tells the confirmation token: whoever made the link knows its token, and is not who must confirm.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    session = (
        LinkSession.objects.select_related("project")
        .only("state", "end", "expires_at", "account_id", "callback_url", "project__callback_origins")
        .filter(token_hash=hash_of(token))
        .first()
    )
    if session is None:
        return _answer({"version": VERSION, "status": "unknown"}, status=404)
    told: dict[str, object] = {
        "version": VERSION,
        "status": _WORDS[LinkState(session.state)],
        "connectedAccountId": session.account_id,
    }
    if session.state in (LinkState.OPEN, LinkState.STARTED) and session.expires_at <= timezone.now():
        told |= {"status": "failed", "error": StatusReason.LINK_EXPIRED.value}
    elif session.state == LinkState.FAILED:
        told["error"] = session.end
    response = _answer(told)
    origin = origin_of_link(session)
    if origin and request.headers.get("Origin") == origin:
        response.headers["Access-Control-Allow-Origin"] = origin
    return response


def _answer(told: dict[str, object], status: int = 200) -> HttpResponse:
    response = json_answer(told, status)
    response.headers["Vary"] = "Origin"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response

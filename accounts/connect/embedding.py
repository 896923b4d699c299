"""The connect page inside an app's own: in a window that connect.js opened, or in a frame.

How it is shown stands in the page's address, and from the press on at the end of `state`, which comes back from the
service: nothing is stored for it. What is told to the app's page goes to the one origin the link was made for.
"""

from __future__ import annotations

import json
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.actions.ending import Ending
from accounts.connect.ending_page import ending_context
from accounts.models import LinkSession
from flowra.api.middleware import allow_framing_by, allow_opener, allow_questions_home
from flowra.origins import origin_of

Display = Literal["", "popup", "iframe"]
VERSION = 1


def display_of(request: HttpRequest) -> Display:
    """How the page is to be shown: `?display=`, or the end of a callback's `state`."""
    wished = request.GET.get("display") or request.GET.get("state", "").rpartition(".")[2]
    if wished == "popup":
        return "popup"
    return "iframe" if wished == "iframe" else ""


def origin_of_link(session: LinkSession) -> str:
    """The one origin that is told: the callback URL's, else the project's only one; empty where it is not allowed now."""
    allowed = session.project.callback_origins
    if session.callback_url:
        origin = origin_of(session.callback_url)
    else:
        origin = origin_of(allowed[0]) if len(allowed) == 1 else None
    return origin if origin is not None and origin in allowed else ""


def shown_in(request: HttpRequest, response: HttpResponse, session: LinkSession | None) -> HttpResponse:
    """Lets a page be what it is shown as: framed by the project's own pages alone, or heard by the page that opened it."""
    display = display_of(request)
    if session is None or not display:
        return response
    if display == "iframe":
        allow_framing_by(response, *session.project.callback_origins)
        return allow_questions_home(response)
    return allow_opener(response)


def embedding_context(request: HttpRequest, session: LinkSession) -> dict[str, Any]:
    """What the link page's template needs to be shown in a frame or a window."""
    display, origin = display_of(request), origin_of_link(session)
    return {
        "display": display,
        "told_origin": origin,
        "is_framed": display == "iframe" and bool(origin),
        "query": f"?{urlencode({'display': display})}" if display else "",
    }


def end_in_window(request: HttpRequest, ending: Ending, status: int) -> HttpResponse | None:
    """The last page of a window that connect.js or a frame opened; None where the browser goes on as ever."""
    display, origin = display_of(request), origin_of_link(ending.session)
    if not display or not origin:
        return None
    message = {
        "source": "flowra",
        "version": VERSION,
        "type": ending.outcome,
        "status": ending.outcome,
        "connectedAccountId": ending.session.account_id,
    }
    if ending.error:
        message["error"] = ending.error
    if ending.confirmation_token:
        message["confirmationToken"] = ending.confirmation_token
    context = {
        **ending_context(ending),
        "message": json.dumps(message),
        "display": display,
        "told_origin": origin,
        "callback": ending.redirect_to or "",
        "back_url": "",
    }
    response = render(request, "connect/end_in_window.html", context, status=status)
    return shown_in(request, response, ending.session)

"""What every answer carries: a request id, and for a page the headers that keep it from being framed, cached or scripted."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from flowra.logs import request_id
from flowra.origins import origin_of
from flowra.request_log import log_request

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_SANE_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_ASK_AS_THEY_GO = ("/admin/", "/dashboard/")


class RequestIdMiddleware:
    """Takes the caller's `x-request-id` when it is sane, else makes one; logs, errors and the answer carry it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        id = given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            log_request(request, response.status_code, started)
        finally:
            request_id.reset(token)
        response.headers["x-request-id"] = id
        return response


def allow_form_to(response: HttpResponse, *urls: str) -> HttpResponse:
    """Lets a page's form be answered by redirects to these URLs' origins, which `form-action` would stop otherwise.

    `https:` alone lets it be redirected to any https origin.
    """
    sources = filter(None, (url if url == "https:" else origin_of(url) for url in urls))
    before: tuple[str, ...] = getattr(response, "form_action_origins", ())
    response.form_action_origins = (*before, *sources)  # type: ignore[attr-defined]
    return response


def allow_framing_by(response: HttpResponse, *origins: str) -> HttpResponse:
    """Lets a page be framed by pages of these origins, each as `scheme://host[:port]`; nobody else may frame it."""
    response.framing_origins = tuple(filter(None, map(origin_of, origins)))  # type: ignore[attr-defined]
    return response


def allow_questions_home(response: HttpResponse) -> HttpResponse:
    """Lets a page's scripts ask this Flowra, and nobody else."""
    response.asks_home = True  # type: ignore[attr-defined]
    return response


def allow_own_frames(response: HttpResponse) -> HttpResponse:
    """Lets a page frame pages of this Flowra that let themselves be framed by it."""
    response.frames_home = True  # type: ignore[attr-defined]
    return response


def allow_opener(response: HttpResponse) -> HttpResponse:
    """Lets the page that opened this one's window go on holding it, and be told what happens.

    It can close the window or lead it elsewhere, as it could before; it cannot read it.
    """
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


class PageHeadersMiddleware:
    """A strict Content-Security-Policy and its like on every HTML page; what a view set itself is left alone.

    Nothing inline runs, nothing foreign is loaded, no page is framed or cached. `allow_form_to` widens `form-action`,
    `allow_framing_by` names who may frame a page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            headers = response.headers
            headers.setdefault("Content-Security-Policy", _policy(request, response))
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("Referrer-Policy", "same-origin")
            if not _framing_origins(response):
                headers.setdefault("X-Frame-Options", "DENY")
            else:
                # A page that is isolated itself may frame only what says both; all that we load is our own anyway.
                headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
                headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
        return response


def _policy(request: HttpRequest, response: HttpResponseBase) -> str:
    forms = " ".join(("'self'", *dict.fromkeys(getattr(response, "form_action_origins", ()))))
    # Scripts of the admin and the dashboard look up choices and figures as they go.
    asks = request.path.startswith(_ASK_AS_THEY_GO) or getattr(response, "asks_home", False)
    connect = "; connect-src 'self'" if asks else ""
    frames = "; frame-src 'self'" if getattr(response, "frames_home", False) else ""
    framing = " ".join(_framing_origins(response)) or "'none'"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
        f"form-action {forms}; frame-ancestors {framing}; base-uri 'none'{connect}{frames}"
    )


def _framing_origins(response: HttpResponseBase) -> tuple[str, ...]:
    return getattr(response, "framing_origins", ())

"""A call to the API that Flowra makes to itself, for somebody who is signed in to its pages.

The view is called as the web server would call it, on this thread, with a key that is stored nowhere and that nobody
sees. What lets it in is an object on the request, which nothing that is sent from outside can put there.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

from flowra.events.record import Actor
from flowra.models import ApiKey, Project

MOST_SHOWN = 100_000
# A stream that drips is not waited for longer.
SECONDS = 20.0
KEY_ID = "key_inside"
_PASSED_ON = (
    "HTTP_HOST",
    "REMOTE_ADDR",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "SERVER_NAME",
    "SERVER_PORT",
)


@dataclass(frozen=True, slots=True)
class InsideCall:
    """Who calls: a key that is no row, and the one whom the trail names."""

    key: ApiKey
    actor: Actor


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to call. `path` is decoded and begins with `/api/v1/`; `query` is encoded; `body` None: there is none."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class InsideAnswer:
    """What came back. `body` is at most MOST_SHOWN bytes of it; `is_cut` where there was more."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)
    is_cut: bool = False
    milliseconds: int = 0


def inside_caller(project: Project, actor: Actor, scopes: Iterable[str]) -> InsideCall:
    """Somebody who may call with these scopes, for one call."""
    key = ApiKey(id=KEY_ID, project=project, name=f"API explorer ({actor.name})"[:100], scopes=list(scopes))
    return InsideCall(key, actor)


def inside_call_of(request: HttpRequest) -> InsideCall | None:
    """Who calls from inside; None for a request that came from outside."""
    found = getattr(request, "inside_call", None)
    return found if isinstance(found, InsideCall) else None


def call_inside(caller: InsideCall, wanted: Wanted, around: HttpRequest) -> InsideAnswer:
    """Calls the API, within the request `around` (whose address is the caller's), and answers what it answered.

    Raises ValueError for a path outside the API. Whatever goes wrong in the API is an answer.
    """
    if not wanted.path.startswith("/api/v1/"):
        raise ValueError("only the API is called from inside")
    request = WSGIRequest(_environ(wanted, around))
    request.inside_call = caller  # type: ignore[attr-defined]
    started = time.perf_counter()
    match = resolve(request.path_info)
    answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    try:
        body, is_cut = _beginning_of(answer)
    finally:
        _let_go(answer)
    return InsideAnswer(
        status=answer.status_code,
        reason=answer.reason_phrase,
        headers=sorted(answer.headers.items()),
        body=body,
        is_cut=is_cut,
        milliseconds=round((time.perf_counter() - started) * 1000),
    )


def _let_go(answer: HttpResponseBase) -> None:
    """Ends what the answer streams from. Its `close` would say besides that the request is over, which ends the database's
    connection: and the one around this is not.
    """
    for close in answer._resource_closers:  # type: ignore[attr-defined]
        close()


def _environ(wanted: Wanted, around: HttpRequest) -> dict[str, Any]:
    body = wanted.body or b""
    environ: dict[str, Any] = {name: around.META[name] for name in _PASSED_ON if name in around.META}
    environ |= {
        "REQUEST_METHOD": wanted.method,
        "SCRIPT_NAME": "",
        # As PEP 3333 has it: the path's bytes, each as a character.
        "PATH_INFO": wanted.path.encode().decode("latin-1"),
        "QUERY_STRING": wanted.query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": around.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    environ.setdefault("SERVER_NAME", "localhost")
    environ.setdefault("SERVER_PORT", "80")
    if wanted.body is not None:
        environ |= {"CONTENT_TYPE": wanted.content_type, "CONTENT_LENGTH": str(len(body))}
    for name, value in wanted.headers.items():
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return environ


def _beginning_of(answer: HttpResponseBase) -> tuple[bytes, bool]:
    if not answer.streaming:
        whole: bytes = answer.content  # type: ignore[attr-defined]
        return whole[:MOST_SHOWN], len(whole) > MOST_SHOWN
    until = time.monotonic() + SECONDS
    found = b""
    for chunk in answer.streaming_content:  # type: ignore[attr-defined]
        found += chunk
        if len(found) > MOST_SHOWN or time.monotonic() > until:
            return found[:MOST_SHOWN], True
    return found, False

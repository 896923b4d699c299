"""One line a request: which way, what came of it, how long it took. Never its query, body or headers."""

from __future__ import annotations

import logging
import time

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

logger = logging.getLogger("flowra.request")

# What a browser fetches along with a page, and what is asked every few seconds by whatever watches over us.
_QUIET = ("/static/", "/healthz", "/readyz", "/metrics")
_LONGEST_PATH = 300


def log_request(request: HttpRequest, status: int, started: float) -> None:
    """`logged_path` on the request stands for its path, where a view set it. `started` by `time.perf_counter()`. The formatter masks link tokens in the path and adds the request id."""
    level = logging.DEBUG if request.path.startswith(_QUIET) and status < 400 else logging.INFO
    if not logger.isEnabledFor(level):
        return
    logger.log(
        level,
        "%s %s",
        request.method,
        # Escaped, so that a line break in a path makes no second line.
        escape_uri_path(getattr(request, "logged_path", request.path)[:_LONGEST_PATH]),
        extra={"status": status, "ms": round((time.perf_counter() - started) * 1000, 1)},
    )

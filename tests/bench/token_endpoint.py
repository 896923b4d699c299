"""A token endpoint that answers at once and counts: `python -m tests.bench.token_endpoint 8125`, until SIGTERM.

`GET /calls` answers when each call came, in seconds of one clock, by client, and how many refresh tokens came twice.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

_lock = threading.Lock()
_calls: dict[str, list[float]] = defaultdict(list)
_times_seen: Counter[str] = Counter()


def answer(environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
    """New tokens for whatever refresh token; a rotated one, as most services give."""
    if environ["REQUEST_METHOD"] == "GET":
        with _lock:
            return _said(start, {"calls": _calls, "twice": sum(map(len, _calls.values())) - len(_times_seen)})
    form = parse_qs(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode())
    token, client = form["refresh_token"][0], form["client_id"][0]
    with _lock:
        _calls[client].append(time.monotonic())
        _times_seen[token] += 1
    tokens = {"access_token": f"new-{token}", "refresh_token": f"{token}+", "token_type": "Bearer"}
    return _said(start, {**tokens, "expires_in": 86_400})


def _said(start: Callable[[str, list[tuple[str, str]]], Any], value: Any) -> Iterable[bytes]:
    body = json.dumps(value).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


if __name__ == "__main__":
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "tests.bench.token_endpoint:answer",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        blocking_threads=8,
        log_level=LogLevels.error,
    ).serve()

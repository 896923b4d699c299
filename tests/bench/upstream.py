"""A service's API that answers at once: `python -m tests.bench.upstream 8124`, until SIGTERM."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

BODY = b'{"id": "U1", "name": "Sales", "filler": "' + b"x" * 400 + b'"}'


def answer(environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
    """The same for every request."""
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))])
    return [BODY]


if __name__ == "__main__":
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "tests.bench.upstream:answer",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        blocking_threads=16,
        log_level=LogLevels.error,
    ).serve()

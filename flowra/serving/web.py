"""The web server: granian, WSGI, a pool of threads a process."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from typing import Any

BLOCKING_THREADS = 32
BACKLOG = 1024
# Longer than any call to a provider may take: a stream that outlives it is cut.
DRAIN_SECONDS = 60
_INTO_OUR_LOG: dict[str, Any] = {
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


def run_web(host: str, port: int, workers: int) -> None:
    """Serves until SIGTERM, then lets requests in flight end. The application must be loaded already: the server's
    own processes are forked from this one and share its memory.
    """
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)
    Server(
        "flowra.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
        log_level=LogLevels.error,
        log_access=False,  # flowra.request_log writes one that masks
        log_dictconfig=_INTO_OUR_LOG,
    ).serve(target_loader=_loaded_application)


def _loaded_application(target: str) -> Callable[..., Any]:
    from flowra.wsgi import application

    return application


def load_application() -> None:
    """Imports what the first request would, so that it is answered as fast as the next and its memory is shared."""
    from django.urls import get_resolver

    from flowra.wsgi import application

    assert application
    resolver = get_resolver()
    assert resolver.url_patterns
    resolver.reverse_dict  # noqa: B018 - fills its table

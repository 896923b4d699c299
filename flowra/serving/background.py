"""The worker as a process: until a signal says stop."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from flowra.due.worker import Worker


def run_worker(say_so: Callable[[], object] = lambda: None) -> None:
    """Sweeps due rows until SIGTERM or SIGINT, then ends what was begun; a second signal ends at once.

    `say_so` is called when signals are heeded: whoever is told that it runs may stop it in good order.
    """
    stop = threading.Event()

    def on_signal(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    say_so()
    Worker().run(stop)

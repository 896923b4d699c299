"""The worker as a process: until a signal says stop."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

from flowra.due.worker import Worker


def run_worker() -> None:
    """Sweeps due rows until SIGTERM or SIGINT, then ends what was begun; a second signal ends at once."""
    stop = threading.Event()

    def on_signal(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    Worker().run(stop)

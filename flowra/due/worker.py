"""The worker: sweeps every kind of due row with a few threads, does the chores, shows that it is alive.

Any number of them may run, on any machine: the rows' leases say who has what. It outlives the database: while that is
away it waits, longer each time, and tries again.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from flowra.database import let_go_of_database
from flowra.due import heartbeat
from flowra.due.kinds import CHORES, KINDS, DueKind
from flowra.due.row import DueRow, anything_due, claim

logger = logging.getLogger("flowra.worker")

THREADS = 8
POLL_SECONDS = 0.5
# What ends meanwhile is followed by one claim for all of it: claiming row by row costs as much as acting on them.
GATHER_SECONDS = 0.02
LONGEST_BACK_OFF_SECONDS = 30.0


class Worker:
    """One worker of one process. `threads` bounds what it does at once, `poll_seconds` how late it notices a due row."""

    def __init__(
        self, *, name: str | None = None, threads: int = THREADS, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._threads = threads
        self._poll_seconds = poll_seconds
        self._busy = 0
        self._busy_by_kind: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._something_ended = threading.Event()
        self._next_beat = 0.0
        self._next_chores: dict[str, float] = {}
        self._turn = 0

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set; then lets what was begun end, and returns. Raises nothing."""
        back_off = self._poll_seconds
        with ThreadPoolExecutor(self._threads, thread_name_prefix="flowra-due") as pool:
            while not stop.is_set():
                try:
                    self._show_life()
                    self._start_chores(pool)
                    found_a_batch = self._hand_out_rows(pool)
                except Exception as error:  # whatever it is, the sweep must go on
                    back_off = min(back_off * 2, LONGEST_BACK_OFF_SECONDS)
                    logger.warning("The sweep failed; trying again in %.0f s.", back_off, extra=_where(error))
                    connections.close_all()
                    stop.wait(back_off)
                    continue
                back_off = self._poll_seconds
                if not found_a_batch:
                    if self._something_ended.wait(self._poll_seconds):
                        stop.wait(GATHER_SECONDS)
                    self._something_ended.clear()
            self._close_connections(pool)
        try:
            heartbeat.say_goodbye(self.name)
        except Exception as error:  # the database may be why it ends
            logger.warning("The heartbeat's row stays behind.", extra=_where(error))
        connections.close_all()

    def _close_connections(self, pool: ThreadPoolExecutor) -> None:
        """Each thread's own, when what was begun has ended."""
        all_are_here = threading.Barrier(self._threads)

        def close() -> None:
            all_are_here.wait()
            connections.close_all()

        for _ in range(self._threads):
            pool.submit(close)

    def _show_life(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            heartbeat.beat(self.name)
            self._next_beat = now + heartbeat.EVERY.total_seconds()

    def _start_chores(self, pool: ThreadPoolExecutor) -> None:
        now = time.monotonic()
        for name, chore in CHORES.items():
            if now >= self._next_chores.get(name, 0.0) and self._free():
                self._next_chores[name] = now + chore.every.total_seconds()
                self._start(
                    pool, chore.act, f"The chore {name} failed; it is done again at its next time.", {}
                )

    def _hand_out_rows(self, pool: ThreadPoolExecutor) -> bool:
        """Claims no more than there are free threads for; says whether some kind may have more."""
        found_a_batch = False
        kinds = list(KINDS.items())
        self._turn += 1
        for place in range(len(kinds)):
            name, kind = kinds[(place + self._turn) % len(kinds)]
            limit = min(kind.batch, self._free_for(name, kind))
            if limit <= 0 or not anything_due(kind.model):
                continue
            if kind.claim is not None:
                rows = list(kind.claim(limit, kind.lease))
            else:
                rows = claim(kind.model, limit=limit, lease=kind.lease)
            for row in rows:
                self._start_row(pool, name, kind, row)
            found_a_batch = found_a_batch or len(rows) == limit
        return found_a_batch and self._free() > 0

    def _start_row(self, pool: ThreadPoolExecutor, name: str, kind: DueKind, row: DueRow) -> None:
        def act() -> None:
            try:
                kind.act(row)
            finally:
                with self._lock:
                    self._busy_by_kind[name] -= 1

        with self._lock:
            self._busy_by_kind[name] += 1
        self._start(
            pool,
            act,
            "A due row was not settled; it is taken up again when its lease runs out.",
            {"kind": name, "row": str(row.pk), "attempts": row.attempts},
        )

    def _free(self) -> int:
        with self._lock:
            return self._threads - self._busy

    def _free_for(self, name: str, kind: DueKind) -> int:
        """How many more threads that kind may take."""
        with self._lock:
            share = max(1, int(self._threads * kind.share)) - self._busy_by_kind[name]
            return min(share, self._threads - self._busy)

    def _start(
        self, pool: ThreadPoolExecutor, act: Callable[[], None], trouble: str, about: dict[str, object]
    ) -> None:
        def guarded() -> None:
            try:
                act()
                let_go_of_database()
            except Exception as error:  # one row's trouble is not the others'
                logger.error(trouble, extra={**about, **_where(error)})
                connections.close_all()
            finally:
                with self._lock:
                    self._busy -= 1
                self._something_ended.set()

        with self._lock:
            self._busy += 1
        pool.submit(guarded)


def _where(error: BaseException) -> dict[str, object]:
    """What went wrong and where. Not the message: a driver's or a library's may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:]],
    }

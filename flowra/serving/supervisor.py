"""One command, several processes: starts its parts, starts again what dies, ends them all in good order.

Parts are forked from this process after it has loaded the application, so that they share its memory and start at
once. It runs no thread and holds no connection itself, which is what makes forking safe at any time (`fork(2)`: only
the calling thread exists in the child).
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

logger = logging.getLogger("flowra.serve")

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
WATCHED = STOPPING | {signal.SIGCHLD}
SHORTEST_BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 30.0
GOOD_LIFE_SECONDS = 60.0
TICK_SECONDS = 0.5
STARTING_TICK_SECONDS = 0.02
DEATHS_BEFORE_READY = 3


@dataclass(slots=True)
class Part:
    """`run` is called in a process of its own and returns at SIGTERM, when its work in flight has ended."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started_at: float = 0.0
    back_off: float = 0.0
    start_at: float = field(default=0.0)
    deaths: int = 0


class Supervisor:
    """Runs `parts` until a signal says stop. `is_ready` is asked until it says yes, then `when_ready` is called once."""

    def __init__(
        self, parts: Sequence[Part], *, is_ready: Callable[[], bool], when_ready: Callable[[], None]
    ) -> None:
        self._parts = list(parts)
        self._is_ready = is_ready
        self._when_ready = when_ready
        self._ready = False

    def run(self) -> int:
        """Returns the exit code: 0 after a stop in good order, 128 + signal when a second signal cut it short,
        1 when a part could not be started at all.
        """
        gc.collect()
        gc.freeze()  # what is loaded now lives on: collecting it in the parts would copy its pages
        before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        try:
            return self._supervise()
        finally:
            self._kill()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _supervise(self) -> int:
        while True:
            for part in self._parts:
                if not part.pid and time.monotonic() >= part.start_at:
                    self._start(part)
            if next_signal(TICK_SECONDS if self._ready else STARTING_TICK_SECONDS) in STOPPING:
                return self._stop()
            self._bury_the_dead()
            if not self._ready:
                if any(part.deaths >= DEATHS_BEFORE_READY for part in self._parts):
                    logger.error("It does not start; the lines above say why.")
                    return 1
                if self._is_ready():
                    self._ready = True
                    self._when_ready()

    def _start(self, part: Part) -> None:
        supervisor = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _be_the_part(part, supervisor)
        part.pid, part.started_at = pid, time.monotonic()

    def _bury_the_dead(self) -> None:
        for part in self._parts:
            if not part.pid:
                continue
            pid, status = os.waitpid(part.pid, os.WNOHANG)
            if not pid:
                continue
            _signal_group(part.pid, signal.SIGKILL)  # nothing of it may go on listening
            now = time.monotonic()
            lived_well = now - part.started_at >= GOOD_LIFE_SECONDS
            part.back_off = (
                SHORTEST_BACK_OFF_SECONDS
                if lived_well or not part.back_off
                else min(part.back_off * 2, LONGEST_BACK_OFF_SECONDS)
            )
            part.pid, part.start_at, part.deaths = 0, now + part.back_off, part.deaths + 1
            logger.error(
                "%s ended (%s); starting it again in %.1f s.", part.name, _how_it_ended(status), part.back_off
            )

    def _stop(self) -> int:
        """Lets every part end what it has in flight; a second signal ends them at once."""
        for part in self._parts:
            if part.pid:
                _signal(part.pid, signal.SIGTERM)
        while any(part.pid for part in self._parts):
            got = next_signal(TICK_SECONDS)
            if got in STOPPING:
                self._kill()
                return 128 + int(got or 0)
            for part in self._parts:
                if part.pid and os.waitpid(part.pid, os.WNOHANG)[0]:
                    _signal_group(part.pid, signal.SIGKILL)
                    part.pid = 0
        return 0

    def _kill(self) -> None:
        for part in self._parts:
            if part.pid:
                _signal_group(part.pid, signal.SIGKILL)
                os.waitpid(part.pid, 0)
                part.pid = 0


def _be_the_part(part: Part, supervisor: int) -> None:
    """The forked child: never returns."""
    code = 1
    try:
        os.setpgid(0, 0)  # the terminal's Ctrl-C reaches the supervisor alone
        for each in WATCHED:
            signal.signal(each, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _end_with(supervisor)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        part.run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # said here, because nothing above this frame will
        logger.exception("%s failed.", part.name)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end_with(supervisor: int) -> None:
    """Has this process get SIGTERM when the supervisor is killed outright."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM, 0, 0, 0)  # prctl(2), PR_SET_PDEATHSIG
    else:
        threading.Thread(target=_end_when_alone, args=(supervisor,), daemon=True).start()
    if os.getppid() != supervisor:
        os._exit(1)


def _end_when_alone(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(TICK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def wait_for_signal(seconds: float) -> int | None:
    """The next of the watched signals, which must be blocked; None when none comes in so many seconds."""
    got = signal.sigtimedwait(WATCHED, seconds)
    return None if got is None else got.si_signo


def ask_for_signal(seconds: float) -> int | None:
    """The same where the system cannot wait with a limit."""
    end = time.monotonic() + seconds
    while True:
        pending = signal.sigpending() & WATCHED
        if pending:
            return signal.sigwait(pending)
        if time.monotonic() >= end:
            return None
        time.sleep(min(STARTING_TICK_SECONDS, seconds))


# macOS has no sigtimedwait(2).
next_signal = wait_for_signal if hasattr(signal, "sigtimedwait") else ask_for_signal


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass


def _how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

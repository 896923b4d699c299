"""How the supervisor hears of signals, on systems that can wait for them and on those that must ask."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from flowra.serving.supervisor import WATCHED, ask_for_signal, wait_for_signal

Hear = Callable[[float], int | None]
BOTH = pytest.mark.parametrize("hear", [wait_for_signal, ask_for_signal])


@pytest.fixture(autouse=True)
def _blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    yield
    while signal.sigpending() & WATCHED:
        signal.sigwait(WATCHED)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@BOTH
def test_a_signal_that_came_before_is_heard_at_once(hear: Hear) -> None:
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    assert hear(5) == signal.SIGTERM
    assert hear(0.01) is None


@BOTH
def test_a_signal_that_comes_meanwhile_is_heard(hear: Hear) -> None:
    main = threading.get_ident()
    threading.Timer(0.2, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
    started = time.monotonic()
    assert hear(20) == signal.SIGINT
    assert time.monotonic() - started < 10


@BOTH
def test_without_one_it_returns_in_time(hear: Hear) -> None:
    started = time.monotonic()
    assert hear(0.2) is None
    assert 0.15 < time.monotonic() - started < 5


def test_a_child_that_ended_is_heard_of() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    assert wait_for_signal(20) == signal.SIGCHLD
    os.waitpid(pid, 0)

"""Two deeds that meet: while one is at a named point, in the middle of its transaction, the other begins."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, get_ident
from typing import Any

from django.db import connection

from flowra import fault_points
from tests.accounts.at_once import at_once

Deed = Callable[[], Any]


def meet(first: Deed, at: str, second: Deed) -> list[Any]:
    """While the first is `at` that point, the second begins, up to where it must wait; what both returned."""
    is_there = Event()
    mine: list[int] = []

    def reached(point: str) -> None:
        if point == at and get_ident() in mine and not is_there.is_set():
            is_there.set()
            _until_somebody_waits()

    def begin() -> Any:
        mine.append(get_ident())
        return first()

    def follow() -> Any:
        assert is_there.wait(20), f"the first did not come to {at}"
        return second()

    fault_points.reached = reached
    try:
        return at_once(begin, follow)
    finally:
        fault_points.reached = None


def _until_somebody_waits(seconds: float = 2) -> None:
    """For a row that we have; SQLite has one writer at a time, so there the second waits for all of the first."""
    end = time.monotonic() + seconds
    while connection.vendor == "postgresql" and time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.01)


def then_hang_up(deed: Deed) -> None:
    """In a thread of its own, with a database connection of its own."""
    try:
        deed()
    finally:
        connection.close()

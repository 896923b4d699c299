"""How many there are in all: counted each time while that is cheap, remembered for a moment when it is not."""

from __future__ import annotations

import time
from collections.abc import Hashable
from threading import Lock

from accounts.api.account_rows import count_wanted
from accounts.listing.accounts_wanted import Wanted

# The contract's 10 000 are exact; the tenth above it is the room for what may go while a total is remembered.
ALWAYS_COUNTED = 11_000
LONGEST_SECONDS = 10.0
# A total is remembered for fifty times what it took to count: counting costs a fiftieth of the time at most.
TIMES_ITS_COST = 50
MAX_REMEMBERED = 1_000

_lock = Lock()
_remembered: dict[Hashable, tuple[int, float]] = {}


def total_of(wanted: Wanted) -> int:
    """How many accounts are wanted. Exact up to ALWAYS_COUNTED; above it at most LONGEST_SECONDS old."""
    query = tuple((name, value if isinstance(value, str) else tuple(value)) for name, value in wanted.items())
    known = _remembered.get(query)
    started = time.monotonic()
    if known is not None and started < known[1]:
        return known[0]
    total = count_wanted(wanted)
    if total <= ALWAYS_COUNTED:
        if known is not None:
            _forget(query)
        return total
    now = time.monotonic()
    _remember(query, total, now + min(LONGEST_SECONDS, TIMES_ITS_COST * (now - started)))
    return total


def _remember(query: Hashable, total: int, until: float) -> None:
    with _lock:
        if len(_remembered) >= MAX_REMEMBERED:
            _remembered.clear()
        _remembered[query] = (total, until)


def _forget(query: Hashable) -> None:
    with _lock:
        _remembered.pop(query, None)

"""The log of what reached the provider, for tests to look at."""

from __future__ import annotations

import fnmatch
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from .message import Request

KEPT = 5000


@dataclass(frozen=True)
class Call:
    """One request that reached the provider, and the status it was answered with (0: no whole answer)."""

    at: float
    request: Request
    status: int

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def path(self) -> str:
        return self.request.path


class CallLog:
    """The newest calls, oldest first; those to the control endpoint are not among them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def add(self, request: Request, status: int) -> None:
        with self._lock:
            self._calls.append(Call(time.time(), request, status))

    def to(self, path: str, method: str | None = None) -> list[Call]:
        """The calls whose path matches `path`, where `*` stands for anything."""
        return [c for c in self if fnmatch.fnmatchcase(c.path, path) and method in (None, c.method)]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

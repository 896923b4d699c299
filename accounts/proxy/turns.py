"""How many calls are under way for one account in this process: no more than FLOWRA_PROXY_CONCURRENCY."""

from __future__ import annotations

import threading
from typing import ClassVar

from django.conf import settings

from flowra.errors import FlowraError

WAIT_SECONDS = 2.0


class TooMany(FlowraError):
    """429: so many calls as FLOWRA_PROXY_CONCURRENCY are under way for that account."""

    code = "too_many_calls"
    status = 429


class Turn:
    """One of them. Waits a moment for it to be free; raises TooMany."""

    _lock = threading.Condition()
    _under_way: ClassVar[dict[str, int]] = {}

    def __init__(self, account_id: str) -> None:
        self._account_id: str | None = account_id
        most = settings.FLOWRA_PROXY_CONCURRENCY
        with self._lock:
            if not self._lock.wait_for(lambda: self._under_way.get(account_id, 0) < most, WAIT_SECONDS):
                raise TooMany(
                    f"{most} calls are under way for this account; FLOWRA_PROXY_CONCURRENCY allows no more.",
                    retry_after=1,
                )
            self._under_way[account_id] = self._under_way.get(account_id, 0) + 1

    def give_back(self) -> None:
        """Once; again does nothing."""
        with self._lock:
            account_id, self._account_id = self._account_id, None
            if account_id is None:
                return
            left = self._under_way[account_id] - 1
            if left:
                self._under_way[account_id] = left
            else:
                del self._under_way[account_id]
            self._lock.notify_all()

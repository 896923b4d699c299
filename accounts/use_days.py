"""By whom accounts are used, counted by day: in memory as calls come, in the table after their answers are sent."""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import date
from threading import Lock

from django.core.signals import request_finished
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import AccountUse

log = logging.getLogger(__name__)

GRAIN_SECONDS = 60.0
MAX_KNOWN = 10_000
BATCH = 100
# account, day, kind, by, acting user
Way = tuple[str, date, str, str, str]


class UseDays:
    """What is used in a new way is written when the request is over, how often it is once a minute.

    So the table never misses who used an account on a day; by a process that dies it misses a minute's count.
    """

    def __init__(self) -> None:
        self._counts: Counter[Way] = Counter()
        self._known: set[Way] = set()
        self._is_due = False
        self._written_at = time.monotonic()
        self._lock = Lock()
        request_finished.connect(self.write, dispatch_uid="accounts.use_days")

    def note(self, account_id: str, kind: str, by: str, acting_user: str = "") -> None:
        """Counts one use, of today."""
        way = (account_id, timezone.now().date(), kind, by[:255], acting_user)
        with self._lock:
            self._counts[way] += 1
            if way not in self._known:
                if len(self._known) >= MAX_KNOWN:
                    self._known.clear()
                self._known.add(way)
                self._is_due = True

    def write(self, **_: object) -> None:
        """Adds what was counted to the table where that is due. Runs when a request is over."""
        if self._is_due or (self._counts and time.monotonic() - self._written_at >= GRAIN_SECONDS):
            self.write_all()

    def write_all(self) -> None:
        """Adds all that was counted so far, a hundred ways a statement."""
        with self._lock:
            # In one order, so that two processes wait for each other's rows, and never both.
            counted = sorted(self._counts.items())
            self._counts.clear()
            self._is_due = False
            self._written_at = time.monotonic()
        try:
            for start in range(0, len(counted), BATCH):
                _add(counted[start : start + BATCH])
        except DatabaseError as error:
            # Which of them are in the table is not known, and a person is told no number that is too high: what comes
            # next is new again, so that at least who it was is not missed.
            log.warning("Could not count by whom accounts were used.", exc_info=error)
            with self._lock:
                self._known.difference_update(way for way, _ in counted)
        finally:
            # The handler that gives connections back has run already.
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()

    def forget(self) -> None:
        """Drops what is not written yet."""
        with self._lock:
            self._counts.clear()
            self._is_due = False


def _add(counted: list[tuple[Way, int]]) -> None:
    """One statement: new rows for new ways, more for those that are there."""
    table = AccountUse._meta.db_table
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(counted))
    values = [
        value
        for (account_id, day, *rest), count in counted
        for value in (account_id, connection.ops.adapt_datefield_value(day), *rest, count)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (account_id, day, kind, "by", acting_user, count) VALUES {marks}'  # noqa: S608
            f' ON CONFLICT (account_id, day, kind, "by", acting_user) DO UPDATE SET count = {table}.count + excluded.count',
            values,
        )


USES = UseDays()

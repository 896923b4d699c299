"""When something was last used, to the minute: noted after the answer is sent, at most once a minute each."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Lock

from django.core.signals import request_finished
from django.db import DatabaseError, connection
from django.db.models import Model, Q
from django.utils import timezone

log = logging.getLogger(__name__)

GRAIN = timedelta(minutes=1)


class UseNotes:
    """Notes for the rows of one model, which has `last_used_at`. No reader waits for a writer."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._noted: dict[str, datetime] = {}
        self._due: set[str] = set()
        self._lock = Lock()
        request_finished.connect(self.write, dispatch_uid=f"flowra.use_notes.{model._meta.label}")

    def note(self, pk: str, last_used_at: datetime | None) -> None:
        """Marks it as used now, unless its row or this process says that it was within the last minute."""
        now = timezone.now()
        if last_used_at is not None and now - last_used_at < GRAIN:
            return
        with self._lock:
            noted = self._noted.get(pk)
            if noted is None or now - noted >= GRAIN:
                self._noted[pk] = now
                self._due.add(pk)

    def write(self, **_: object) -> None:
        """Writes what was marked: one conditional update, so that several processes write a minute's use once.

        Runs when a request is over.
        """
        if not self._due:
            return
        with self._lock:
            keys = list(self._due)
            self._due.clear()
            self._forget_old()
        now = timezone.now()
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - GRAIN)
        try:
            self._model._default_manager.filter(stale, pk__in=keys).update(last_used_at=now)
        except DatabaseError as error:
            log.warning(
                "Could not note that %s were used.", self._model._meta.verbose_name_plural, exc_info=error
            )
            with self._lock:
                for key in keys:
                    self._noted.pop(key, None)
        finally:
            # The handler that gives connections back has run already.
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()

    def _forget_old(self) -> None:
        if len(self._noted) > 10_000:
            now = timezone.now()
            self._noted = {key: noted for key, noted in self._noted.items() if now - noted < GRAIN}

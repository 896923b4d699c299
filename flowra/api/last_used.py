"""When a key was last used, to the minute: noted after the answer is sent, at most once a minute a key."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Lock

from django.core.signals import request_finished
from django.db import DatabaseError, connection
from django.db.models import Q
from django.utils import timezone

from flowra.models import ApiKey

log = logging.getLogger(__name__)

GRAIN = timedelta(minutes=1)

_noted: dict[str, datetime] = {}
_due: set[str] = set()
_lock = Lock()


def note_use(key: ApiKey) -> None:
    """Marks the key as used now, unless its row or this process says that it was within the last minute."""
    now = timezone.now()
    if key.last_used_at is not None and now - key.last_used_at < GRAIN:
        return
    with _lock:
        noted = _noted.get(key.pk)
        if noted is None or now - noted >= GRAIN:
            _noted[key.pk] = now
            _due.add(key.pk)


def write_notes(**_: object) -> None:
    """Writes what was marked: one conditional update, so that several processes write a minute's use once.

    Runs when a request is over: no reader waits for a writer.
    """
    if not _due:
        return
    with _lock:
        keys = list(_due)
        _due.clear()
    now = timezone.now()
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - GRAIN)
    try:
        ApiKey.objects.filter(stale, pk__in=keys).update(last_used_at=now)
    except DatabaseError as error:
        log.warning("Could not note that API keys were used.", exc_info=error)
        with _lock:
            for key in keys:
                _noted.pop(key, None)
    finally:
        # The handler that gives connections back has run already.
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


request_finished.connect(write_notes, dispatch_uid="flowra.api.last_used")

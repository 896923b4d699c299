"""A worker that takes a due row and never ends: a test kills it. `python -m tests.flowra.hanging_worker DATABASE`."""

from __future__ import annotations

import sys
import threading
import time
from datetime import timedelta

import django
from django.conf import settings


def hang(row: object) -> None:
    """Says that it has the row, and then nothing more."""
    print("taken", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    django.setup()
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    from accounts.models import Revocation
    from flowra.due.kinds import CHORES, KINDS, DueKind
    from flowra.due.worker import Worker

    KINDS.clear()
    CHORES.clear()
    KINDS["revocation"] = DueKind(Revocation, hang, lease=timedelta(seconds=2))
    Worker(name="hanging").run(threading.Event())

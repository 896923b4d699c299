"""A worker to be killed while it delivers. `python -m tests.flowra.webhooks.killed_worker DATABASE`."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from datetime import timedelta

import django
from django.conf import settings

if __name__ == "__main__":
    django.setup()
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    from flowra.due.kinds import CHORES, KINDS
    from flowra.due.worker import Worker

    CHORES.clear()
    KINDS["webhook_delivery"] = replace(KINDS["webhook_delivery"], lease=timedelta(seconds=2))
    Worker(name="to be killed").run(threading.Event())

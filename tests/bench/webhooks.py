"""How many webhooks one worker delivers a second: `python -m tests.bench.webhooks 500` prints it.

To receivers in the same process that answer at once, so that what is measured is signing, sending and recording.
"""

from __future__ import annotations

import ipaddress
import sys
import threading
import time

import django

ENDPOINTS = 4


def delivered_a_second(events: int) -> float:
    """Each event is of an account of its own, and goes to one of four endpoints."""
    from django.conf import settings

    from flowra.due.kinds import CHORES
    from flowra.due.worker import Worker
    from flowra.events.names import EventType
    from flowra.events.record import SYSTEM, record_of_each
    from tests.factories import make_project, make_webhook_endpoint
    from tests.flowra.webhooks.receiver import Receiver

    settings.FLOWRA_OUTBOUND_ALLOW = (ipaddress.ip_network("127.0.0.0/8"),)
    CHORES.clear()
    with Receiver() as receiver:
        for number in range(ENDPOINTS):
            project = make_project()
            make_webhook_endpoint(project, receiver.url)
            record_of_each(
                EventType.ACCOUNT_EXPIRED,
                project_id=project.pk,
                kind="account",
                ids=[f"ca_{each}" for each in range(number, events, ENDPOINTS)],
                actor=SYSTEM,
            )
        stop = threading.Event()
        worker = threading.Thread(target=Worker(name="bench").run, args=(stop,))
        worker.start()
        try:
            receiver.wait_for(events // 10, seconds=120)
            began = time.perf_counter()
            before = len(receiver.got)
            receiver.wait_for(events, seconds=600)
            return (events - before) / (time.perf_counter() - began)
        finally:
            stop.set()
            worker.join()


if __name__ == "__main__":
    django.setup()
    print(delivered_a_second(int(sys.argv[1])))

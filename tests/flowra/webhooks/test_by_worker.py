"""The worker delivers by itself; killed in the middle, it loses nothing; slow receivers do not take it away."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from flowra.due import worker
from flowra.due.kinds import KINDS, DueKind
from flowra.due.worker import Worker
from flowra.models import Notice, Project, WebhookDelivery, WorkerHeartbeat
from flowra.notices.tell_owner import tell_owner
from tests.flowra.test_worker import within
from tests.flowra.webhooks.deeds import happens, make_endpoint
from tests.flowra.webhooks.receiver import Receiver, hang, status

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def running(threads: int = 8) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Worker(name="w", threads=threads, poll_seconds=0.05).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=60)
        assert not thread.is_alive()


def none_is_due() -> bool:
    return not WebhookDelivery.objects.filter(due_at__isnull=False).exists()


@pytest.mark.both_databases
def test_every_event_of_every_account_arrives_once_and_in_order(project: Project, receiver: Receiver) -> None:
    made = make_endpoint(project, receiver.url)
    events = {f"ca_{number}": [happens(project, f"ca_{number}").pk] for number in range(5)}
    with running():
        for _ in range(3):
            for account, ids in events.items():
                ids.append(happens(project, account).pk)
        assert within(30, none_is_due)
    arrived: dict[str, list[str]] = {}
    for got in receiver.got:
        arrived.setdefault(got.opened(made.secret)["data"]["accountId"], []).append(got.id)
    assert arrived == events
    assert receiver.most_at_once <= 3


@pytest.mark.both_databases
def test_what_a_killed_worker_was_delivering_arrives_again_with_the_same_id(
    project: Project, receiver: Receiver
) -> None:
    made = make_endpoint(project, receiver.url)
    over = threading.Event()
    receiver.answer = hang(over)
    event = happens(project)
    killed = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.flowra.webhooks.killed_worker",
            str(connection.settings_dict["NAME"]),
        ],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "flowra.settings"},
    )
    try:
        receiver.wait_for(1, seconds=60)
    finally:
        killed.kill()
        killed.wait()
    assert not none_is_due()
    receiver.answer = status(200)
    over.set()
    with running():
        assert within(30, none_is_due)
    assert [got.id for got in receiver.got] == [event.pk, event.pk]
    assert receiver.got[1].opened(made.secret)
    assert WebhookDelivery.objects.get().attempts == 2
    WorkerHeartbeat.objects.all().delete()


def test_receivers_that_hang_do_not_keep_the_others_waiting(project: Project, receiver: Receiver) -> None:
    over = threading.Event()
    with Receiver() as dead:
        dead.answer = hang(over)
        make_endpoint(project, dead.url)
        for number in range(12):
            happens(project, f"ca_{number}")
        with running():
            dead.wait_for(3)
            make_endpoint(project, receiver.url)
            happens(project, "ca_new")
            receiver.wait_for(1)
            assert dead.most_at_once == 3
            over.set()


def test_however_many_hang_a_part_of_the_threads_is_left_to_other_work(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, over = threading.Semaphore(0), threading.Event()
    told = threading.Event()
    count = 0
    lock = threading.Lock()

    def slow(delivery: WebhookDelivery) -> None:
        nonlocal count
        with lock:
            count += 1
        begun.release()
        over.wait(60)

    def notice(row: Any) -> None:
        told.set()

    kinds = {
        "webhook_delivery": DueKind(WebhookDelivery, slow, lease=timedelta(seconds=60), share=0.75),
        "notice": DueKind(Notice, notice, lease=timedelta(seconds=60)),
    }
    monkeypatch.setattr(worker, "KINDS", kinds)
    monkeypatch.setattr(worker, "CHORES", {})
    assert KINDS["webhook_delivery"].share == 0.75
    make_endpoint(project, "http://127.0.0.1:9/")
    for number in range(12):
        happens(project, f"ca_{number}")
    with running(threads=4):
        for _ in range(3):
            assert begun.acquire(timeout=30)
        tell_owner(project.pk, "x", "y")
        assert told.wait(30)
        assert count == 3
        WebhookDelivery.objects.update(due_at=None, finished_at=timezone.now())
        Notice.objects.update(due_at=None)
        over.set()

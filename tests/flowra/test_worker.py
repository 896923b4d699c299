"""The worker: every due row once, none lost when one is killed, and it outlives whatever goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import Revocation
from flowra.due import heartbeat, worker
from flowra.due.kinds import Chore, DueKind
from flowra.due.row import anything_due, settle
from flowra.due.worker import Worker
from flowra.models import WorkerHeartbeat
from tests.factories import make_account, make_auth_config, make_project

ROOT = Path(__file__).resolve().parent.parent.parent
Kinds = Callable[..., None]


def due(count: int) -> list[str]:
    now = timezone.now()
    config = make_auth_config(make_project())
    return [
        Revocation.objects.create(account=make_account(config), created_at=now, due_at=now).pk
        for _ in range(count)
    ]


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> Kinds:
    """Makes the worker sweep revocations by the given act, and nothing else."""

    def only(
        act: Callable[[Any], None], *, lease: float = 30.0, chores: dict[str, Chore] | None = None
    ) -> None:
        kind = DueKind(Revocation, act, lease=timedelta(seconds=lease), batch=5)
        monkeypatch.setattr(worker, "KINDS", {"revocation": kind})
        monkeypatch.setattr(worker, "CHORES", chores or {})

    return only


@contextmanager
def running(count: int = 1, threads: int = 4) -> Iterator[None]:
    stop = threading.Event()
    started = [
        threading.Thread(
            target=Worker(name=f"w{number}", threads=threads, poll_seconds=0.05).run, args=(stop,)
        )
        for number in range(count)
    ]
    for each in started:
        each.start()
    try:
        yield
    finally:
        stop.set()
        for each in started:
            each.join(timeout=30)
            assert not each.is_alive()


def within(seconds: float, what: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def none_is_due() -> bool:
    return not Revocation.objects.filter(due_at__isnull=False).exists()


def done(row: Revocation) -> None:
    assert settle(row, due_at=None)


@pytest.mark.both_databases
def test_two_workers_do_every_due_row_once(transactional_db: None, sweeps: Kinds) -> None:
    seen: Counter[str] = Counter()
    busy: set[str] = set()
    both: list[str] = []

    def act(row: Revocation) -> None:
        if row.pk in busy:
            both.append(row.pk)
        busy.add(row.pk)
        seen[row.pk] += 1
        time.sleep(0.01)
        busy.discard(row.pk)
        done(row)

    sweeps(act)
    pks = due(30)
    with running(count=2):
        assert within(30, none_is_due)
    assert seen == Counter(pks)
    assert both == []


@pytest.mark.both_databases
def test_what_a_killed_worker_had_is_taken_again_when_its_lease_has_run_out(
    transactional_db: None, sweeps: Kinds
) -> None:
    (pk,) = due(1)
    killed = subprocess.Popen(
        [sys.executable, "-m", "tests.flowra.hanging_worker", str(connection.settings_dict["NAME"])],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "flowra.settings"},
        stdout=subprocess.PIPE,
    )
    too_long = threading.Timer(60, killed.kill)
    too_long.start()
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"taken\n"
    too_long.cancel()
    killed.kill()
    killed.wait()
    killed.stdout.close()
    row = Revocation.objects.get(pk=pk)
    assert (row.attempts, row.due_at is not None, row.lease_until is not None) == (1, True, True)

    attempts: list[int] = []

    def act(row: Revocation) -> None:
        attempts.append(row.attempts)
        done(row)

    sweeps(act)
    with running():
        assert within(30, none_is_due)
    assert attempts == [2]
    WorkerHeartbeat.objects.all().delete()


def test_a_row_whose_act_raises_stops_no_other_and_comes_again(
    transactional_db: None, sweeps: Kinds, caplog: Any
) -> None:
    bad = due(3)[0]
    attempts: Counter[str] = Counter()

    def act(row: Revocation) -> None:
        attempts[row.pk] += 1
        if row.pk == bad and row.attempts < 2:
            raise ValueError("token=s3cr3t-in-a-message")
        done(row)

    sweeps(act, lease=1.0)
    with running():
        assert within(30, none_is_due)
    assert attempts[bad] == 2
    assert "A due row was not settled" in caplog.text
    assert "s3cr3t" not in caplog.text


def test_it_never_has_more_in_hand_than_it_has_threads(transactional_db: None, sweeps: Kinds) -> None:
    lock = threading.Lock()
    now = most = 0

    def act(row: Revocation) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        done(row)

    sweeps(act)
    due(12)
    with running(threads=3):
        assert within(30, none_is_due)
    assert most == 3


def test_what_was_begun_is_ended_before_it_stops(transactional_db: None, sweeps: Kinds) -> None:
    begun = threading.Event()

    def act(row: Revocation) -> None:
        begun.set()
        time.sleep(0.5)
        done(row)

    sweeps(act)
    due(1)
    with running():
        assert begun.wait(10)
    assert none_is_due()


def test_it_shows_that_it_is_alive_and_says_goodbye(transactional_db: None, sweeps: Kinds) -> None:
    sweeps(done)
    assert not heartbeat.worker_seen_lately()
    with running():
        assert within(10, heartbeat.worker_seen_lately)
    assert not heartbeat.worker_seen_lately()


def test_a_lost_workers_row_is_not_counted_on_and_later_forgotten(db: None) -> None:
    now = timezone.now()
    WorkerHeartbeat.objects.create(name="killed", seen_at=now - heartbeat.SEEN_LATELY - timedelta(seconds=1))
    assert not heartbeat.worker_seen_lately()
    heartbeat.forget_the_lost()
    assert WorkerHeartbeat.objects.exists()
    WorkerHeartbeat.objects.update(seen_at=now - heartbeat.FORGOTTEN_AFTER - timedelta(seconds=1))
    heartbeat.forget_the_lost()
    assert not WorkerHeartbeat.objects.exists()


def test_it_outlives_a_database_that_was_away(
    transactional_db: None, sweeps: Kinds, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    sweeps(done)
    due(1)
    ask = anything_due
    away = iter([True, True])

    def failing_twice(model: Any) -> bool:
        if next(away, False):
            raise DatabaseError("password=hunter2 is wrong")
        return ask(model)

    monkeypatch.setattr(worker, "anything_due", failing_twice)
    with running():
        assert within(30, none_is_due)
    assert "The sweep failed" in caplog.text
    assert "hunter2" not in caplog.text


def test_chores_are_done_every_so_often_and_a_failing_one_harms_nothing(
    transactional_db: None, sweeps: Kinds
) -> None:
    often: list[float] = []

    def failing() -> None:
        raise ValueError("a chore failed")

    sweeps(
        done,
        chores={
            "failing": Chore(failing, every=timedelta(seconds=0.1)),
            "often": Chore(lambda: often.append(time.monotonic()), every=timedelta(seconds=0.2)),
            "seldom": Chore(lambda: None, every=timedelta(hours=1)),
        },
    )
    with running():
        assert within(20, lambda: len(often) >= 3)
    assert min(later - earlier for earlier, later in zip(often, often[1:], strict=False)) >= 0.1

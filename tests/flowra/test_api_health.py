"""`/healthz` and `/readyz`, without a key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from flowra.due.heartbeat import beat
from flowra.models import WorkerHeartbeat

pytestmark = pytest.mark.django_db


def test_alive_needs_nothing(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_a_worker_was_seen(client: Client) -> None:
    beat("worker-1")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "migrations": "ok", "worker": "ok"}}


def test_not_ready_without_a_worker(client: Client) -> None:
    WorkerHeartbeat.objects.create(name="gone", seen_at=timezone.now() - timedelta(minutes=5))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == "failed"
    assert answer.headers["Retry-After"]


def test_not_ready_when_a_migration_is_missing(client: Client) -> None:
    beat("worker-1")
    MigrationRecorder.Migration.objects.filter(app="accounts").delete()
    assert client.get("/readyz").json()["checks"]["migrations"] == "failed"


def test_not_ready_but_alive_when_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(CursorWrapper, "execute", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "failed", "migrations": "failed", "worker": "failed"}
    assert client.get("/healthz").status_code == 200

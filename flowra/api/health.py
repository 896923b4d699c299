"""`/healthz` and `/readyz`: for whoever watches this installation; neither needs a key."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse

from flowra.due.heartbeat import worker_seen_lately

from .problems import only_read
from .rendering import json_answer

log = logging.getLogger(__name__)

RETRY_AFTER = 5


@only_read
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return json_answer({"status": "ok"})


@only_read
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, is migrated, and a worker was seen lately; else 503 with what is missing."""
    checks = {name: _holds(name, check) for name, check in CHECKS.items()}
    good = all(checks.values())
    headers = {} if good else {"Retry-After": str(RETRY_AFTER)}
    return json_answer(
        {
            "status": "ok" if good else "unavailable",
            "checks": {name: "ok" if held else "failed" for name, held in checks.items()},
        },
        status=200 if good else 503,
        headers=headers,
    )


def _holds(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except DatabaseError as error:
        log.warning("Not ready: %s.", name, exc_info=error)
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() is not None


def _migrated() -> bool:
    return _migrations_on_disk() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationExecutor(connection).loader.disk_migrations)


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "migrations": _migrated,
    "worker": worker_seen_lately,
}

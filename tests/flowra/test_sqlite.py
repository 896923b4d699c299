"""The embedded database takes sixteen writers at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from flowra.events.names import EventType
from flowra.events.record import SYSTEM, record
from flowra.models import Event, Project
from tests.accounts.at_once import at_once
from tests.factories import make_project

WRITERS, DEEDS = 16, 25


@pytest.mark.both_databases
def test_sixteen_writers_at_once_never_see_a_locked_database(transactional_db: None) -> None:
    project = make_project()

    def write() -> int:
        for number in range(DEEDS):
            with transaction.atomic():
                # Reads before it writes: what a deferred transaction could not turn into a write.
                seen = Project.objects.get(pk=project.pk)
                record(
                    EventType.PROJECT_UPDATED,
                    project_id=seen.pk,
                    subject=("project", str(number)),
                    actor=SYSTEM,
                )
        return DEEDS

    assert at_once(*[write] * WRITERS) == [DEEDS] * WRITERS
    assert Event.objects.filter(project=project).count() == WRITERS * DEEDS


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the embedded database's own settings")
def test_it_is_set_up_for_many_writers(db: None) -> None:
    with connection.cursor() as cursor:
        told = {}
        for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            told[name] = cursor.fetchone()[0]
    assert told == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 30000, "foreign_keys": 1}
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    # In memory it would know no second writer, and this test would prove nothing.
    assert Path(str(connection.settings_dict["NAME"])).exists()

"""Getting the database ready: the embedded one is migrated, any other must have been."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from flowra.keys_in_use import check_and_record
from flowra.redaction import scrub_text

LOCK_NAME = "migrate.lock"
CHECKED = ("security", "authconfigs")


def prepare_database() -> None:
    """Leaves a migrated database whose secrets can all be read.

    Raises CommandError when migrations are missing on a database that is not embedded, when it is away, or when a
    needed encryption key is not there.
    """
    os.umask(0o077)  # what is made beside the keys is its owner's alone
    try:
        # Before migrating, so that a refused start leaves the database as it was.
        if connection.vendor == "sqlite":
            with _one_at_a_time():
                if _missing_migrations():
                    if KEY_TABLE in connection.introspection.table_names():
                        check_and_record()
                    call_command("migrate", interactive=False, verbosity=0)
        else:
            missing = _missing_migrations()
            if missing:
                raise CommandError(
                    f"The database lacks {len(missing)} migrations (first: {missing[0]}). "
                    "Run `python manage.py migrate`, then start again."
                )
        check_and_record()
    except ImproperlyConfigured as refusal:
        raise CommandError(str(refusal)) from refusal
    except DatabaseError as error:
        raise CommandError(f"{_where()} cannot be used: {scrub_text(str(error).strip())}") from error


KEY_TABLE = "flowra_keyinuse"


def refuse_errors() -> None:
    """Raises CommandError with every error that the checks find, each with its mend: a wrong setting, a broken
    toolkit. Warnings are for `check --deploy`.
    """
    found = [each for each in run_checks(tags=CHECKED) if each.is_serious()]
    if found:
        words = [f"  {each.id}: {each.msg}" + (f"\n    {each.hint}" if each.hint else "") for each in found]
        raise CommandError("\n".join(["Flowra does not start:", *words]))


def _where() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"The database {database['NAME']}"
    return (
        f"The database {database['NAME']} on {database['HOST'] or 'this machine'}:{database['PORT'] or 5432}"
    )


def leave_no_connection() -> None:
    """Closes this thread's connections and their pools: none may be shared with a forked process."""
    for each in connections.all(initialized_only=True):
        each.close()
        close_pool = getattr(each, "close_pool", None)
        if close_pool is not None:
            close_pool()


def _missing_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of several first runs on one data directory one migrates, the others wait for it."""
    settings.FLOWRA_DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(settings.FLOWRA_DATA_DIR / LOCK_NAME, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

"""The thread's connection to the database."""

from __future__ import annotations

from django.db import connection


def let_go_of_database() -> None:
    """Gives it back to the pool, where there is one, so that nobody waits for it meanwhile; SQLite's is the thread's own."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()

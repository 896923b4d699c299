"""The one clock that leases go by, however wrong those of the machines are: the database's."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone


def lease_clock() -> datetime:
    """What time it is for leases. On SQLite all processes are on one machine, and its clock is theirs.

    Whoever was a lease's length ahead would take whatever others are at, and so spend a refresh token twice.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment

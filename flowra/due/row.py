"""A thing that must be done later is a row that says when, who has it, and how often it was tried.

`claim` hands due rows to exactly one worker each for the time of a lease; `settle` records the outcome only while that
worker still has the row. A worker that is killed loses nothing: its lease runs out and another takes the row.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from flowra.due.clock import lease_clock


class DueRow(models.Model):
    """`due_at` null: nothing to do. `attempts` counts claims and fences: an outcome counts only for the last one."""

    due_at = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=DueRow)


def due_and_free(now: datetime) -> Q:
    """Rows whose time has come and which no worker has."""
    return Q(due_at__lte=now) & (Q(lease_until__isnull=True) | Q(lease_until__lt=now))


def anything_due(model: type[DueRow]) -> bool:
    """Whether a claim would find something: one read from an index, so that idle workers take no write lock."""
    return model._default_manager.filter(due_and_free(timezone.now())).exists()


def claim(
    model: type[Row], *, limit: int, lease: timedelta, among: Q | None = None, first: str = "due_at"
) -> list[Row]:
    """Up to `limit` due rows, leased to the caller; at once free for nobody else. Those `among` which, by which column
    first.

    On PostgreSQL other claimers skip rows that are being claimed; on SQLite the immediate transaction orders them.
    """
    now = lease_clock()
    rows = model._default_manager
    free = due_and_free(now)
    with transaction.atomic():
        found = rows.filter(free, among or Q()).order_by(first)
        if connection.features.has_select_for_update_skip_locked:
            found = found.select_for_update(skip_locked=True, of=("self",))
        keys = list(found.values_list("pk", flat=True)[:limit])
        if not keys:
            return []
        rows.filter(free, pk__in=keys).update(lease_until=now + lease, attempts=F("attempts") + 1)
    return list(rows.filter(pk__in=keys, lease_until=now + lease))


def claim_one(model: type[Row], pk: str, *, lease: timedelta) -> Row | None:
    """The one row if it is due and free, leased to the caller; else None."""
    now = lease_clock()
    rows = model._default_manager
    free = due_and_free(now)
    won = rows.filter(free, pk=pk).update(lease_until=now + lease, attempts=F("attempts") + 1)
    return rows.get(pk=pk) if won else None


def settle(row: DueRow, *, due_at: datetime | None, **outcome: Any) -> bool:
    """Records the outcome and the next time (None: done), unless another has taken the row since; says whether.

    Call it inside the transaction that writes what follows from the outcome.
    """
    changed = (
        type(row)
        ._default_manager.filter(pk=row.pk, attempts=row.attempts)
        .update(due_at=due_at, lease_until=None, **outcome)
    )
    return changed == 1

"""How many a list has, counted only as far as it helps."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

MOST_COUNTED = 1_000


def how_many(found: QuerySet[Any, Any], one: str, many: str) -> str:
    """`1 account`, `17 accounts`, `More than 1,000 accounts`; one query, which stops there."""
    count = found.order_by().values("pk")[: MOST_COUNTED + 1].count()
    if count > MOST_COUNTED:
        return f"More than {MOST_COUNTED:,} {many}"
    return f"{count:,} {one if count == 1 else many}"

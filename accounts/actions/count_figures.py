"""How a project is doing, counted in a few statements: the same number of them for ten accounts and for a million."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.actions.count_links import count_links
from accounts.actions.find_troubles import FAILING, SOON, find_troubles
from accounts.models import ConnectedAccount, Status
from flowra.models import Event
from flowra.models.event import COMINGS_AND_GOINGS

DAYS = 30
_WERE_CONNECTED = (Status.ACTIVE, Status.EXPIRED, Status.INACTIVE)


def count_figures(project_id: str) -> dict[str, Any]:
    """What `DashboardFigures` keeps, as JSON has it.

    `statuses`: by toolkit's slug, how many accounts in each status. `expiring`, `failing`: active ones whose permission
    ends soon, and whose renewal fails. `days`: for each of the last 30, oldest first, `day` (in UTC) and how many were
    `connected`, `reconnected`, `expired`, `deleted`. `links`: see `count_links`. `troubles`: see `find_troubles`.
    `everConnected`: whether any account, deleted ones too, ever was.
    """
    now = timezone.now()
    live = ConnectedAccount.live.filter(project_id=project_id)
    statuses = _by_toolkit(project_id)
    return {
        "statuses": statuses,
        "expiring": live.filter(SOON).count(),
        "failing": live.filter(FAILING).count(),
        "days": _days(project_id, now),
        "links": count_links(project_id, now),
        "troubles": find_troubles(project_id, now),
        "everConnected": any(each.get(status) for each in statuses.values() for status in _WERE_CONNECTED)
        or ConnectedAccount.objects.filter(project_id=project_id, connected_at__isnull=False).exists(),
    }


def _by_toolkit(project_id: str) -> dict[str, dict[str, int]]:
    rows = (
        ConnectedAccount.live.filter(project_id=project_id)
        .order_by()
        .values_list("toolkit_slug", "status")
        .annotate(count=Count("*"))
    )
    found: dict[str, dict[str, int]] = {}
    for slug, status, count in rows:
        found.setdefault(slug, {})[status] = count
    return found


def _days(project_id: str, now: datetime) -> list[Mapping[str, Any]]:
    first = now.astimezone(UTC).date() - timedelta(days=DAYS - 1)
    rows = (
        Event.objects.filter(
            project_id=project_id,
            type__in=COMINGS_AND_GOINGS,
            at__gte=datetime.combine(first, time(), UTC),
        )
        .order_by()
        .annotate(day=TruncDate("at", tzinfo=UTC))
        .values_list("day", "type")
        .annotate(count=Count("*"))
    )
    counted: dict[tuple[date, str], int] = {(day, type): count for day, type, count in rows}
    return [
        {"day": day.isoformat()}
        | {type.removeprefix("account."): counted.get((day, type), 0) for type in COMINGS_AND_GOINGS}
        for day in (first + timedelta(days=number) for number in range(DAYS))
    ]

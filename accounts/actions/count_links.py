"""How far people get on the connect page, and where they give up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from accounts.models import LinkSession, LinkState, StatusReason

# Links are kept for 30 days after their end.
WINDOWS = (7, 30)
_CAME_BACK = (LinkState.FINISHING, LinkState.PARKED, LinkState.DONE)


def count_links(project_id: str, now: datetime) -> dict[str, dict[str, Any]]:
    """For the links made in the last 7 and 30 days (`"7"`, `"30"`): how many were `made`, `pressed` (the button, so
    that the person went to the service), `returned` from there and `connected`; how many are `underWay`; and by `ends`
    where those that failed did so.

    The ends: `not_pressed`, `declined` (on our page), `not_returned`, `refused` (at the service), `provider_error`,
    `not_confirmed` (by the app), `mismatch`, `not_wanted` (a duplicate, or another person), `switched_off`. Looking at
    the page leaves no trace, by design: who opened it and left is among the not pressed.
    """
    rows = (
        LinkSession.objects.filter(project_id=project_id, created_at__gte=now - timedelta(days=max(WINDOWS)))
        .order_by()
        .annotate(
            is_recent=_whether(Q(created_at__gte=now - timedelta(days=min(WINDOWS)))),
            was_pressed=_whether(~Q(browser_hash="")),
            was_parked=_whether(~Q(confirmation_hash="")),
        )
        .values_list("state", "end", "is_recent", "was_pressed", "was_parked")
        .annotate(count=Count("*"))
    )
    found = {str(days): _Links() for days in WINDOWS}
    for state, end, is_recent, was_pressed, was_parked, count in rows:
        for days in WINDOWS:
            if is_recent or days == max(WINDOWS):
                found[str(days)].add(state, end, was_pressed, was_parked, count)
    return {days: links.told() for days, links in found.items()}


class _Links:
    def __init__(self) -> None:
        self.stages: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()

    def add(self, state: str, end: str, was_pressed: bool, was_parked: bool, count: int) -> None:
        failed = state == LinkState.FAILED
        came_back = was_pressed and (
            state in _CAME_BACK or was_parked or (failed and end != StatusReason.LINK_EXPIRED)
        )
        self.stages["made"] += count
        self.stages["pressed"] += count * (was_pressed or state == LinkState.DONE)
        self.stages["returned"] += count * (came_back or state == LinkState.DONE)
        self.stages["connected"] += count * (state == LinkState.DONE)
        self.stages["underWay"] += count * (state not in (LinkState.DONE, LinkState.FAILED))
        if failed:
            self.ends[_end_of(end, was_pressed, was_parked)] += count

    def told(self) -> dict[str, Any]:
        names = ("made", "pressed", "returned", "connected", "underWay")
        return {name: self.stages[name] for name in names} | {"ends": dict(self.ends)}


def _end_of(end: str, was_pressed: bool, was_parked: bool) -> str:
    match end:
        case StatusReason.LINK_EXPIRED if was_parked:
            return "not_confirmed"
        case StatusReason.LINK_EXPIRED:
            return "not_returned" if was_pressed else "not_pressed"
        case StatusReason.ACCESS_DENIED:
            return "refused" if was_pressed else "declined"
        case StatusReason.CONFIRMATION_MISMATCH:
            return "not_confirmed"
        case StatusReason.CONTEXT_MISMATCH:
            return "mismatch"
        case StatusReason.OTHER_IDENTITY | StatusReason.DUPLICATE:
            return "not_wanted"
        case StatusReason.SWITCHED_OFF:
            return "switched_off"
    return "provider_error"


def _whether(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, output_field=BooleanField())

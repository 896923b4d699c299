"""How old the figures are, and whether anybody counts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.safestring import SafeString

from accounts.actions.keep_figures import FRESH_FOR
from accounts.models import DashboardFigures
from flowra.due.heartbeat import worker_seen_lately
from flowra.pages.moments import exact, moment

OLD_AFTER = timedelta(minutes=3)
SOON = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Age:
    """`clock` is when they were counted, in UTC. `is_old`: too old to be told without a word. `is_soon_new`: a worker
    is about to count them anew. `is_alone`: no worker runs, and with it nothing is renewed, sent or counted.
    """

    clock: str
    iso: str
    exactly: str
    said: SafeString
    is_old: bool
    is_soon_new: bool
    is_alone: bool

    @property
    def state(self) -> str:
        """For whoever has the page open: whether more than the figures changed."""
        return f"{self.is_old:d}{self.is_alone:d}"


def age_of(kept: DashboardFigures, now: datetime) -> Age:
    """Of figures that were counted."""
    at = kept.computed_at or now
    is_stale = at <= now - FRESH_FOR
    return Age(
        clock=f"{at.astimezone(UTC):%H:%M:%S}",
        iso=at.isoformat(),
        exactly=exact(at),
        said=moment(at),
        is_old=at <= now - OLD_AFTER,
        is_soon_new=is_stale and kept.due_at is not None and kept.due_at > now - SOON,
        is_alone=not worker_seen_lately(),
    )

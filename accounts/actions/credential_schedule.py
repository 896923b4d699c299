"""When something must be done for a credential: renewed before it runs out, kept from dying of disuse, warned of its end."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

# A caller never gets a token with less than this left, where the token lives longer at all.
LEAST_LEFT = timedelta(seconds=60)
WARN_BEFORE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """What is known of a credential's ends. `idle_days`: its refresh token dies when it is not used for so long."""

    issued_at: datetime
    expires_at: datetime | None
    grant_ends_at: datetime | None
    is_renewable: bool
    idle_days: int | None = None
    is_switched_off: bool = False
    is_warned: bool = False

    @property
    def ends_at(self) -> datetime | None:
        """When it ends for good: only the person can help after it."""
        return self.grant_ends_at if self.is_renewable else self.expires_at

    @property
    def renew_at(self) -> datetime | None:
        """When to renew it: somewhere in the first of its windows, so that what was made together is not renewed together."""
        return min(
            (earliest + _some_of(latest - earliest) for earliest, latest in self._windows()), default=None
        )

    def may_be_renewed(self, now: datetime) -> bool:
        """Whether it is time to renew it."""
        return any(earliest <= now for earliest, _ in self._windows())

    def _windows(self) -> list[tuple[datetime, datetime]]:
        """The latest is FLOWRA_REFRESH_MARGIN_SECONDS before it runs out, or half its life where that is shorter.

        What is switched off is renewed only to keep its refresh token alive.
        """
        if not self.is_renewable:
            return []
        found = []
        if self.expires_at is not None and not self.is_switched_off:
            life = max(self.expires_at - self.issued_at, timedelta(0))
            margin = refresh_margin() if refresh_margin() < life else life / 2
            latest = self.expires_at - margin
            found.append((latest - min(margin / 3, (life - margin) / 2), latest))
        if self.idle_days is not None:
            idle = timedelta(days=self.idle_days)
            found.append((self.issued_at + idle * 0.4, self.issued_at + idle * 0.5))
        return found

    @property
    def warn_at(self) -> datetime | None:
        """When to warn that it ends: a week before, or in the last quarter of a shorter life."""
        if self.ends_at is None:
            return None
        return self.ends_at - min(WARN_BEFORE, (self.ends_at - self.issued_at) / 4)

    def next_due(self) -> datetime | None:
        """The first of what is still to be done; None when nothing ever is.

        The end of what can be renewed is told by the service, when it is asked.
        """
        end = None if self.is_renewable else self.ends_at
        wanted = [self.renew_at, None if self.is_warned else self.warn_at, end]
        return min((moment for moment in wanted if moment is not None), default=None)


def refresh_margin() -> timedelta:
    """How long before its end the worker renews a token."""
    return timedelta(seconds=settings.FLOWRA_REFRESH_MARGIN_SECONDS)


def is_fresh(expires_at: datetime | None, issued_at: datetime | None, now: datetime) -> bool:
    """Whether a token may be handed out as it is: with at least a minute left, or the margin where that is less.

    One whose whole life is shorter is good while it lasts.
    """
    if expires_at is None:
        return True
    least = min(LEAST_LEFT, refresh_margin())
    if issued_at is not None and expires_at - issued_at <= least:
        least = timedelta(0)
    return expires_at - now > least


def _some_of(span: timedelta) -> timedelta:
    return span * random.random()  # noqa: S311 - jitter keeps no secret

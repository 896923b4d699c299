"""When a delivery that was not taken is tried again."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

# Fourteen attempts in 71 hours and 42 minutes: quickly at first, for a receiver that is restarting; then over three days,
# for one whose people are away.
WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    *4 * (timedelta(hours=14),),
)
JITTER = 0.1
# Retries that a full queue made late do not go on for ever.
GIVE_UP_AFTER = timedelta(hours=80)
# A receiver may ask for more time, but not put an account's news off for days.
LONGEST_RETRY_AFTER = timedelta(hours=1)


def next_try(
    tries: int, waiting_since: datetime, now: datetime, retry_after: timedelta | None = None
) -> datetime | None:
    """When to try again after `tries` failures since `waiting_since`; None: give up.

    Up to a tenth is added to each wait, so that what failed together does not come back together. `retry_after`
    lengthens a wait, to an hour at most; it never shortens one.
    """
    if tries > len(WAITS) or now - waiting_since >= GIVE_UP_AFTER:
        return None
    wait = WAITS[max(tries, 1) - 1]
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_RETRY_AFTER))
    return now + wait * random.uniform(1, 1 + JITTER)  # noqa: S311 - jitter keeps no secret

"""Three days of retries, a little apart from each other, and longer where a receiver asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flowra.webhooks.schedule import JITTER, LONGEST_RETRY_AFTER, WAITS, next_try

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_the_waits_grow_and_make_three_days() -> None:
    assert list(WAITS) == sorted(WAITS)
    assert timedelta(hours=70) < sum(WAITS, timedelta()) < timedelta(hours=74)
    assert WAITS[0] <= timedelta(seconds=5)


def test_each_failure_waits_its_turn_and_a_tenth_more_at_most() -> None:
    for tries, wait in enumerate(WAITS, start=1):
        for _ in range(20):
            again = next_try(tries, NOW, NOW)
            assert again is not None
            assert wait <= again - NOW <= wait * (1 + JITTER)


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({next_try(5, NOW, NOW) for _ in range(20)}) > 10


def test_after_the_last_wait_it_is_given_up() -> None:
    assert next_try(len(WAITS) + 1, NOW, NOW) is None


def test_what_a_long_queue_made_late_is_given_up_by_its_age() -> None:
    assert next_try(2, NOW - timedelta(hours=79), NOW) is not None
    assert next_try(2, NOW - timedelta(hours=81), NOW) is None


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        (timedelta(seconds=1), WAITS[0]),
        (timedelta(minutes=20), timedelta(minutes=20)),
        (timedelta(days=900), LONGEST_RETRY_AFTER),
    ],
)
def test_a_receiver_may_ask_for_more_time_but_not_for_ever(asked: timedelta, least: timedelta) -> None:
    again = next_try(1, NOW, NOW, asked)
    assert again is not None
    assert least <= again - NOW <= least * (1 + JITTER)

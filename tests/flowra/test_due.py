"""A due row goes to exactly one worker for the time of its lease, and an outcome counts only while it has the row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Revocation
from flowra.due.row import anything_due, claim, claim_one, settle
from tests.accounts.at_once import at_once
from tests.factories import make_account, make_auth_config, make_project

LEASE = timedelta(seconds=60)


def due(count: int = 1, *, ago: int = 1) -> list[Revocation]:
    now = timezone.now()
    config = make_auth_config(make_project())
    return [
        Revocation.objects.create(
            account=make_account(config), created_at=now, due_at=now - timedelta(seconds=ago + count - number)
        )
        for number in range(count)
    ]


def lease_runs_out(row: Revocation) -> None:
    Revocation.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.both_databases
def test_due_rows_come_oldest_first_and_no_more_than_asked_for(db: None) -> None:
    rows = due(3)
    got = claim(Revocation, limit=2, lease=LEASE)
    assert {row.pk for row in got} == {rows[0].pk, rows[1].pk}
    assert [row.attempts for row in got] == [1, 1]


def test_a_row_whose_time_has_not_come_or_that_is_done_is_not_due(db: None) -> None:
    (row,) = due()
    for due_at in (timezone.now() + timedelta(minutes=1), None):
        Revocation.objects.filter(pk=row.pk).update(due_at=due_at)
        assert not anything_due(Revocation)
        assert claim(Revocation, limit=5, lease=LEASE) == []


def test_a_leased_row_is_nobody_elses(db: None) -> None:
    (row,) = due()
    assert claim_one(Revocation, row.pk, lease=LEASE) is not None
    assert claim_one(Revocation, row.pk, lease=LEASE) is None
    assert claim(Revocation, limit=5, lease=LEASE) == []
    assert not anything_due(Revocation)


def test_when_the_lease_has_run_out_another_takes_the_row(db: None) -> None:
    (row,) = due()
    claim(Revocation, limit=1, lease=LEASE)
    lease_runs_out(row)
    (again,) = claim(Revocation, limit=1, lease=LEASE)
    assert (again.pk, again.attempts) == (row.pk, 2)


@pytest.mark.both_databases
def test_the_outcome_of_one_who_lost_the_row_does_not_count(db: None) -> None:
    (row,) = due()
    (late,) = claim(Revocation, limit=1, lease=LEASE)
    lease_runs_out(row)
    (fresh,) = claim(Revocation, limit=1, lease=LEASE)
    assert settle(late, due_at=None, detail="late") is False
    assert settle(fresh, due_at=None, detail="fresh") is True
    row.refresh_from_db()
    assert (row.detail, row.due_at, row.lease_until) == ("fresh", None, None)


def test_a_settled_row_comes_again_at_its_next_time(db: None) -> None:
    due()
    (row,) = claim(Revocation, limit=1, lease=LEASE)
    assert settle(row, due_at=timezone.now() - timedelta(seconds=1))
    assert [again.attempts for again in claim(Revocation, limit=1, lease=LEASE)] == [2]


@pytest.mark.both_databases
def test_sixteen_claimers_at_once_never_get_the_same_row(transactional_db: None) -> None:
    rows = due(40)
    got = at_once(*[lambda: [row.pk for row in claim(Revocation, limit=5, lease=LEASE)] for _ in range(16)])
    while further := claim(Revocation, limit=5, lease=LEASE):
        got.append([row.pk for row in further])
    handed_out = [pk for each in got for pk in each]  # type: ignore[union-attr]
    assert len(handed_out) == len(set(handed_out)) == len(rows)


@pytest.mark.both_databases
def test_of_sixteen_who_want_one_row_one_gets_it(transactional_db: None) -> None:
    (row,) = due()
    got = at_once(*[lambda: claim_one(Revocation, row.pk, lease=LEASE) for _ in range(16)])
    assert len([each for each in got if each is not None]) == 1

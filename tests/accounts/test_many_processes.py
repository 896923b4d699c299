"""Callers in several processes, as web servers run them: one renews for all, and one that is killed is followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.actions.refresh_credential import LEASE, claim_refresh
from accounts.actions.usable_credential import usable_credential
from accounts.models import Credential, Status
from flowra import fault_points
from flowra.due.row import claim
from tests.accounts.acme import Acme, make_acme, reread
from tests.accounts.aftermath import leases_run_out
from tests.accounts.later import claimed, connected, refreshes, run_out, secrets_of, trail
from tests.accounts.processes import Other, barrier
from tests.flowra.installation import within
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def acme(transactional_db: None) -> Iterator[Acme]:
    """At a provider of its own: when it stops, it hangs up on whoever still waits."""
    with PracticeProvider() as provider:
        yield make_acme(provider)


def forty_callers(account_id: str) -> list[str]:
    """In four processes of ten threads, released together."""
    start: Any = barrier(40)
    processes = [Other("use", account_id, 10, start=start) for _ in range(4)]
    return [answer for process in processes for answer in process.ends()]


def test_forty_callers_in_four_processes_cost_one_renewal_and_are_all_served(acme: Acme) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.fail("/token", "slow", seconds=0.3)
    answers = forty_callers(account.pk)
    assert answers == [secrets_of(account)["access_token"]] * 40
    assert acme.provider.is_token_live(answers[0])
    assert refreshes(acme) == 1
    assert trail(account).count("account.refreshed") == 1


def test_forty_callers_hear_of_one_call_that_the_grant_is_gone(acme: Acme) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.end_grant(acme.provider.grants[0])
    assert forty_callers(account.pk) == ["account_expired"] * 40
    assert refreshes(acme) == 1
    assert trail(account).count("account.expired") == 1


def test_forty_callers_and_a_service_in_trouble_cost_one_call(acme: Acme) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.fail("/token", "status", status=503, times=None)
    assert len(set(forty_callers(account.pk))) == 1
    assert len(acme.provider.calls.to("/token", "POST")) == 2, "the connection's own, and one"
    assert reread(account).status == Status.ACTIVE


def test_callers_and_workers_of_several_processes_cost_one_renewal(acme: Acme) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.fail("/token", "slow", seconds=0.3)
    workers = [Other("work", "credential") for _ in range(2)]
    callers = [Other("use", account.pk, 5) for _ in range(2)]
    answers = [answer for process in callers for answer in process.ends()]
    for worker in workers:
        worker.kill()
    assert answers == [secrets_of(account)["access_token"]] * 10
    assert refreshes(acme) == 1


def test_a_winner_that_is_killed_while_the_provider_hangs_is_followed_when_its_lease_runs_out(
    acme: Acme,
) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.fail("/token", "hang", seconds=60)
    winner = Other("use", account.pk)
    assert within(lambda: not acme.provider.faults.pending())
    waiting = Other("use", account.pk, 3)
    winner.kill()
    lease = Credential.objects.get(pk=account.pk).lease_until
    assert lease is not None
    assert timezone.now() < lease <= timezone.now() + LEASE
    leases_run_out()
    assert waiting.ends() == [secrets_of(account)["access_token"]] * 3
    assert refreshes(acme) == 1
    assert reread(account).status == Status.ACTIVE


def test_who_waits_for_a_winner_that_dies_is_still_there_when_its_lease_runs_out(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The winner takes the lease just after the others have come: they must not give up just before it is over."""
    account = connected(acme)
    run_out(account)
    short = timedelta(seconds=0.4)
    monkeypatch.setattr("accounts.actions.usable_credential.LEASE", short)
    monkeypatch.setattr("accounts.actions.refresh_credential.LEASE", short)

    def another_takes_it_and_dies(point: str) -> None:
        if point == "refresh.needed":
            monkeypatch.setattr(fault_points, "reached", None)
            claimed(account)

    monkeypatch.setattr(fault_points, "reached", another_takes_it_and_dies)
    assert usable_credential(account.pk).secrets == secrets_of(account)
    assert refreshes(acme) == 1


@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"), reason="its processes share one clock"
)
class TestMachinesWhoseClocksDiffer:
    @pytest.mark.parametrize("minutes", [10, -10])
    @pytest.mark.parametrize("whose", ["who has the lease", "who comes by"])
    def test_agree_on_who_has_the_lease(
        self, acme: Acme, monkeypatch: pytest.MonkeyPatch, minutes: int, whose: str
    ) -> None:
        account = connected(acme)
        run_out(account, seconds_left=-1200)
        Credential.objects.update(due_at=timezone.now() - timedelta(minutes=20))
        right = timezone.now
        wrong: Any = lambda: right() + timedelta(minutes=minutes)  # noqa: E731 - it takes the place of a function
        monkeypatch.setattr(timezone, "now", wrong if whose == "who has the lease" else right)
        holding = claimed(account)
        monkeypatch.setattr(timezone, "now", wrong if whose == "who comes by" else right)
        assert claim(Credential, limit=1, lease=LEASE) == []
        fresh = Credential.objects.get(pk=account.pk)
        assert claim_refresh(account, holding.toolkit, fresh) is None
        Credential.objects.update(lease_until=right() - timedelta(seconds=1))
        assert claim_refresh(account, holding.toolkit, fresh) is not None

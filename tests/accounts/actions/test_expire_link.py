"""A link whose time is up ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.expire_link import expire_link
from accounts.actions.find_link import find_link
from accounts.actions.prune import prune_ended_links
from accounts.models import LinkSession, LinkState, Status
from flowra.due.row import claim
from flowra.errors import Gone, NotFound
from tests.accounts.acme import Acme, Browser, reread


def work() -> int:
    rows = claim(LinkSession, limit=10, lease=timedelta(seconds=30))
    for row in rows:
        expire_link(row)
    return len(rows)


def run_out() -> None:
    past = timezone.now() - timedelta(seconds=1)
    LinkSession.objects.update(due_at=past, expires_at=past)


def test_a_link_that_nobody_finished_fails_with_its_reason(acme: Acme) -> None:
    opened, pressed = acme.link(), acme.link()
    acme.press(pressed, Browser())
    assert work() == 0
    run_out()
    assert work() == 2
    for link in (opened, pressed):
        account = reread(link.account)
        assert (account.status, account.status_reason) == (Status.FAILED, "link_expired")
        with pytest.raises(Gone) as refusal:
            find_link(link.token)
        assert refusal.value.problem_code == "link_expired"
    assert work() == 0


def test_a_link_that_was_finished_is_left_alone(acme: Acme) -> None:
    account = acme.connect().account
    run_out()
    work()
    assert reread(account).status == Status.ACTIVE
    assert LinkSession.objects.get().state == LinkState.DONE


def test_a_link_to_connect_again_runs_out_without_touching_the_account(acme: Acme) -> None:
    account = acme.connect().account
    acme.link(account_id=account.pk)
    run_out()
    work()
    assert reread(account).status == Status.ACTIVE


def test_a_parked_code_is_thrown_away_when_the_link_runs_out(acme: Acme) -> None:
    account = acme.connect(require_confirmation=True).account
    run_out()
    work()
    assert reread(account).status_reason == "link_expired"
    assert LinkSession.objects.get().attempt == {}


def test_a_finish_that_died_half_way_ends_the_link(acme: Acme) -> None:
    link = acme.link()
    acme.press(link, Browser())
    LinkSession.objects.update(state=LinkState.FINISHING, due_at=timezone.now() - timedelta(seconds=1))
    work()
    assert reread(link.account).status == Status.FAILED


def test_ended_links_are_forgotten_after_thirty_days(acme: Acme) -> None:
    link = acme.link()
    run_out()
    work()
    prune_ended_links()
    assert LinkSession.objects.exists()
    LinkSession.objects.update(expires_at=timezone.now() - timedelta(days=31))
    prune_ended_links()
    with pytest.raises(NotFound):
        find_link(link.token)

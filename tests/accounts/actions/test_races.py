"""Two at once: each state change has one winner, on both databases."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from accounts.actions.complete_link import complete_link
from accounts.actions.confirm_link import confirm_link
from accounts.actions.find_link import find_link
from accounts.actions.refuse_link import refuse_link
from accounts.actions.revoke_account import revoke_account
from accounts.actions.tell_provider import tell_provider
from accounts.models import ConnectedAccount, Credential, Revocation, RevocationOutcome, Status
from authconfigs.actions.delete_auth_config import delete_auth_config
from authconfigs.models import AuthConfig
from flowra.due.row import claim
from flowra.models import Event
from tests.accounts.acme import API_KEY, STAFF, Acme, Browser, make_acme, query_of, reread
from tests.accounts.at_once import at_once, refusals
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def acme(transactional_db: None, provider: PracticeProvider) -> Acme:
    return make_acme(provider)


def test_of_two_browsers_that_press_at_once_one_has_the_link(acme: Acme) -> None:
    link = acme.link()
    results = at_once(*[lambda: acme.press(link, Browser()) for _ in range(6)])
    assert refusals(results) == ["wrong_browser"] * 5


def test_of_eight_callbacks_at_once_one_spends_the_code(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    params = query_of(acme.provider.visit(acme.press(link, browser)))
    results = at_once(*[lambda: complete_link(acme.auth_config.pk, params, browser.cookie) for _ in range(8)])
    assert refusals(results) == ["link_used"] * 7
    assert len(acme.provider.calls.to("/token")) == 1
    assert reread(link.account).status == Status.ACTIVE


def test_of_two_confirms_at_once_one_counts(acme: Acme) -> None:
    ending = acme.connect(require_confirmation=True)
    token = query_of(ending.redirect_to)["confirmationToken"]
    user = acme.user()
    results = at_once(
        *[lambda: confirm_link(acme.project, ending.account.pk, token, user, API_KEY) for _ in range(4)]
    )
    assert refusals(results) == ["confirmation_over"] * 3
    assert reread(ending.account).status == Status.ACTIVE


def test_a_right_and_a_wrong_confirm_at_once_end_in_one_of_the_two(acme: Acme) -> None:
    ending = acme.connect(require_confirmation=True)
    token = query_of(ending.redirect_to)["confirmationToken"]
    users = [acme.user(), acme.user("somebody_else")]
    results = at_once(
        *[partial(confirm_link, acme.project, ending.account.pk, token, user, API_KEY) for user in users]
    )
    account = reread(ending.account)
    if isinstance(results[0], ConnectedAccount):
        assert account.status == Status.ACTIVE
        assert refusals(results) == ["confirmation_over"]
    else:
        assert account.status_reason == "confirmation_mismatch"
        assert not Credential.objects.exists()


def test_pressing_and_refusing_at_once_leaves_one_truth(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    session = find_link(link.token)
    at_once(lambda: acme.press(link, browser), lambda: refuse_link(session, browser.cookie).page)
    account = reread(link.account)
    failed = Event.objects.filter(subject_id=account.pk, type="account.failed").count()
    assert (account.status, failed) in {(Status.FAILED, 1), (Status.INITIATED, 0)}


def test_a_revocation_and_a_callback_at_once_leave_no_grant_behind(acme: Acme) -> None:
    for _ in range(4):
        link, browser = acme.link(), Browser()
        params = query_of(acme.provider.visit(acme.press(link, browser)))
        at_once(
            lambda: complete_link(acme.auth_config.pk, params, browser.cookie),  # noqa: B023 - done within the turn
            lambda: revoke_account(link.account, STAFF),  # noqa: B023 - done within the turn
        )
        for _ in range(3):
            for row in claim(Revocation, limit=10, lease=timedelta(seconds=60)):
                tell_provider(row)
        assert acme.provider.live_grants == []
        assert not Credential.objects.filter(pk=link.account.pk).exists()


def test_two_who_revoke_at_once_do_it_once(acme: Acme) -> None:
    account = acme.connect().account
    results = at_once(*[lambda: revoke_account(reread(account), STAFF).pk for _ in range(5)])
    assert len(set(map(str, results))) == 1
    assert Event.objects.filter(subject_id=account.pk, type="account.deleted").count() == 1


def test_two_workers_never_have_one_row(acme: Acme) -> None:
    for _ in range(6):
        revoke_account(acme.connect().account, STAFF)
    results = at_once(*[lambda: claim(Revocation, limit=3, lease=timedelta(seconds=60)) for _ in range(4)])
    claimed = [row.pk for rows in results if isinstance(rows, list) for row in rows]
    assert len(claimed) == len(set(claimed)) == 6


def test_sixteen_links_at_once_never_meet_a_locked_database(acme: Acme) -> None:
    user = acme.user()
    results = at_once(*[lambda: [acme.link(external_user=user).token for _ in range(5)] for _ in range(16)])
    tokens = [token for some in results if isinstance(some, list) for token in some]
    assert len(set(tokens)) == 80
    assert ConnectedAccount.objects.count() == 80


def test_the_worker_s_outcome_is_recorded_once_however_often_it_acts(acme: Acme) -> None:
    account = acme.connect().account
    revoke_account(account, STAFF)
    rows = claim(Revocation, limit=1, lease=timedelta(seconds=60))
    at_once(*[lambda: tell_provider(rows[0]) for _ in range(3)])
    assert Revocation.objects.get().outcome == RevocationOutcome.DONE
    assert reread(account).secret_names == []


def test_no_link_is_made_under_an_auth_config_that_is_being_deleted(acme: Acme) -> None:
    """Each link either is seen by the deletion, which then refuses, or finds the auth config gone."""
    user = acme.user()
    results = at_once(
        *[lambda: acme.link(external_user=user).account.pk for _ in range(6)],
        lambda: str(delete_auth_config(acme.auth_config, STAFF)),
    )
    made = ConnectedAccount.live.count()
    if isinstance(results[-1], Exception):
        assert results[-1].problem_code == "auth_config_in_use"
        assert AuthConfig.live.exists()
    else:
        assert (made, AuthConfig.live.exists()) == (0, False)

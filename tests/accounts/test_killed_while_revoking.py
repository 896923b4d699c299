"""`kill -9` at every step of a revocation, to who asked and to the worker: the service hears of it, the secrets go."""

from __future__ import annotations

import pytest

from accounts.actions.revoke_account import revoke_account
from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Credential, Revocation, RevocationOutcome
from flowra.errors import NotFound
from tests.accounts.acme import STAFF, Acme, make_acme, reread
from tests.accounts.aftermath import a_worker_tells, events_of, leases_run_out
from tests.accounts.later import connected, secrets_of
from tests.accounts.processes import Other
from tests.factories import make_webhook_endpoint
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def acme(transactional_db: None, provider: PracticeProvider) -> Acme:
    made = make_acme(provider)
    make_webhook_endpoint(made.project, "http://127.0.0.1:9/hook")
    return made


def assert_all_over(acme: Acme, account: ConnectedAccount, secrets: dict[str, str]) -> None:
    """Unusable here, forgotten there, wiped, and told once."""
    revocation = Revocation.objects.get(account_id=account.pk)
    assert (revocation.outcome, revocation.due_at) == (RevocationOutcome.DONE, None)
    assert not Credential.objects.filter(pk=account.pk).exists()
    kept = reread(account)
    assert (kept.profile, kept.connection_data, kept.secret_names) == (None, {}, [])
    assert not any(acme.provider.is_token_live(secrets[name]) for name in ("access_token", "refresh_token"))
    assert acme.provider.live_grants == []
    told = [call.request.form["token"] for call in acme.provider.calls.to("/revoke")]
    assert {secrets["access_token"], secrets["refresh_token"]} == set(told)
    events = events_of(account)
    assert (events["account.deleted"], events["account.revoked"], events["account.revocation_failed"]) == (
        1,
        1,
        0,
    )


@pytest.mark.parametrize("point", ["revoke.deleted", "revoke.written", "revoke.due"])
def test_who_asks_for_it_and_dies_has_either_done_nothing_or_all_that_must_follow(
    acme: Acme, point: str
) -> None:
    account = connected(acme)
    secrets = secrets_of(account)
    Other("revoke", account.pk, dies_at=point).dies()
    if point == "revoke.due":
        with pytest.raises(NotFound):
            usable_credential(account.pk)
    else:
        assert usable_credential(account.pk).secrets["access_token"] == secrets["access_token"]
        assert (events_of(account)["account.deleted"], Revocation.objects.count()) == (0, 0)
        revoke_account(reread(account), STAFF)
    a_worker_tells()
    assert_all_over(acme, account, secrets)


@pytest.mark.parametrize(
    ("point", "times_told"),
    [
        ("revoke.claimed", 1),
        ("revoke.telling", 1),
        ("revoke.told", 2),
        ("revoke.settled", 2),
        ("revoke.wiped", 2),
        ("revoke.recorded", 1),
    ],
)
def test_a_worker_that_dies_is_followed_by_one_that_tells_the_service_at_least_once(
    acme: Acme, point: str, times_told: int
) -> None:
    account = connected(acme)
    secrets = secrets_of(account)
    revoke_account(account, STAFF)
    Other("work", "revocation", dies_at=point).dies()
    is_over = point == "revoke.recorded"
    assert Credential.objects.filter(pk=account.pk).exists() != is_over
    leases_run_out()
    a_worker_tells()
    assert_all_over(acme, account, secrets)
    told = [call.request.form["token"] for call in acme.provider.calls.to("/revoke")]
    assert told.count(secrets["refresh_token"]) == times_told
    a_worker_tells()
    assert len(acme.provider.calls.to("/revoke")) == 2 * times_told


def test_telling_twice_what_was_told_does_no_harm_where_the_service_says_that_it_knows_no_such_token(
    acme: Acme,
) -> None:
    """RFC 7009, 2.2 has 200 for it; many services have an error of their own instead."""
    account = connected(acme)
    secrets = secrets_of(account)
    revoke_account(account, STAFF)
    Other("work", "revocation", dies_at="revoke.told").dies()
    acme.provider.fail("/revoke", "status", status=400, error="invalid_token", times=2)
    leases_run_out()
    a_worker_tells()
    assert_all_over(acme, account, secrets)

"""`kill -9` at every step of a renewal, to a caller's process and to a worker's: no token is lost, or it is said."""

from __future__ import annotations

import pytest

from accounts.actions.usable_credential import usable_credential
from accounts.models import Credential, Status
from tests.accounts.acme import Acme, make_acme, reread
from tests.accounts.aftermath import a_worker_renews, events_of, leases_run_out
from tests.accounts.later import connected, refreshes, refused, run_out, secrets_of
from tests.accounts.processes import Other
from tests.factories import make_webhook_endpoint
from tests.provider import PracticeProvider
from tests.provider.records import RefreshRule

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

LOST = ("refresh.answered", "refresh.storing")
AFTER = ("refresh.stored",)
DOORS = {"caller": "use", "worker": "work"}
PLACES = [
    ("caller", "refresh.needed"),
    *((door, point) for door in DOORS for point in ("refresh.claimed", *LOST, *AFTER)),
]


@pytest.fixture
def acme(transactional_db: None, provider: PracticeProvider) -> Acme:
    made = make_acme(provider)
    make_webhook_endpoint(made.project, "http://127.0.0.1:9/hook")
    return made


def other_process(door: str, account_id: str, *, dies_at: str = "") -> Other:
    return Other(DOORS[door], account_id if door == "caller" else "credential", dies_at=dies_at)


@pytest.mark.parametrize("rule", ["rotates", "keeps"])
@pytest.mark.parametrize(("door", "point"), PLACES)
def test_no_token_is_lost_or_it_is_said(acme: Acme, door: str, point: str, rule: str) -> None:
    account = connected(acme)
    acme.provider.grants[0].client.refresh = RefreshRule(rule)
    before = secrets_of(account)
    run_out(account)

    other_process(door, account.pk, dies_at=point).dies()
    stored = secrets_of(account)
    assert (stored != before) == (point in AFTER)
    assert reread(account).status == Status.ACTIVE
    leases_run_out()

    if point in LOST and rule == "rotates":
        # The new refresh token died with the process, and the old one is no longer good: that is what is said.
        error = refused(account)
        after = reread(account)
        assert error.problem_code == "account_expired"
        assert (after.status, after.status_reason) == (Status.EXPIRED, "refresh_lost")
        assert events_of(account)["account.expired"] == 1
        assert events_of(account)["account.refreshed"] == 0
        assert Credential.objects.get(pk=account.pk).due_at is None
        a_worker_renews()
        assert events_of(account)["account.expired"] == 1
        return
    if door == "worker":
        a_worker_renews()
    usable = usable_credential(account.pk)
    assert acme.provider.is_token_live(usable.secrets["access_token"])
    assert acme.provider.is_token_live(secrets_of(account)["refresh_token"])
    assert reread(account).status == Status.ACTIVE
    assert events_of(account)["account.refreshed"] == 1
    assert refreshes(acme) == (2 if point in LOST else 1)
    assert len(acme.provider.live_grants) == 1


@pytest.mark.parametrize("door", DOORS)
def test_who_died_with_the_news_that_the_grant_is_gone_is_followed_by_who_hears_it_again(
    acme: Acme, door: str
) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.end_grant(acme.provider.grants[0])
    other_process(door, account.pk, dies_at="refresh.answered").dies()
    assert reread(account).status == Status.ACTIVE
    leases_run_out()
    assert refused(account).problem_code == "account_expired"
    a_worker_renews()
    assert reread(account).status == Status.EXPIRED
    assert events_of(account)["account.expired"] == 1

"""`kill -9` while a person's connection is being finished: it is there, or it is said that it failed and can be done again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.expire_link import expire_link
from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Credential, LinkSession, LinkState, Status
from flowra.due.row import claim
from tests.accounts.acme import Acme, Browser, make_acme, query_of, reread
from tests.accounts.aftermath import LEASE, events_of
from tests.accounts.later import connected, secrets_of
from tests.accounts.processes import Other
from tests.factories import make_webhook_endpoint
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]
BEFORE = ("link.claimed", "link.exchanged", "link.storing")


@pytest.fixture
def acme(transactional_db: None, provider: PracticeProvider) -> Acme:
    made = make_acme(provider)
    make_webhook_endpoint(made.project, "http://127.0.0.1:9/hook")
    return made


def dies_coming_back(acme: Acme, point: str, account: ConnectedAccount | None = None) -> ConnectedAccount:
    """The person agrees, and the process that finishes their connection dies at that point."""
    browser = Browser()
    link = acme.link(account_id=account.pk) if account else acme.link()
    callback = acme.provider.visit(acme.press(link, browser))
    Other("come back", acme.auth_config.pk, query_of(callback), browser.cookie, dies_at=point).dies()
    return reread(link.account)


def a_worker_ends_links() -> None:
    """A while later."""
    LinkSession.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))
    for row in claim(LinkSession, limit=10, lease=LEASE):
        expire_link(row)


@pytest.mark.parametrize("point", BEFORE)
def test_before_anything_is_stored_the_link_runs_out_and_another_connects(acme: Acme, point: str) -> None:
    account = dies_coming_back(acme, point)
    assert (account.status, Credential.objects.exists()) == (Status.INITIATED, False)
    a_worker_ends_links()
    a_worker_ends_links()
    account = reread(account)
    assert (account.status, account.status_reason) == (Status.FAILED, "link_expired")
    assert events_of(account)["account.failed"] == 1
    assert LinkSession.objects.get().attempt == {}, "what was secret of the attempt is wiped"
    acme.connect(account_id=account.pk)
    assert acme.provider.is_token_live(usable_credential(account.pk).secrets["access_token"])


@pytest.mark.parametrize("point", BEFORE)
def test_a_connection_that_was_there_before_stays_as_it_was(acme: Acme, point: str) -> None:
    account = connected(acme)
    before = secrets_of(account)
    dies_coming_back(acme, point, account)
    a_worker_ends_links()
    assert reread(account).status == Status.ACTIVE
    assert secrets_of(account) == before
    assert usable_credential(account.pk).secrets == before


def test_once_it_is_stored_it_is_there(acme: Acme) -> None:
    account = dies_coming_back(acme, "link.stored")
    a_worker_ends_links()
    assert reread(account).status == Status.ACTIVE
    assert acme.provider.is_token_live(usable_credential(account.pk).secrets["access_token"])
    events = events_of(account)
    assert (events["account.connected"], events["account.failed"]) == (1, 0)
    assert LinkSession.objects.get().state == LinkState.DONE

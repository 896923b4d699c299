"""Accounts are found by what a customer says, writes or pastes, with whatever stands around it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.ask_to_reconnect import ask_to_reconnect
from accounts.actions.search_accounts import search_accounts
from accounts.models import ConnectedAccount
from flowra.events.record import Actor
from tests.accounts.desk import make_whole_account
from tests.factories import make_account, make_auth_config, make_external_user, make_project, make_toolkit

STAFF = Actor("staff", "7")


@pytest.fixture
def account(db: None) -> ConnectedAccount:
    """Ann Müller's, beside somebody else's."""
    account = make_whole_account()
    account.external_user.name = "+49 (170) 123-4567"
    account.external_user.save()
    account.identity_name = "Ann Müller"
    account.labels = ["Größte"]
    account.save()
    make_account(account.auth_config, make_external_user(account.project, "somebody_else"))
    return account


def found_by(words: str) -> list[str]:
    return [each.pk for each in search_accounts(ConnectedAccount.objects.order_by("pk"), words)]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "words",
    [
        "<sales@example.com>",
        "Ann Müller <sales@example.com>,",
        "“sales@example.com”",
        "mailto:SALES@example.com?subject=Help",
        "E-mail: sales@example.com.",
        "sales@example.com\u200b",
        "(Acme Works)",
        "muller",
        "Mueller",
        "MULLER ann",
        "Mu\u0308ller",
        "grosste",
        "GRÖSSTE",
        "grösste",
        "+491701234567",
        "0170 1234567",
        "0170/123 45 67",
        "(170) 1234567",
        "+49 (0)170 123 45 67",
    ],
)
def test_as_people_write_it(account: ConnectedAccount, words: str) -> None:
    assert found_by(words) == [account.pk]


@pytest.mark.both_databases
def test_by_what_a_page_showed_in_the_sentence_that_it_stood_in(account: ConnectedAccount) -> None:
    reference = account.pk[-8:]
    for words in (
        f"Reference: {reference}",
        f"reference {reference.upper()}",
        f"If you tell somebody about this, say {reference}: it finds what happened.",
        f"https://flowra.example/admin/accounts/connectedaccount/{account.pk}/change/?q=1",
        f"https://flowra.example/dashboard/pr_1/accounts/{account.pk}",
        f"account {account.pk}.",
        f"{account.pk} somebody who is not there",
    ):
        assert found_by(words) == [account.pk], words


@pytest.mark.both_databases
def test_by_the_link_that_they_were_sent(account: ConnectedAccount) -> None:
    link = ask_to_reconnect(account, STAFF)
    assert found_by(link.url) == [account.pk]
    assert found_by(f"It says that {link.url} does not work") == [account.pk]
    assert found_by(f"https://flowra.example/connect/{'x' * 43}") == []


@pytest.mark.both_databases
def test_by_the_address_of_their_page_at_the_service_or_in_the_app(account: ConnectedAccount) -> None:
    account.identity_workspace = "umbrella"
    account.save()
    assert found_by("https://umbrella.slack.com/messages/C01") == [account.pk]
    config = account.auth_config_id
    assert len(found_by(f"https://flowra.example/admin/authconfigs/authconfig/{config}/change/")) == 2
    assert found_by(f"{config} umbrella") == [account.pk]


@pytest.mark.both_databases
def test_by_the_name_of_a_service_of_the_app_s_own(account: ConnectedAccount) -> None:
    globex = make_project("Globex")
    make_toolkit(globex, "gd1", name="Helpdesk One")
    theirs = make_account(make_auth_config(globex, "gd1", auth_scheme="API_KEY"))
    make_account(make_auth_config(account.project, "gd1", auth_scheme="API_KEY"))
    assert found_by("helpdesk") == [theirs.pk]


@pytest.mark.both_databases
def test_what_is_written_so_goes_before_what_only_sounds_so(account: ConnectedAccount) -> None:
    other = make_account(account.auth_config, identity_name="Bob Muller")
    assert found_by("muller") == [other.pk]
    assert found_by("Müller") == [account.pk]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "words", ["\u200b", " ", "%", "_%", "[", "\\", "(((", "+" * 200, "0" * 190, "://", "a://[", "1-2"]
)
def test_odd_words_find_what_holds_them_and_break_nothing(account: ConnectedAccount, words: str) -> None:
    found_by(words)


def test_however_many_there_are_it_is_the_same_queries(account: ConnectedAccount) -> None:
    counts = []
    for more in (0, 20):
        for _ in range(more):
            make_account(account.auth_config)
        for words in ("sales", "muller", "0170 1234567"):
            with CaptureQueriesContext(connection) as queries:
                found_by(words)
            counts.append(len(queries))
    assert counts[:3] == counts[3:]

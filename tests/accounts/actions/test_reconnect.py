"""Connecting an account again: it keeps its id and label, and a failure leaves it as it was."""

from __future__ import annotations

import pytest

from accounts.models import Credential, Status
from flowra.errors import NotFound
from flowra.models import Project
from tests.accounts.acme import Acme, Browser, query_of, reread
from tests.accounts.actions.test_link_to_active import trail


def test_connecting_again_keeps_the_account_and_its_label(acme: Acme) -> None:
    first = acme.connect(labels=["sales"]).account
    again = acme.connect(account_id=first.pk).account
    assert again.pk == first.pk
    assert reread(again).labels == ["sales"]
    assert Credential.objects.get(pk=first.pk).version == 2
    assert trail(first)[-1] == "account.reconnected"


def test_connecting_again_that_fails_leaves_the_account_as_it_was(acme: Acme) -> None:
    account = acme.connect().account
    before = Credential.objects.get(pk=account.pk).secrets
    link, browser = acme.link(account_id=account.pk), Browser()
    url = acme.press(link, browser)
    assert reread(account).status == Status.ACTIVE
    ending = acme.come_back(acme.provider.visit(url, allow=False), browser)
    assert ending.outcome == "failed"
    assert reread(account).status == Status.ACTIVE
    assert Credential.objects.get(pk=account.pk).secrets == before
    assert trail(account)[-1] == "account.failed"


def test_more_scopes_on_an_existing_account_are_asked_besides_the_granted_ones(acme: Acme) -> None:
    account = acme.connect().account
    url = acme.press(acme.link(account_id=account.pk, scopes=["messages:read"]), Browser())
    assert query_of(url)["scope"].split() == ["openid", "profile", "email", "messages:read"]


def test_another_user_s_account_cannot_be_connected_again(acme: Acme) -> None:
    account = acme.connect().account
    with pytest.raises(NotFound):
        acme.link(account_id=account.pk, external_user=acme.user("customer_43"))


def test_a_link_without_a_user_is_for_the_project_s_default_one(acme: Acme) -> None:
    link = acme.link(external_user=None)
    assert reread(link.account).external_user.name == "project_default_user"
    assert Project.objects.count() == 1

"""A link for an account that was connected before says which account it is, and what is asked for besides."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.actions.start_link import StartedLink
from accounts.models import ConnectedAccount, Status
from tests.accounts.acme import Acme
from tests.factories import make_auth_config


@pytest.fixture
def account(acme: Acme) -> ConnectedAccount:
    return acme.connect().account


def page(client: Client, link: StartedLink) -> str:
    return " ".join(client.get(f"/connect/{link.token}").content.decode().split())


def test_the_page_says_which_account_it_must_be(
    acme: Acme, client: Client, account: ConnectedAccount
) -> None:
    text = page(client, acme.link(account_id=account.pk))
    assert '<bdi title="sales@example.com">sales@example.com</bdi>' in text
    assert "It has to be this one." in text
    assert "account, as it did before." in text
    other = page(client, acme.link(account_id=account.pk, allows_other_identity=True))
    assert "sales@example.com" in other
    assert "It has to be this one." not in other


def test_what_was_never_connected_is_not_asked_for_as_before(acme: Acme, client: Client) -> None:
    failed = acme.link().account
    ConnectedAccount.objects.filter(pk=failed.pk).update(status=Status.FAILED)
    text = page(client, acme.link(account_id=failed.pk))
    assert "as it did before" not in text
    assert "It has to be this one." not in text


def test_what_is_asked_for_besides_is_marked_as_new(acme: Acme, client: Client) -> None:
    slack = make_auth_config(acme.project, "slack", settings={"client_id": "1", "scopes": ["users:read"]})
    started = acme.link(auth_config_id=slack.pk)
    now = started.expires_at
    ConnectedAccount.objects.filter(pk=started.account.pk).update(
        status=Status.ACTIVE, connected_at=now, scopes_granted=["users:read"], identity_email="a@example.com"
    )
    again = {"auth_config_id": slack.pk, "account_id": started.account.pk}
    text = page(client, acme.link(**again, scopes=["chat:write"]))
    assert "account for more than before." in text
    assert 'send messages <em class="fresh">new</em>' in text
    assert '<code>chat:write</code> <em class="fresh">new</em>' in text
    assert 'see who is in the workspace <em class="fresh">' not in text
    assert "for more than before" not in page(client, acme.link(**again))

"""An account told as a story: whose it is, what is wrong, whose turn it is, and no secret."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.revoke_account import revoke_account
from accounts.models import ConnectedAccount, Revocation, RevocationOutcome, Status
from authconfigs.catalogue.load import all_toolkits
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from tests.accounts.desk import LIST, SECRETS, make_whole_account, story_url
from tests.factories import make_account, make_auth_config, make_project
from tests.staff import make_support, signed_in, text_of


@pytest.fixture
def support(db: None) -> Client:
    return signed_in(make_support())


@pytest.fixture
def account(db: None) -> ConnectedAccount:
    return make_whole_account()


def test_the_story_says_whose_it_is_and_what_it_may(support: Client, account: ConnectedAccount) -> None:
    page = support.get(story_url(account))
    told = text_of(page)
    assert "<h1>sales@example.com</h1>" in page.content.decode()
    for words in (
        "Slack",
        "Acme",
        "U0SLACK9",
        "Acme Works",
        "customer_42",
        "vip",
        "● Active",
        "Nothing is wrong.",
    ):
        assert words in told, words
    assert "✕ Missing channels:read" in told
    assert "● Granted chat:write" in told
    assert "Held, encrypted access token, refresh token" in told


def test_no_page_of_an_account_holds_a_secret(support: Client, account: ConnectedAccount) -> None:
    pages = [
        LIST,
        story_url(account),
        f"{LIST}revoke/?account={account.pk}",
        f"{LIST}?q=s3cret",
        f"{LIST}?q=private",
    ]
    for url in pages:
        page = support.get(url).content.decode().replace("q=s3cret", "").replace('value="s3cret"', "")
        assert "at-s3cret" not in page
        assert "rt-s3cret" not in page
        assert "private-000" not in page
        assert "client-secret" not in page


def test_what_came_from_outside_is_shown_as_text(support: Client, account: ConnectedAccount) -> None:
    ConnectedAccount.objects.filter(pk=account.pk).update(
        identity_email="<script>alert(1)</script>",
        labels=["<img src=x>"],
        status_message="<b>x</b>",
        status="FAILED",
    )
    for url in (LIST, story_url(account), f"{LIST}revoke/?account={account.pk}"):
        page = support.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
        assert "<b>x" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": Status.INITIALIZING}, ["Waiting", "customer_42's: open the link."]),
        ({"status": Status.INITIATED}, ["Waiting", "has not finished at Slack"]),
        (
            {"status": Status.EXPIRED, "status_reason": "grant_revoked"},
            [
                "Needs the user",
                "The service no longer accepts this connection.",
                "connect Slack again in Acme",
            ],
        ),
        (
            {"status": Status.FAILED, "status_reason": "access_denied"},
            ["✕ Failed", "The person chose not to connect."],
        ),
        ({"status": Status.INACTIVE, "is_disabled": True}, ["Switched off", "Acme's: switch it on again."]),
        (
            {"expires_at": timezone.now() - timedelta(days=1), "secret_names": ["access_token"]},
            ["gave none to renew"],
        ),
    ],
)
def test_the_story_says_what_is_wrong_and_whose_turn_it_is(
    support: Client, account: ConnectedAccount, fields: dict[str, Any], words: list[str]
) -> None:
    ConnectedAccount.objects.filter(pk=account.pk).update(**fields)
    told = text_of(support.get(story_url(account)))
    for each in words:
        assert each in told, told


def test_a_switched_off_auth_config_is_what_is_wrong_with_all_under_it(
    support: Client, account: ConnectedAccount
) -> None:
    account.auth_config.is_disabled = True
    account.auth_config.save()
    told = text_of(support.get(story_url(account)))
    assert "is switched off; nothing under it works" in told
    assert "● Active" not in told


def test_events_are_told_newest_first_with_who_and_why(support: Client, account: ConnectedAccount) -> None:
    for type, actor, reason in (
        (EventType.LINK_CREATED, Actor("api_key", "key_1", "backend"), ""),
        (EventType.ACCOUNT_DISABLED, Actor("staff", "1", "ops@example.com"), "invoice unpaid"),
    ):
        record(
            type, project_id=account.project_id, subject=("account", account.pk), actor=actor, reason=reason
        )
    told = text_of(support.get(story_url(account)))
    assert told.index("Staff: ops@example.com") < told.index("The app: backend")
    assert "invoice unpaid" in told


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (RevocationOutcome.PENDING, "The service is being told"),
        (RevocationOutcome.DONE, "The service has forgotten the grant"),
        (RevocationOutcome.UNSUPPORTED, "has no way to be told"),
        (RevocationOutcome.FAILING, "it is tried again"),
    ],
)
def test_a_revoked_account_stays_visible_with_how_telling_the_service_went(
    support: Client, account: ConnectedAccount, outcome: RevocationOutcome, words: str
) -> None:
    revoke_account(account, Actor("staff", "1", "support@example.com"), "asked on the phone")
    Revocation.objects.filter(account=account).update(
        outcome=outcome, detail="said by the service", attempts=2
    )
    told = text_of(support.get(story_url(account)))
    for each in (
        words,
        "said by the service",
        "◇ Revoked",
        "asked on the phone",
        "Support can see it for 30 days",
    ):
        assert each in told, each
    assert "◇ Revoked" in text_of(support.get(LIST))
    assert "Revoke…" not in told


@pytest.mark.parametrize("toolkit", ["notion", "linear", "outlook", "discord"])
def test_where_a_service_cannot_be_told_the_page_is_given_where_the_person_can(
    support: Client, toolkit: str
) -> None:
    account = make_account(make_auth_config(make_project(), toolkit), secrets=SECRETS)
    revoke_account(account, Actor("staff", "1"), "x")
    Revocation.objects.filter(account=account).update(outcome=RevocationOutcome.UNSUPPORTED)
    page = support.get(story_url(account)).content.decode()
    where = all_toolkits()[toolkit].revoke_page
    assert not where or f'href="{where}"' in page

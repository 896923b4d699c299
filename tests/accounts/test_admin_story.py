"""An account told as a story: whose it is, what is wrong, whose turn it is, and no secret."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.actions.revoke_account import revoke_account
from accounts.models import ConnectedAccount, LinkSession, Revocation, RevocationOutcome, Status
from authconfigs.catalogue.load import all_toolkits
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Event
from tests.accounts.desk import LIST, SECRETS, story_url
from tests.factories import make_account, make_auth_config, make_project
from tests.staff import make_staff, signed_in, text_of


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


ASKS = "Ask to connect again"


def ask_url(account: ConnectedAccount) -> str:
    return f"{LIST}{account.pk}/ask/"


def test_what_to_tell_the_customer_stands_beside_what_is_wrong(
    support: Client, account: ConnectedAccount
) -> None:
    ConnectedAccount.objects.update(status=Status.EXPIRED, status_reason="grant_revoked")
    record(
        EventType.ACCOUNT_EXPIRED,
        project_id=account.project_id,
        subject=("account", account.pk),
        actor=Actor("worker"),
    )
    told = text_of(support.get(story_url(account)))
    say = told.index("What to tell the customer")
    assert (
        told.index("Needs the user since just now")
        < told.index("Whose turn:")
        < say
        < told.index("Whose it is")
    )
    assert "Hello, Your Slack connection (sales@example.com) stopped working" in told[say:]


def test_a_fresh_link_is_shown_once_with_a_text_to_send_it_in(
    support: Client, account: ConnectedAccount
) -> None:
    assert ASKS in text_of(support.get(story_url(account)))
    page = support.post(ask_url(account))
    assert page.status_code == 200 and "no-store" in page.headers["Cache-Control"]
    found = re.findall(r"http://[^\s<]+/connect/([\w-]+)", page.content.decode())
    assert len(found) == 2 and len(set(found)) == 1
    token = found[0]
    link = LinkSession.objects.get(account=account)
    event = Event.objects.get(type="link.created", subject_id=account.pk)
    assert (event.actor_kind, event.actor_name) == ("staff", "support@example.com")
    assert LogEntry.objects.get().get_change_message() == "Asked to connect again."
    for url in (story_url(account), LIST, "/admin/", f"{LIST}{account.pk}/history/", "/admin/flowra/event/"):
        assert token not in support.get(url).content.decode(), url
    kept = [str(vars(each)) for each in (link, event, LogEntry.objects.get(), *Session.objects.all())]
    kept += [str(each.get_decoded()) for each in Session.objects.all()]
    assert not any(token in each for each in kept)


def test_the_link_is_in_no_log(
    support: Client, account: ConnectedAccount, caplog: pytest.LogCaptureFixture
) -> None:
    page = support.post(ask_url(account))
    (token, *_) = re.findall(r"/connect/([\w-]+)", page.content.decode())
    assert token not in caplog.text


def test_where_nobody_can_be_asked_it_is_said_why(support: Client, account: ConnectedAccount) -> None:
    account.project.require_confirmation = True
    account.project.save()
    told = text_of(support.get(story_url(account)))
    assert ASKS not in told and "the person has to begin in Acme" in told
    refused = support.post(ask_url(account))
    assert refused.status_code == 409 and "has to begin in Acme" in text_of(refused)
    revoke_account(account, Actor("staff", "1"), "x")
    assert support.post(ask_url(account)).status_code == 409
    assert not LinkSession.objects.exists()


def test_asking_is_a_permission_of_its_own(account: ConnectedAccount) -> None:
    viewer = signed_in(make_staff("accounts.view_connectedaccount", "accounts.revoke_connectedaccount"))
    assert ASKS not in text_of(viewer.get(story_url(account)))
    assert viewer.post(ask_url(account)).status_code == 403
    asker = signed_in(
        make_staff(
            "accounts.view_connectedaccount", "accounts.reconnect_connectedaccount", name="b@example.com"
        )
    )
    assert asker.get(ask_url(account)).status_code == 405
    assert asker.post(f"{LIST}ca_none/ask/").status_code == 404
    assert asker.post(ask_url(account)).status_code == 200
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = asker.cookies
    assert strict.post(ask_url(account)).status_code == 403
    assert LinkSession.objects.count() == 1

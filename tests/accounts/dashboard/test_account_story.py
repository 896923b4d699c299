"""One account in the dashboard: its story, what to tell the person, and what support does about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ConnectedAccount, Credential, LinkSession, Revocation, Status
from flowra.models import Event, Project, Role
from tests.accounts.acme import Acme, reread
from tests.factories import make_account, make_auth_config, make_external_user, make_project, make_toolkit
from tests.staff import text_of

As = Callable[..., Client]
SECRETS = {"access_token": "at-s3cret-0001", "refresh_token": "rt-s3cret-0002"}


@pytest.fixture
def account(project: Project) -> ConnectedAccount:
    """A Slack account with all that one can have."""
    return make_account(
        make_auth_config(project, "slack"),
        secrets=SECRETS,
        identity_id="U0SLACK9",
        identity_name="Sales Team",
        identity_email="sales@example.com",
        identity_workspace="Acme Works",
        labels=["vip", "Zürich"],
        display_name="Sales inbox",
        scopes_requested=["chat:write", "channels:read"],
        scopes_granted=["chat:write"],
        profile={"phone": "private-0003"},
        connection_data={"shop": "private-0004"},
    )


def url(account: ConnectedAccount, rest: str = "") -> str:
    return f"/dashboard/{account.project_id}/accounts/{account.pk}{rest}"


def told_after(answer: Any, browser: Client) -> str:
    """What the page says to which a deed leads."""
    assert answer.status_code == 302, text_of(answer)
    return text_of(browser.get(answer["Location"]))


def test_the_story_tells_whose_it_is_how_it_stands_and_whose_turn_it_is(
    as_member: As, account: ConnectedAccount
) -> None:
    ConnectedAccount.objects.filter(pk=account.pk).update(status=Status.EXPIRED)
    told = text_of(as_member().get(url(account)))
    for words in (
        "sales@example.com",
        "▲ Needs the user",
        "Whose turn: customer_42's: connect Slack again in Acme.",
        "Sales Team",
        "Acme Works",
        "U0SLACK9",
        "Sales inbox",
        "vip",
        "Zürich",
        "● Granted",
        "✕ Missing",
        "access token, refresh token",
        account.pk[-8:],
    ):
        assert words in told, words
    assert "Your Slack connection (sales@example.com) stopped working" in told


def test_no_page_about_it_has_a_secret(as_member: As, account: ConnectedAccount) -> None:
    browser = as_member(Role.OWNER)
    for rest in ("", "/edit", "/revoke"):
        page = browser.get(url(account, rest)).content.decode()
        assert "s3cret" not in page and "private-000" not in page


def test_another_project_s_account_is_none(as_member: As, account: ConnectedAccount) -> None:
    other = make_account(make_auth_config(make_project("Other")))
    browser = as_member(Role.OWNER)
    for id in (other.pk, "ca_none", "x" * 500, "é"):
        here = f"/dashboard/{account.project_id}/accounts/{id}"
        for rest in ("", "/edit", "/revoke"):
            assert browser.get(f"{here}{rest}").status_code == 404
        for rest in ("/check", "/refresh", "/ask", "/switch", "/revoke"):
            assert browser.post(f"{here}{rest}", {"reason": "x", "to": "off"}).status_code == 404
    assert reread(other).deleted_at is None


def test_who_looks_is_offered_no_deed(as_member: As, account: ConnectedAccount) -> None:
    told = text_of(as_member(Role.VIEWER).get(url(account)))
    for deed in ("Revoke…", "Switch off", "Check it at", "Make a link"):
        assert deed not in told


def test_support_switches_it_off_and_on_and_is_on_the_trail(as_member: As, account: ConnectedAccount) -> None:
    browser = as_member(Role.SUPPORT)
    off = told_after(browser.post(url(account, "/switch"), {"to": "off"}), browser)
    assert "▬ Switched off" in off and "It is switched off. Switch it on first." in off
    on = told_after(browser.post(url(account, "/switch"), {"to": "on"}), browser)
    assert "● Active" in on
    events = Event.objects.filter(subject_id=account.pk).order_by("at", "id")
    assert [(each.type, each.actor_kind, each.actor_name) for each in events] == [
        ("account.disabled", "staff", "support@example.com"),
        ("account.enabled", "staff", "support@example.com"),
    ]


def test_support_changes_its_name_and_labels(as_member: As, account: ConnectedAccount) -> None:
    browser = as_member(Role.SUPPORT)
    sent = {"display_name": "Orders", "labels": "vip\r\n\r\nemea "}
    assert "Saved." in told_after(browser.post(url(account, "/edit"), sent), browser)
    account.refresh_from_db()
    assert (account.display_name, account.labels) == ("Orders", ["vip", "emea"])
    wrong = browser.post(url(account, "/edit"), {"display_name": "x" * 201, "labels": "y" * 5_000})
    assert wrong.status_code == 400
    account.refresh_from_db()
    assert account.display_name == "Orders"


def test_it_is_revoked_with_a_reason_by_who_is_signed_in(as_member: As, account: ConnectedAccount) -> None:
    browser = as_member(Role.SUPPORT)
    before = text_of(browser.get(url(account, "/revoke")))
    assert "Revoke the Slack of sales@example.com?" in before
    assert "What Acme does with it stops at once. Slack is told to forget the grant." in before
    assert browser.post(url(account, "/revoke"), {"reason": "  "}).status_code == 400
    assert reread(account).deleted_at is None
    told = told_after(browser.post(url(account, "/revoke"), {"reason": "asked on the phone"}), browser)
    assert "◇ Revoked" in told and "The service is told in the background" in told
    assert "asked on the phone" in told and "Staff: support@example.com" in told
    event = Event.objects.get(subject_id=account.pk, type="account.deleted")
    assert (event.actor_kind, event.actor_name, event.reason) == (
        "staff",
        "support@example.com",
        "asked on the phone",
    )
    assert Revocation.objects.filter(account=account).count() == 1
    again = told_after(browser.post(url(account, "/revoke"), {"reason": "twice"}), browser)
    assert "Skipped: it was revoked already." in again
    assert Event.objects.filter(subject_id=account.pk, type="account.deleted").count() == 1


def test_a_fresh_link_is_shown_once_with_the_text_that_holds_it(
    as_member: As, account: ConnectedAccount
) -> None:
    ConnectedAccount.objects.filter(pk=account.pk).update(status=Status.EXPIRED)
    browser = as_member(Role.SUPPORT)
    answer = browser.post(url(account, "/ask"))
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    links = re.findall(r"https?://[^\s<\"]+/connect/[\w-]+", answer.content.decode())
    assert len(links) == 2 and len(set(links)) == 1
    assert Client().get(links[0]).status_code == 200
    assert "please open this link before" in text_of(answer)
    token = links[0].rsplit("/", 1)[1]
    for rest in ("", "/edit", "/revoke"):
        assert token not in browser.get(url(account, rest)).content.decode()
    assert browser.get(url(account, "/ask")).status_code == 405
    event = Event.objects.get(subject_id=account.pk, type="link.created")
    assert (event.actor_kind, event.actor_name) == ("staff", "support@example.com")
    assert token not in str(event.data)


def test_where_no_link_can_be_made_it_says_why(as_member: As, account: ConnectedAccount) -> None:
    Project.objects.filter(pk=account.project_id).update(require_confirmation=True)
    browser = as_member(Role.SUPPORT)
    page = text_of(browser.get(url(account)))
    assert "so the person has to begin in Acme" in page and "Make a link" not in page
    told = told_after(browser.post(url(account, "/ask")), browser)
    assert "No link was made." in told
    assert not LinkSession.objects.exists()


def test_a_revoked_one_is_told_and_offered_nothing(as_member: As, project: Project) -> None:
    gone = make_account(
        make_auth_config(project, "slack"), deleted_at=timezone.now(), identity_email="a@b.example"
    )
    browser = as_member(Role.SUPPORT)
    told = text_of(browser.get(url(gone)))
    assert "◇ Revoked" in told and "It is shown for 30 days" in told and "Revoke…" not in told
    assert "nothing to check" in told_after(browser.post(url(gone, "/check")), browser)
    assert "nothing to renew" in told_after(browser.post(url(gone, "/refresh")), browser)
    assert browser.get(url(gone, "/edit")).status_code == 409


def test_it_is_renewed_at_once_and_checked_at_the_service(as_member: As, acme: Acme) -> None:
    account = acme.connect().account
    browser = as_member(Role.SUPPORT, of=acme.project)
    before = Credential.objects.get(pk=account.pk).secrets["access_token"]
    assert "Its access is renewed." in told_after(browser.post(url(account, "/refresh")), browser)
    after = Credential.objects.get(pk=account.pk).secrets["access_token"]
    assert after != before
    checked = told_after(browser.post(url(account, "/check")), browser)
    assert "has no call to check a connection with" in checked or "It works" in checked
    assert after not in checked


def test_a_key_has_nothing_to_renew(as_member: As, project: Project) -> None:
    config = make_auth_config(project, "github", auth_scheme="API_KEY")
    account = make_account(config, make_external_user(project), secrets={"api_key": "k-s3cret"})
    browser = as_member(Role.SUPPORT)
    assert "Renew its access now" not in text_of(browser.get(url(account)))
    assert "Not renewed:" in told_after(browser.post(url(account, "/refresh")), browser)


@pytest.mark.parametrize("rest", ["/edit", "/revoke"])
def test_hostile_forms_are_refused(as_member: As, account: ConnectedAccount, rest: str) -> None:
    browser = as_member(Role.SUPPORT)
    for text in ("\x00", "x" * 100_000):
        sent = {"reason": text, "display_name": text, "labels": text}
        assert browser.post(url(account, rest), sent).status_code == 400
    assert reread(account).deleted_at is None


def test_before_revoking_a_project_s_own_service_is_called_by_its_name(
    as_member: As, project: Project
) -> None:
    make_toolkit(project, "acme-desk", name="Acme Desk")
    config = make_auth_config(project, "acme-desk", auth_scheme="API_KEY")
    account = make_account(config, identity_email="ann@x.example")
    asked = text_of(as_member(Role.SUPPORT).get(url(account, "/revoke")))
    assert "Revoke the Acme Desk of ann@x.example?" in asked

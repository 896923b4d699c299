"""The list: what needs the person on top, in words that they know, and nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions.revoke_account import revoke_account
from accounts.actions.update_account import update_account
from accounts.models import Credential, Revocation, RevocationOutcome, Status, StatusReason
from flowra.events.record import SYSTEM
from tests.accounts.portal.conftest import Portal, make_portal
from tests.factories import make_account, make_auth_config, make_external_user, make_toolkit
from tests.staff import text_of


def names(answer: Any) -> list[str]:
    """The rows' names, from top to bottom."""
    return re.findall(r'<h2>(?:<a href="[^"]+">)?<bdi>(.*?)</bdi>', answer.content.decode())


def test_who_has_nothing_is_told_what_will_be_here(portal: Portal) -> None:
    text = text_of(portal.get())
    assert "Nothing is connected" in text
    assert "Back to Acme" in text


@pytest.mark.both_databases
def test_what_needs_the_person_comes_first(portal: Portal) -> None:
    portal.account(identity_email="works@example.com")
    portal.account(identity_email="off@example.com", status=Status.INACTIVE, is_disabled=True)
    portal.account(identity_email="begun@example.com", status=Status.INITIATED, secrets=None)
    portal.account(identity_email="over@example.com", status=Status.EXPIRED)
    ends = portal.account(identity_email="ends@example.com")
    Credential.objects.filter(pk=ends.pk).update(
        warned_at=timezone.now(), grant_ends_at=timezone.now() + timedelta(days=3)
    )
    answer = portal.get()
    shown = names(answer)
    assert set(shown[:2]) == {"over@example.com", "ends@example.com"}
    assert shown[2:] == ["works@example.com", "off@example.com", "begun@example.com"]
    text = text_of(answer)
    assert "2 connections need you." in text
    for word in ("Needs you", "Needs you soon", "Works", "Switched off by Acme", "Not finished"):
        assert word in text
    assert "Slack no longer lets Acme in. Connect it again to go on." in text


def test_an_app_s_own_trouble_is_not_the_person_s(portal: Portal) -> None:
    off = make_auth_config(portal.project, "notion", is_disabled=True)
    failing = make_auth_config(portal.project, "github", failing_since=timezone.now(), failing_words="no")
    portal.account(auth_config=off)
    portal.account(auth_config=failing)
    text = text_of(portal.get())
    assert "Switched off by Acme" in text
    assert "Acme has to mend it" in text and "There is nothing for you to do" in text
    assert "need you" not in text and "needs you" not in text


def test_each_says_whose_it_is_and_what_it_is_called(portal: Portal) -> None:
    portal.account(
        identity_email="sales@example.com", identity_workspace="Acme HQ", display_name="Sales inbox"
    )
    text = text_of(portal.get())
    assert "Sales inbox" in text
    assert "Slack · sales@example.com, Acme HQ" in text
    assert "not used yet" in text


def test_others_accounts_are_not_there(portal: Portal) -> None:
    other = make_external_user(portal.project, "other")
    theirs = portal.account(user=other, identity_email="theirs@example.com")
    elsewhere = make_portal(user="customer_42").account(identity_email="elsewhere@example.com")
    assert names(portal.get()) == []
    for id in (theirs.pk, elsewhere.pk, "ca_" + "0" * 26):
        for page in ((id,), (id, "disconnect"), (id, "disconnected")):
            answer = portal.get(*page)
            assert answer.status_code == 404, page
            assert "There is no such connection" in text_of(answer)
        for deed in ("rename", "reconnect", "disconnect"):
            assert portal.post(id, deed, displayName="mine").status_code == 404
    theirs.refresh_from_db()
    assert (theirs.deleted_at, theirs.display_name) == (None, None)


@pytest.mark.parametrize("shared_with", ["project", ["customer_42"]])
def test_what_is_shared_is_shown_as_shared_and_has_no_deeds(portal: Portal, shared_with: Any) -> None:
    portal.account(identity_email="mine@example.com")
    theirs = portal.account(
        user=make_external_user(portal.project, "other"),
        identity_email="team@example.com",
        status=Status.EXPIRED,
    )
    update_account(theirs, SYSTEM, shared_with=shared_with)
    answer = portal.get()
    assert names(answer) == ["mine@example.com", "team@example.com"]
    assert "Shared with you." in text_of(answer)
    assert "Needs its owner" in text_of(answer)
    assert "need you" not in text_of(answer) and "needs you" not in text_of(answer)
    assert theirs.pk not in answer.content.decode()
    assert portal.get(theirs.pk).status_code == 404
    assert portal.post(theirs.pk, "disconnect").status_code == 404


def test_links_that_were_never_opened_are_no_connections(portal: Portal) -> None:
    portal.account(status=Status.INITIALIZING, secrets=None)
    portal.account(status=Status.FAILED, status_reason=StatusReason.LINK_EXPIRED, secrets=None)
    portal.account(status=Status.FAILED, status_reason=StatusReason.ACCESS_DENIED, secrets=None)
    answer = portal.get()
    assert names(answer) == ["Slack"]
    assert "You chose not to connect. Nothing is shared." in text_of(answer)


def test_many_have_pages_and_a_search(portal: Portal) -> None:
    slack, notion = (make_auth_config(portal.project, slug) for slug in ("slack", "notion"))
    for number in range(45):
        portal.account(auth_config=slack, identity_email=f"box{number}@example.com")
    portal.account(auth_config=notion, identity_workspace="Wiki")
    seen: list[str] = []
    for page, rows in (("1", 20), ("2", 20), ("3", 6)):
        answer = portal.get(page=page)
        assert len(names(answer)) == rows
        assert f"Page {page} of 3" in text_of(answer)
        seen += names(answer)
    assert len(set(seen)) == 46
    assert names(portal.get(page="99")) == names(portal.get(page="3"))
    assert names(portal.get(page="x")) == names(portal.get())
    assert names(portal.get(q="BOX44@")) == ["box44@example.com"]
    assert names(portal.get(q="notion")) == ["Wiki"]
    answer = portal.get(q="nobody")
    assert "No connection of yours has “nobody”" in text_of(answer)
    assert "Show all" in text_of(answer)


def test_a_project_s_own_service_is_found_by_its_name(portal: Portal) -> None:
    make_toolkit(portal.project, "own-desk", name="Helpdesk of ours")
    portal.account("own-desk")
    assert names(portal.get(q="helpdesk OF")) == ["Helpdesk of ours"]


@pytest.mark.parametrize("query", [{"q": "%"}, {"q": "\\"}, {"page": "0"}, {"page": "9" * 9}, {"q": "é"}])
def test_odd_questions_are_answered(portal: Portal, query: dict[str, str]) -> None:
    portal.account()
    assert portal.get(**query).status_code == 200


@pytest.mark.parametrize("query", [{"q": "a\x00"}, {"q": "a" * 201}])
def test_what_nobody_asks_is_refused(portal: Portal, query: dict[str, str]) -> None:
    assert portal.get(**query).status_code == 400


def test_its_questions_to_the_database_do_not_grow_with_it(portal: Portal) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert portal.get().status_code == 200
        return len(asked)

    def more(count: int) -> None:
        for number in range(count):
            toolkit = ("slack", "notion", "github")[number % 3]
            portal.account(toolkit, last_used_at=timezone.now())
            shared = portal.account(toolkit, user=make_external_user(portal.project, "other"))
            update_account(shared, SYSTEM, shared_with="project")

    more(1)
    few = queries()
    more(12)
    assert queries() == few


def test_what_was_disconnected_lately_can_be_looked_up(portal: Portal) -> None:
    account = portal.account(identity_email="sales@example.com")
    revoke_account(account, SYSTEM)
    answer = portal.get()
    assert names(answer) == []
    assert "Disconnected this week" in text_of(answer)
    assert f"{portal.home}/{account.pk}/disconnected" in answer.content.decode()
    assert "Slack is being told" in text_of(answer)
    Revocation.objects.update(outcome=RevocationOutcome.DONE)
    assert "Slack has forgotten it" in text_of(portal.get())
    account.deleted_at = timezone.now() - timedelta(days=8)
    account.save()
    assert "Disconnected" not in text_of(portal.get())


def test_names_are_text(portal: Portal) -> None:
    portal.account(identity_email="<script>alert(1)</script>", display_name="<b>bold</b>")
    page = portal.get().content.decode()
    assert "<script>alert" not in page and "<b>bold" not in page


def test_another_s_page_of_the_same_app_shows_their_own(portal: Portal) -> None:
    portal.account(identity_email="mine@example.com")
    other = make_portal(portal.project, "customer_43")
    make_account(make_auth_config(portal.project), other.user, identity_email="other@example.com")
    other.open()
    assert names(other.get()) == ["other@example.com"]
    assert names(portal.get()) == ["mine@example.com"]

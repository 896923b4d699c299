"""The text that support copies to a customer: what happened, whose turn it is, and nothing internal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.ask_to_reconnect import ask_to_reconnect, why_not
from accounts.actions.revoke_account import revoke_account
from accounts.models import ConnectedAccount, Status, StatusReason
from accounts.pages.what_to_say import what_to_say
from flowra.errors import Conflict
from flowra.events.record import Actor
from flowra.models import Event
from tests.accounts.desk import make_whole_account

STAFF = Actor("staff", "7")


@pytest.fixture
def account(db: None) -> ConnectedAccount:
    return make_whole_account()


def test_an_account_that_works_needs_nothing_of_the_person(account: ConnectedAccount) -> None:
    said = what_to_say(account, "Slack", None)
    assert said.startswith("Hello,\n\nYour Slack connection (sales@example.com) works")
    assert "nothing you need to do" in said and said.endswith("\n\nAcme")


def test_an_expired_one_is_to_be_connected_again(account: ConnectedAccount) -> None:
    account.status, account.status_reason = Status.EXPIRED, StatusReason.GRANT_REVOKED
    said = what_to_say(account, "Slack", None)
    assert "stopped working" in said and "connect Slack again" in said


def test_what_the_app_must_mend_is_not_the_persons_turn(account: ConnectedAccount) -> None:
    account.auth_config.failing_since = timezone.now()
    account.auth_config.failing_words = "invalid_client: s3cret words of the service"
    said = what_to_say(account, "Slack", None)
    assert "nothing you need to do" in said and "invalid_client" not in said


@pytest.mark.parametrize("status", Status.values)
def test_every_status_has_words(account: ConnectedAccount, status: str) -> None:
    account.status = status
    said = what_to_say(account, "Slack", None)
    assert said.count("\n\n") >= 3 and "Nothing is wrong" not in said


@pytest.mark.parametrize("reason", StatusReason.values)
def test_every_reason_of_a_failure_has_words(account: ConnectedAccount, reason: str) -> None:
    account.status, account.status_reason = Status.FAILED, reason
    assert "Slack was not connected to Acme: " in what_to_say(account, "Slack", None)


def test_one_that_was_connected_already_needs_nothing_of_the_person(account: ConnectedAccount) -> None:
    account.status, account.status_reason = Status.FAILED, StatusReason.DUPLICATE
    said = what_to_say(account, "Slack", None)
    assert "goes on working" in said and "nothing you need to do" in said and "connect Slack" not in said


def test_another_identity_is_told_with_which_to_come_back(account: ConnectedAccount) -> None:
    account.status, account.status_reason = Status.FAILED, StatusReason.OTHER_IDENTITY
    assert "connect Slack again, with sales@example.com, as before." in what_to_say(account, "Slack", None)


def test_nobody_is_asked_to_do_again_what_they_never_did(account: ConnectedAccount) -> None:
    account.connected_at = None
    for status in (Status.INITIALIZING, Status.INITIATED, Status.FAILED):
        account.status, account.status_reason = status, ""
        said = what_to_say(account, "Slack", None)
        assert "connect Slack. It takes a minute." in said and "again" not in said


def test_what_still_works_is_not_called_broken(account: ConnectedAccount) -> None:
    account.auth_config.failing_since = timezone.now()
    assert "works for now" in what_to_say(account, "Slack", None)
    account.expires_at = timezone.now() - timedelta(minutes=1)
    assert "does not work at the moment" in what_to_say(account, "Slack", None)


def test_what_ran_out_is_not_blamed_on_a_password(account: ConnectedAccount) -> None:
    account.expires_at, account.secret_names = timezone.now() - timedelta(days=1), ["access_token"]
    said = what_to_say(account, "Slack", None)
    assert "lets it work for a while only" in said and "password" not in said


def test_the_link_and_whom_to_ask_stand_in_it(account: ConnectedAccount) -> None:
    account.project.support_contact = "help@acme.example"
    until = timezone.now() + timedelta(days=1)
    said = what_to_say(account, "Slack", None, link="https://flowra.example/connect/t0ken", until=until)
    assert "\nhttps://flowra.example/connect/t0ken\n" in said and "help@acme.example" in said


def test_asking_makes_a_fresh_link_and_says_who_made_it(account: ConnectedAccount) -> None:
    link = ask_to_reconnect(account, STAFF)
    assert link.account.pk == account.pk and "/connect/" in link.url
    event = Event.objects.get(type="link.created", subject_id=account.pk)
    assert (event.actor_kind, event.actor_id) == ("staff", "7") and event.data["reconnecting"] is True
    assert link.token not in str(event.data)
    account.refresh_from_db()
    assert account.status == Status.ACTIVE


def test_nobody_is_asked_where_it_could_not_be_done(account: ConnectedAccount) -> None:
    account.project.require_confirmation = True
    assert "begin in Acme" in why_not(account)
    account.project.require_confirmation = False
    account.external_user.is_active = False
    assert "inactive" in why_not(account)
    account.external_user.is_active = True
    account.auth_config.is_disabled = True
    with pytest.raises(Conflict, match="switched off"):
        ask_to_reconnect(account, STAFF)
    revoke_account(account, STAFF)
    assert "revoked" in why_not(account)

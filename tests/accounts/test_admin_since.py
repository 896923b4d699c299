"""Since when a connection is as it is: never the day of its making where something else came later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.external_users import toggle_external_user
from accounts.actions.update_account import update_account
from accounts.models import ConnectedAccount, Credential
from authconfigs.actions.update_auth_config import update_auth_config
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from tests.accounts.desk import make_whole_account, story_url
from tests.staff import text_of

STAFF = Actor("staff", "1", "ann@example.com")


@pytest.fixture
def account(db: None) -> ConnectedAccount:
    account = make_whole_account()
    ConnectedAccount.objects.update(connected_at=timezone.now() - timedelta(days=9))
    account.refresh_from_db()
    return account


def told_of(support: Client, account: ConnectedAccount) -> str:
    return text_of(support.get(story_url(account)))


def test_one_that_works_does_so_since_it_was_connected_however_much_has_happened(
    support: Client, account: ConnectedAccount
) -> None:
    for _ in range(101):
        record(
            EventType.ACCOUNT_REFRESHED,
            project_id=account.project_id,
            subject=("account", account.pk),
            actor=Actor("worker"),
        )
    assert "● Active since 1 week ago" in told_of(support, account)


def test_a_switched_off_auth_config_counts_from_its_own_switch(
    support: Client, account: ConnectedAccount
) -> None:
    update_auth_config(account.auth_config, STAFF, is_disabled=True)
    assert "▬ Config off since just now" in told_of(support, account)
    assert "Staff: ann@example.com" in told_of(support, account)


def test_a_refused_app_counts_from_the_refusal(support: Client, account: ConnectedAccount) -> None:
    account.auth_config.failing_since = timezone.now() - timedelta(hours=3, minutes=1)
    account.auth_config.save()
    assert "▲ App refused since 3 hours ago" in told_of(support, account)


def test_an_inactive_person_is_not_called_active(support: Client, account: ConnectedAccount) -> None:
    toggle_external_user(account.project, account.external_user_id, STAFF)
    told = told_of(support, account)
    assert "▬ Person inactive since just now" in told and "● Active" not in told


def test_what_ran_out_counts_from_then(support: Client, account: ConnectedAccount) -> None:
    ConnectedAccount.objects.update(
        expires_at=timezone.now() - timedelta(hours=4, minutes=1), secret_names=["access_token"]
    )
    assert "▲ Needs the user since 4 hours ago" in told_of(support, account)


def test_what_cannot_be_renewed_does_not_work_since_it_ran_out(
    support: Client, account: ConnectedAccount
) -> None:
    Credential.objects.update(failures=2, retry_at=timezone.now() + timedelta(minutes=5))
    assert "● Active since 1 week ago" in told_of(support, account)
    ConnectedAccount.objects.update(expires_at=timezone.now() - timedelta(hours=1, minutes=1))
    assert "▲ Not renewed since 1 hour ago" in told_of(support, account)


def test_a_switched_off_one_says_who_did_it(support: Client, account: ConnectedAccount) -> None:
    update_account(account, STAFF, is_disabled=True)
    told = told_of(support, account)
    assert told.index("▬ Switched off since just now") < told.index("Staff: ann@example.com")


def test_a_duplicate_is_called_one(support: Client, account: ConnectedAccount) -> None:
    ConnectedAccount.objects.update(duplicate_of=account.pk)
    assert "customer_42 has connected the same Slack account twice." in told_of(support, account)

"""Revoked means unusable at once and given back at the provider, or said that it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.complete_link import complete_link
from accounts.actions.prune import prune_deleted_accounts
from accounts.actions.revoke_account import revoke_account, what_will_happen
from accounts.actions.tell_provider import GIVE_UP_AFTER, tell_provider
from accounts.models import ConnectedAccount, Credential, Revocation, RevocationOutcome
from accounts.oauth2.client import Client
from accounts.oauth2.token_endpoint import exchange_code
from accounts.oauth2.token_response import Tokens
from flowra.due.row import claim
from flowra.errors import Gone
from flowra.models import Event
from tests.accounts.acme import STAFF, Acme, Browser, make_acme, query_of, reread
from tests.provider import PracticeProvider

LEASE = timedelta(seconds=60)


def work() -> None:
    """What the worker does with what is due now."""
    for row in claim(Revocation, limit=10, lease=LEASE):
        tell_provider(row)


def make_due() -> None:
    Revocation.objects.filter(due_at__isnull=False).update(due_at=timezone.now(), lease_until=None)


def last_event(account: ConnectedAccount) -> Event:
    return Event.objects.filter(subject_id=account.pk).order_by("-at", "-id")[0]


def test_a_revoked_account_is_gone_here_at_once_and_at_the_provider_after_the_worker(acme: Acme) -> None:
    account = acme.connect().account
    secrets = Credential.objects.get(pk=account.pk).secrets
    revoke_account(account, STAFF, "The customer asked for it.")
    assert not ConnectedAccount.live.filter(pk=account.pk).exists()
    assert last_event(account).reason == "The customer asked for it."
    assert acme.provider.is_token_live(secrets["access_token"])
    work()
    assert not acme.provider.is_token_live(secrets["access_token"])
    assert not acme.provider.is_token_live(secrets["refresh_token"])
    assert acme.provider.live_grants == []
    assert account.revocation.outcome == RevocationOutcome.DONE
    assert last_event(account).type == "account.revoked"


def test_the_refresh_token_is_told_first(acme: Acme) -> None:
    account = acme.connect().account
    revoke_account(account, STAFF)
    work()
    told = acme.provider.calls.to("/revoke")
    assert [call.request.form["token_type_hint"] for call in told] == ["refresh_token", "access_token"]


def test_secrets_and_private_data_are_wiped_afterwards_and_the_identity_stays_for_support(acme: Acme) -> None:
    account = acme.connect().account
    revoke_account(account, STAFF)
    assert Credential.objects.filter(pk=account.pk).exists()
    work()
    kept = reread(account)
    assert not Credential.objects.filter(pk=account.pk).exists()
    assert (kept.profile, kept.connection_data, kept.secret_names) == (None, {}, [])
    assert kept.identity_email == "sales@example.com"


def test_a_provider_that_is_down_is_told_again_until_it_has_heard(acme: Acme) -> None:
    account = acme.connect().account
    revoke_account(account, STAFF)
    acme.provider.fail("/revoke", "status", status=503, times=None)
    work()
    revocation = Revocation.objects.get()
    assert revocation.outcome == RevocationOutcome.FAILING
    assert revocation.due_at is not None
    assert timedelta(seconds=4) < revocation.due_at - timezone.now() < timedelta(seconds=6)
    assert "503" in revocation.detail
    assert Credential.objects.filter(pk=account.pk).exists()
    assert last_event(account).type == "account.revocation_failed"
    acme.provider.faults.clear()
    make_due()
    work()
    assert Revocation.objects.get().outcome == RevocationOutcome.DONE
    assert acme.provider.live_grants == []


def test_the_waits_grow_to_an_hour(acme: Acme) -> None:
    account = acme.connect().account
    revoke_account(account, STAFF)
    acme.provider.fail("/revoke", "reset", times=None)
    Revocation.objects.update(attempts=15)
    work()
    due_at = Revocation.objects.get().due_at
    assert due_at is not None
    assert timedelta(minutes=59) < due_at - timezone.now() < timedelta(minutes=67)


def test_after_two_days_it_is_given_up_and_said(acme: Acme) -> None:
    account = acme.connect().account
    revoke_account(account, STAFF)
    acme.provider.fail("/revoke", "reset", times=None)
    Revocation.objects.update(created_at=timezone.now() - GIVE_UP_AFTER)
    work()
    revocation = Revocation.objects.get()
    assert (revocation.outcome, revocation.due_at) == (RevocationOutcome.GIVEN_UP, None)
    assert last_event(account).data["outcome"] == "GIVEN_UP"
    assert not Credential.objects.exists()


def test_a_service_without_a_way_to_be_told_is_said_to_have_none(
    provider: PracticeProvider, db: None
) -> None:
    acme = make_acme(provider, revocationUrl="")
    account = acme.connect().account
    assert "can't be told" in what_will_happen(reread(account))
    revoke_account(account, STAFF)
    work()
    assert Revocation.objects.get().outcome == RevocationOutcome.UNSUPPORTED
    assert len(acme.provider.live_grants) == 1
    assert last_event(account).type == "account.revocation_failed"
    assert not Credential.objects.exists()


def test_a_link_that_nobody_opened_leaves_nothing_to_tell(acme: Acme) -> None:
    account = acme.link().account
    revoke_account(account, STAFF)
    work()
    assert Revocation.objects.get().outcome == RevocationOutcome.NOTHING
    assert list(acme.provider.calls) == []


def test_an_open_link_dies_with_its_account(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    callback = acme.provider.visit(acme.press(link, browser))
    revoke_account(link.account, STAFF)
    with pytest.raises(Gone):
        acme.come_back(callback, browser)
    assert not Credential.objects.exists()


def test_a_grant_that_arrives_after_the_deletion_is_given_back(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person agreed, and the account is deleted while the code is being exchanged."""
    link, browser = acme.link(), Browser()
    callback = acme.provider.visit(acme.press(link, browser))

    def slowly(client: Client, *, code: str, code_verifier: str) -> Tokens:
        tokens = exchange_code(client, code=code, code_verifier=code_verifier)
        revoke_account(link.account, STAFF)
        work()
        return tokens

    monkeypatch.setattr("accounts.actions.finish_link.exchange_code", slowly)
    ending = complete_link(acme.auth_config.pk, query_of(callback), browser.cookie)
    assert ending.outcome == "failed"
    assert len(acme.provider.live_grants) == 1
    work()
    assert acme.provider.live_grants == []
    assert Revocation.objects.get().outcome == RevocationOutcome.DONE


def test_revoking_twice_changes_nothing(acme: Acme) -> None:
    account = acme.connect().account
    first = revoke_account(account, STAFF, "first")
    second = revoke_account(account, STAFF, "second")
    assert first.pk == second.pk
    assert Event.objects.filter(subject_id=account.pk, type="account.deleted").count() == 1


def test_a_worker_that_died_is_followed_by_another_when_its_lease_runs_out(acme: Acme) -> None:
    account = acme.connect().account
    revoke_account(account, STAFF)
    dead = claim(Revocation, limit=1, lease=LEASE)[0]
    assert claim(Revocation, limit=1, lease=LEASE) == []
    Revocation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work()
    assert Revocation.objects.get().outcome == RevocationOutcome.DONE
    tell_provider(dead)
    assert Revocation.objects.get().outcome == RevocationOutcome.DONE
    assert Event.objects.filter(subject_id=account.pk, type="account.revoked").count() == 1


def test_deleted_accounts_are_kept_for_thirty_days(acme: Acme) -> None:
    young, old = acme.connect().account, acme.connect().account
    for account in (young, old):
        revoke_account(account, STAFF)
    work()
    ConnectedAccount.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    ConnectedAccount.objects.filter(pk=young.pk).update(deleted_at=timezone.now() - timedelta(days=29))
    prune_deleted_accounts()
    assert [account.pk for account in ConnectedAccount.objects.all()] == [young.pk]
    assert Event.objects.filter(subject_id=old.pk).exists()


def test_an_account_whose_revocation_is_not_over_is_not_pruned(acme: Acme) -> None:
    account = acme.connect().account
    revoke_account(account, STAFF)
    ConnectedAccount.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    prune_deleted_accounts()
    assert ConnectedAccount.objects.filter(pk=account.pk).exists()


def test_who_revokes_second_is_told_apart_from_who_did_it(acme: Acme) -> None:
    account = acme.connect().account
    mine, theirs = reread(account), reread(account)
    revoke_account(mine, STAFF)
    revoke_account(theirs, STAFF)
    assert mine.deleted_at is not None
    assert theirs.deleted_at is None

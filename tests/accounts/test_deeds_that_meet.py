"""Two deeds that meet in the middle of each other: neither is lost, and neither waits for the other for ever.

PostgreSQL ends one of two transactions that wait for each other's rows, and with it perhaps a new refresh token.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.utils import timezone

from accounts.actions.expire_link import expire_link
from accounts.actions.keep_alive import keep_alive
from accounts.actions.refresh_credential import claim_refresh, go_on, refresh_credential
from accounts.actions.replace_key import replace_key
from accounts.actions.revoke_account import revoke_account
from accounts.actions.tell_provider import tell_provider
from accounts.actions.update_account import update_account
from accounts.models import (
    ConnectedAccount,
    Credential,
    LinkSession,
    LinkState,
    Revocation,
    RevocationOutcome,
    Status,
)
from authconfigs.actions.delete_auth_config import delete_auth_config
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.models import AuthConfig
from flowra.due.row import claim
from flowra.errors import Conflict
from tests.accounts.acme import STAFF, Acme, Browser, make_acme, reread
from tests.accounts.actions.test_submit_credentials import service_with
from tests.accounts.aftermath import LEASE, a_worker_renews, a_worker_tells, events_of
from tests.accounts.at_once import refusals
from tests.accounts.bringing import KEY
from tests.accounts.later import claimed, connected, run_out, secrets_of
from tests.accounts.meeting import Deed, meet, then_hang_up
from tests.factories import make_account, make_webhook_endpoint
from tests.flowra.installation import within
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def acme(transactional_db: None, provider: PracticeProvider) -> Acme:
    made = make_acme(provider)
    make_webhook_endpoint(made.project, "http://127.0.0.1:9/hook")
    return made


def reconnection(acme: Acme, account: ConnectedAccount) -> Deed:
    """The person has agreed once more, and their browser comes back."""
    browser = Browser()
    callback = acme.provider.visit(acme.press(acme.link(account_id=account.pk), browser))
    return lambda: acme.come_back(callback, browser).outcome


def renewal(account: ConnectedAccount) -> Deed:
    """Somebody has taken the lease, and asks the service."""
    holding = claimed(account)

    def renew() -> str:
        try:
            refresh_credential(holding, STAFF)
        except Conflict as error:
            return str(error.problem_code)
        return "done"

    return renew


class TestAReconnection:
    def test_while_new_tokens_are_stored(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        again = reconnection(acme, account)
        assert meet(renewal(account), "refresh.replaced", again) == ["done", "success"]
        assert reread(account).status == Status.ACTIVE
        newest = acme.provider.grants[-1]
        assert secrets_of(account)["access_token"] in [token.value for token in newest.tokens]
        assert newest.is_live
        assert events_of(account)["account.reconnected"] == 1

    def test_while_the_old_grant_is_found_to_be_gone(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.end_grant(acme.provider.grants[0])
        again = reconnection(acme, account)
        assert meet(renewal(account), "refresh.gone", again) == ["account_expired", "success"]
        assert reread(account).status == Status.ACTIVE
        assert acme.provider.is_token_live(secrets_of(account)["access_token"])

    def test_while_the_worker_finds_that_it_has_run_out(self, acme: Acme) -> None:
        account = connected(acme)
        stored = Credential.objects.get(pk=account.pk)
        stored.secrets = {"access_token": "only"}
        stored.save()
        run_out(account)
        again = reconnection(acme, account)
        row = claim(Credential, limit=1, lease=LEASE)[0]
        assert meet(lambda: keep_alive(row), "keep_alive.ended", again) == [None, "success"]
        assert reread(account).status == Status.ACTIVE
        assert acme.provider.is_token_live(secrets_of(account)["access_token"])

    def test_that_is_stored_before_the_renewal_s_answer_is_what_counts(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        renew, again = renewal(account), reconnection(acme, account)
        acme.provider.end_grant(acme.provider.grants[0])
        assert again() == "success"
        assert renew() == "done", "what became of the old grant is nobody's concern any more"
        assert reread(account).status == Status.ACTIVE
        assert events_of(account)["account.expired"] == 0


class TestDeletingTheAuthConfig:
    def test_while_the_service_takes_its_client_again(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        AuthConfig.objects.update(failing_since=timezone.now(), failing_words="no such client")
        meet(
            renewal(account),
            "refresh.replaced",
            lambda: delete_auth_config(acme.auth_config, STAFF, force=True),
        )
        a_worker_tells()
        assert AuthConfig.objects.get().deleted_at is not None
        assert acme.provider.live_grants == []
        assert not Credential.objects.exists()


class TestSwitchingOn:
    def test_while_new_tokens_are_stored(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        renew = renewal(account)
        update_account(account, STAFF, is_disabled=True)
        meet(renew, "refresh.replaced", lambda: update_account(reread(account), STAFF, is_disabled=False))
        assert reread(account).status == Status.ACTIVE
        assert acme.provider.is_token_live(secrets_of(account)["access_token"])


class TestARevocation:
    def test_while_new_tokens_are_stored(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        meet(renewal(account), "refresh.replaced", lambda: revoke_account(reread(account), STAFF))
        a_worker_tells()
        self.assert_over(acme, account)

    def test_waits_for_the_answer_to_a_renewal_and_gives_that_back(self, acme: Acme) -> None:
        """The old tokens are spent, the new ones are on their way: to tell of the old ones would end nothing."""
        account = connected(acme)
        run_out(account)
        renew = renewal(account)
        revoke_account(account, STAFF)
        a_worker_tells()
        assert acme.provider.calls.to("/revoke") == []
        lease = Credential.objects.get(pk=account.pk).lease_until
        assert Revocation.objects.get().due_at == lease
        renew()
        a_worker_tells()
        self.assert_over(acme, account)

    def test_does_not_wait_longer_than_the_renewal_takes(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        renew = renewal(account)
        acme.provider.end_grant(acme.provider.grants[0])
        revoke_account(account, STAFF)
        a_worker_tells()
        renew()
        a_worker_tells()
        self.assert_over(acme, account)

    def test_does_not_wait_for_a_renewal_whose_process_died_and_says_what_may_be_left(
        self, acme: Acme
    ) -> None:
        account = connected(acme)
        run_out(account)
        claimed(account)
        revoke_account(account, STAFF)
        a_worker_tells()
        past = timezone.now() - timedelta(seconds=1)
        Credential.objects.update(lease_until=past)
        Revocation.objects.update(due_at=past)
        a_worker_tells()
        told = Revocation.objects.get()
        assert told.outcome == RevocationOutcome.DONE
        assert "may still" in told.detail
        assert not Credential.objects.exists()

    def test_leaves_nobody_who_could_still_ask_for_new_tokens(self, acme: Acme) -> None:
        """Whoever read the credential before, caller or worker, cannot take it once the service is being told."""
        account = connected(acme)
        run_out(account)
        toolkit = toolkit_for(account.project, account.toolkit_slug)
        read_before = Credential.objects.get(pk=account.pk)
        revoke_account(account, STAFF)
        acme.provider.fail("/revoke", "status", status=503, times=None)
        a_worker_tells()
        assert claim_refresh(account, toolkit, read_before) is None
        assert go_on(account, toolkit, read_before) is None
        a_worker_renews()
        assert len(acme.provider.calls.to("/token", "POST")) == 1

    def test_whose_outcome_is_recorded_while_late_tokens_are_stored(self, acme: Acme) -> None:
        """Somebody was so slow that their lease had run out when the service was told, and it knew those no more."""
        account = connected(acme)
        run_out(account)
        renew = renewal(account)
        Credential.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        revoke_account(account, STAFF)
        acme.provider.fail("/revoke", "body", status=200, words="", times=2)
        row = claim(Revocation, limit=1, lease=LEASE)[0]
        meet(lambda: tell_provider(row), "revoke.settled", renew)
        a_worker_tells()
        assert acme.provider.live_grants == []
        assert not Credential.objects.exists()

    def test_whose_outcome_is_recorded_while_a_reconnection_is_stored(self, acme: Acme) -> None:
        account = connected(acme)
        acme.provider.fail("/token", "slow", seconds=0.5)
        coming_back = Thread(target=then_hang_up, args=(reconnection(acme, account),))
        coming_back.start()
        assert within(lambda: not acme.provider.faults.pending())
        revoke_account(account, STAFF)
        acme.provider.fail("/revoke", "body", status=200, words="", times=2)
        row = claim(Revocation, limit=1, lease=LEASE)[0]
        meet(lambda: tell_provider(row), "revoke.settled", coming_back.join)
        a_worker_tells()
        assert len(acme.provider.calls.to("/token")) == 2
        assert [grant.is_live for grant in acme.provider.grants][1:] == [False]
        assert not Credential.objects.exists()

    def test_while_the_person_presses_the_button(self, acme: Acme) -> None:
        link = acme.link()
        meet(
            lambda: acme.press(link, Browser()),
            "link.bound",
            lambda: revoke_account(reread(link.account), STAFF),
        )
        session = LinkSession.objects.get(account_id=link.account.pk)
        assert (session.state, session.end) == (LinkState.FAILED, "account_deleted")

    def test_while_the_link_runs_out(self, acme: Acme) -> None:
        link = acme.link()
        LinkSession.objects.filter(account_id=link.account.pk).update(due_at=timezone.now())
        row = claim(LinkSession, limit=1, lease=LEASE)[0]
        meet(lambda: expire_link(row), "link.ended", lambda: revoke_account(reread(link.account), STAFF))
        assert reread(link.account).deleted_at is not None
        assert events_of(link.account)["account.failed"] == 1

    @pytest.mark.parametrize("point", ["revoke.deleted", "revoke.written"])
    def test_while_the_app_replaces_the_key(self, acme: Acme, point: str) -> None:
        account = make_account(service_with(acme, "API_KEY"), secrets={"api_key": KEY})
        results = meet(
            lambda: str(revoke_account(reread(account), STAFF)),
            point,
            lambda: replace_key(account, STAFF, {"api_key": KEY}),
        )
        assert refusals(results) == ["account_not_found"]
        assert Credential.objects.get(pk=account.pk).version == 1
        a_worker_tells()
        assert Revocation.objects.get().outcome == RevocationOutcome.UNSUPPORTED
        assert not Credential.objects.exists()

    def assert_over(self, acme: Acme, account: ConnectedAccount) -> None:
        assert Revocation.objects.get().outcome == RevocationOutcome.DONE
        assert acme.provider.live_grants == []
        assert not any(token.is_live for grant in acme.provider.grants for token in grant.tokens)
        assert not Credential.objects.exists()
        events = events_of(account)
        assert (events["account.deleted"], events["account.revoked"]) == (1, 1)

"""The one path to a credential that can be used: renewed when it must be, and by one of many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import usable_credential as usable_credential_module
from accounts.actions.refresh_credential import refresh_credential
from accounts.actions.revoke_account import revoke_account
from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Credential, Status
from authconfigs.models import AuthConfig
from flowra import fault_points
from flowra.errors import NotFound, ProviderFailed, ProviderTimedOut
from tests.accounts.acme import API_KEY, STAFF, Acme, make_acme, reread
from tests.accounts.at_once import at_once
from tests.accounts.later import (
    claimed,
    connected,
    refreshes,
    refused,
    run_out,
    secrets_of,
    trail,
)
from tests.provider import PracticeProvider
from tests.provider.records import RefreshRule


class TestAFreshOne:
    def test_is_handed_out_as_it_is(self, acme: Acme) -> None:
        account = connected(acme)
        usable = usable_credential(account.pk)
        assert usable.signature().headers == {
            "Authorization": f"Bearer {secrets_of(account)['access_token']}"
        }
        assert refreshes(acme) == 0

    def test_with_a_minute_left_is_fresh_and_with_less_is_renewed(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account, seconds_left=70)
        usable_credential(account.pk)
        assert refreshes(acme) == 0
        run_out(account, seconds_left=50)
        usable = usable_credential(account.pk)
        assert refreshes(acme) == 1
        assert usable.expires_at is not None
        assert usable.expires_at > timezone.now() + timedelta(minutes=50)

    def test_that_never_lives_a_minute_is_served_while_it_is_valid(self, acme: Acme) -> None:
        account = connected(acme)
        soon = timezone.now() + timedelta(seconds=20)
        ConnectedAccount.objects.filter(pk=account.pk).update(expires_at=soon)
        Credential.objects.filter(pk=account.pk).update(issued_at=soon - timedelta(seconds=30))
        usable_credential(account.pk)
        assert refreshes(acme) == 0

    def test_a_margin_under_a_minute_is_enough(self, acme: Acme, settings: Any) -> None:
        settings.FLOWRA_REFRESH_MARGIN_SECONDS = 10
        account = connected(acme)
        run_out(account, seconds_left=30)
        usable_credential(account.pk)
        assert refreshes(acme) == 0


class TestOneThatHasRunOut:
    def test_is_renewed_and_the_new_one_is_stored_and_works(self, acme: Acme) -> None:
        account = connected(acme)
        before = secrets_of(account)
        run_out(account)
        usable = usable_credential(account.pk, actor=API_KEY)
        assert usable.secrets["access_token"] != before["access_token"]
        assert acme.provider.is_token_live(usable.secrets["access_token"])
        assert secrets_of(account) == usable.secrets
        after = reread(account)
        assert after.status == Status.ACTIVE
        assert after.last_refreshed_at is not None
        assert trail(account)[-1] == "account.refreshed"
        assert Credential.objects.get(pk=account.pk).due_at is not None

    @pytest.mark.parametrize(("rule", "changes"), [("rotates", True), ("replaces", True), ("keeps", False)])
    def test_keeps_its_refresh_token_exactly_when_no_other_comes(
        self, acme: Acme, rule: str, changes: bool
    ) -> None:
        account = connected(acme)
        client = next(grant.client for grant in acme.provider.grants)
        client.refresh = RefreshRule(rule)
        before = secrets_of(account)["refresh_token"]
        for _ in range(3):
            run_out(account)
            usable_credential(account.pk)
        after = secrets_of(account)["refresh_token"]
        assert (after != before) == changes
        assert acme.provider.is_token_live(after)

    def test_keeps_what_no_renewal_brings(self, acme: Acme) -> None:
        account = connected(acme)
        before = secrets_of(account)
        assert "id_token" in before
        run_out(account)
        usable_credential(account.pk)
        assert secrets_of(account).keys() >= before.keys()

    def test_and_that_the_service_refused_is_renewed_though_our_clock_says_otherwise(
        self, acme: Acme
    ) -> None:
        account = connected(acme)
        usable = usable_credential(account.pk)
        again = usable_credential(account.pk, refused=usable.version)
        assert refreshes(acme) == 1
        assert again.version == usable.version + 1
        usable_credential(account.pk, refused=usable.version)
        assert refreshes(acme) == 1

    def test_without_a_refresh_token_needs_the_person(self, acme: Acme) -> None:
        account = connected(acme)
        stored = Credential.objects.get(pk=account.pk)
        stored.secrets = {"access_token": "only"}
        stored.save()
        ConnectedAccount.objects.filter(pk=account.pk).update(secret_names=["access_token"])
        run_out(account)
        error = refused(account)
        assert error.problem_code == "account_expired"
        assert error.extra["besides"]["reconnect"]["body"] == {  # type: ignore[index]
            "authConfigId": acme.auth_config.pk,
            "connectedAccountId": account.pk,
        }


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_who_read_before_another_stored_does_not_renew_what_is_new(
        self, provider: PracticeProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = make_acme(provider)
        account = connected(acme)
        run_out(account)

        def another_is_quicker(point: str) -> None:
            if point == "refresh.needed":
                monkeypatch.setattr(fault_points, "reached", None)
                usable_credential(account.pk)

        monkeypatch.setattr(fault_points, "reached", another_is_quicker)
        usable = usable_credential(account.pk)
        assert refreshes(acme) == 1
        assert usable.secrets == secrets_of(account)

    def test_who_read_before_another_heard_the_end_does_not_ask_again(
        self, provider: PracticeProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = make_acme(provider)
        account = connected(acme)
        run_out(account)
        provider.end_grant(provider.grants[0])

        def another_is_quicker(point: str) -> None:
            if point == "refresh.needed":
                monkeypatch.setattr(fault_points, "reached", None)
                refused(account)

        monkeypatch.setattr(fault_points, "reached", another_is_quicker)
        assert refused(account).problem_code == "account_expired"
        assert refreshes(acme) == 1
        assert trail(account).count("account.expired") == 1

    def test_one_asks_and_all_are_served(self, provider: PracticeProvider) -> None:
        acme = make_acme(provider)
        account = connected(acme)
        run_out(account)
        provider.fail("/token", "slow", seconds=0.3)
        results = at_once(*[lambda: usable_credential(account.pk).secrets["access_token"]] * 12)
        assert set(results) == {secrets_of(account)["access_token"]}
        assert refreshes(acme) == 1

    def test_one_is_refused_and_all_are_told_the_same(self, provider: PracticeProvider) -> None:
        acme = make_acme(provider)
        account = connected(acme)
        run_out(account)
        provider.fail("/token", "status", status=503, times=None)
        results = at_once(*[lambda: usable_credential(account.pk)] * 8)
        assert all(isinstance(each, ProviderFailed) for each in results)
        assert refreshes(acme) == 1

    def test_the_grant_is_gone_for_all_of_them(self, provider: PracticeProvider) -> None:
        acme = make_acme(provider)
        account = connected(acme)
        run_out(account)
        provider.end_grant(provider.grants[0])
        results = at_once(*[lambda: usable_credential(account.pk)] * 8)
        assert {getattr(each, "problem_code", None) for each in results} == {"account_expired"}
        assert trail(account).count("account.expired") == 1
        assert refreshes(acme) == 1


class TestAWinnerThatTakesItsTime:
    def test_leaves_the_others_what_is_still_good(self, acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(usable_credential_module, "PATIENCE_SECONDS", 0.1)
        account = connected(acme)
        before = secrets_of(account)
        run_out(account, seconds_left=40)
        claimed(account)
        looks: list[str] = []

        def look(point: str) -> None:
            looks.append(point)
            assert len(looks) < 20, "it waits for all of the lease"

        monkeypatch.setattr(fault_points, "reached", look)
        assert usable_credential(account.pk).secrets == before
        assert refreshes(acme) == 0


class TestAWinnerThatDies:
    def test_is_followed_by_another_when_its_lease_runs_out(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        claimed(account)
        Credential.objects.filter(pk=account.pk).update(lease_until=timezone.now() + timedelta(seconds=0.3))
        usable_credential(account.pk)
        assert refreshes(acme) == 1

    def test_that_was_only_slow_stores_what_it_got_since_nothing_newer_is_there(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        slow = claimed(account)
        Credential.objects.filter(pk=account.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        other = claimed(account)
        refresh_credential(slow, STAFF)
        kept = secrets_of(account)
        acme.provider.end_grant(acme.provider.grants[0])
        refresh_credential(other, STAFF)
        assert secrets_of(account) == kept
        assert reread(account).status == Status.ACTIVE

    def test_whose_account_was_connected_again_meanwhile_stores_nothing(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        slow = claimed(account)
        acme.connect(account_id=account.pk)
        fresh = secrets_of(account)
        refresh_credential(slow, STAFF)
        assert secrets_of(account) == fresh


class TestNotUsable:
    def test_another_project_s_and_another_user_s_are_not_found(self, acme: Acme) -> None:
        account = connected(acme)
        assert isinstance(refused(account, of={"project": "pr_other"}), NotFound)
        other = acme.user("customer_43")
        assert isinstance(refused(account, of={"project": acme.project.pk, "user": other.pk}), NotFound)
        usable_credential(account.pk, of={"project": acme.project.pk, "user": account.external_user_id})

    def test_a_deleted_one_is_not_found(self, acme: Acme) -> None:
        account = connected(acme)
        revoke_account(account, STAFF)
        assert isinstance(refused(account), NotFound)

    def test_one_whose_link_nobody_finished(self, acme: Acme) -> None:
        assert refused(acme.link().account).problem_code == "account_not_connected"

    def test_one_whose_auth_config_is_off(self, acme: Acme) -> None:
        account = connected(acme)
        AuthConfig.objects.update(is_disabled=True)
        assert refused(account).problem_code == "auth_config_disabled"


def test_tokens_that_come_after_the_account_was_revoked_are_given_back_too(acme: Acme) -> None:
    from accounts.actions.tell_provider import tell_provider
    from accounts.models import Revocation
    from flowra.due.row import claim

    account = connected(acme)
    run_out(account)
    holding = claimed(account)
    revoke_account(account, STAFF)
    refresh_credential(holding, STAFF)
    for row in claim(Revocation, limit=5, lease=timedelta(seconds=60)):
        tell_provider(row)
    assert acme.provider.live_grants == []
    assert not Credential.objects.exists()


def test_it_is_a_timeout_when_the_other_s_renewal_takes_too_long(acme: Acme, monkeypatch: Any) -> None:
    account = connected(acme)
    run_out(account)
    claimed(account)
    monkeypatch.setattr("accounts.actions.usable_credential.LEASE", timedelta(seconds=0.2))
    monkeypatch.setattr("accounts.actions.usable_credential.AFTER_THE_LEASE", timedelta(0))
    assert isinstance(refused(account), ProviderTimedOut)

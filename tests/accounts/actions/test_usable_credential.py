"""The one path to a credential that can be used: renewed when it must be, by one of many, and told apart when it cannot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import refresh_credential
from accounts.actions.revoke_account import revoke_account
from accounts.actions.update_account import update_account
from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Credential, Status
from authconfigs.models import AuthConfig
from flowra.errors import Conflict, FlowraError, NotFound, ProviderFailed, ProviderTimedOut
from flowra.models import Event
from tests.accounts.acme import API_KEY, STAFF, Acme, make_acme, reread
from tests.accounts.at_once import at_once
from tests.accounts.later import connected, cool_down_over, refreshes, run_out, secrets_of
from tests.provider import PracticeProvider
from tests.provider.records import RefreshRule


def refused(account: ConnectedAccount, **how: Any) -> FlowraError:
    with pytest.raises(FlowraError) as caught:
        usable_credential(account.pk, **how)
    return caught.value


def trail(account: ConnectedAccount) -> list[str]:
    return list(
        Event.objects.filter(subject_id=account.pk).order_by("at", "id").values_list("type", flat=True)
    )


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
        Credential.objects.get(pk=account.pk)
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


class TestTheGrantIsGone:
    def test_the_account_is_expired_with_the_reason_and_callers_hear_how_to_reconnect(
        self, acme: Acme
    ) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.end_grant(acme.provider.grants[0])
        error = refused(account)
        assert (error.status, error.problem_code) == (409, "account_expired")
        after = reread(account)
        assert (after.status, after.status_reason) == (Status.EXPIRED, "grant_revoked")
        assert trail(account)[-1] == "account.expired"
        again = refused(account)
        assert again.problem_code == "account_expired"
        assert "link" in again.message
        assert refreshes(acme) == 1

    @pytest.mark.parametrize(
        ("slug", "answer"),
        [
            ("slack", {"ok": False, "error": "invalid_refresh_token"}),
            (
                "github",
                {
                    "error": "bad_refresh_token",
                    "error_description": "The refresh token is incorrect or expired.",
                },
            ),
            ("hubspot", {"status": "BAD_REFRESH_TOKEN", "message": "missing or unknown refresh token"}),
            ("outlook", {"error": "interaction_required", "error_description": "AADSTS50076"}),
            (
                "google-drive",
                {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
            ),
        ],
    )
    def test_in_the_service_s_own_words(self, slug: str, answer: dict[str, Any]) -> None:
        import json

        from accounts.oauth2.token_response import TokenRefused, parse_token_response
        from authconfigs.catalogue.load import all_toolkits

        oauth2 = all_toolkits()[slug].oauth2
        assert oauth2 is not None
        status = 200 if slug in ("slack", "github") else 400
        with pytest.raises(TokenRefused) as caught:
            parse_token_response(status, json.dumps(answer))
        assert refresh_credential.what_it_means(oauth2.refresh, caught.value) == "gone"

    def test_one_that_is_switched_off_stays_so_and_is_expired_when_it_is_on_again(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        update_account(account, STAFF, is_disabled=True)
        assert refused(account).problem_code == "account_disabled"
        acme.provider.end_grant(acme.provider.grants[0])
        stored = Credential.objects.get(pk=account.pk)
        holding = refresh_credential.claim_refresh(reread(account), _toolkit(acme), stored)
        assert holding is not None
        with pytest.raises(Conflict):
            refresh_credential.refresh_credential(holding, STAFF)
        assert reread(account).status == Status.INACTIVE
        update_account(account, STAFF, is_disabled=False)
        after = reread(account)
        assert (after.status, after.status_reason) == (Status.EXPIRED, "grant_revoked")


class TestAnAnswerThatWasLost:
    @pytest.mark.parametrize("kind", ["reset", "half", "hang"])
    def test_after_the_service_rotated_is_told_as_it_is(
        self, acme: Acme, kind: str, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("flowra.outbound.TOTAL_SECONDS", 1.0)
        account = connected(acme)
        run_out(account)
        acme.provider.fail("/token", kind, after_work=True, seconds=3)
        assert isinstance(refused(account), ProviderFailed)
        assert reread(account).status == Status.ACTIVE
        cool_down_over(account)
        assert refused(account).problem_code == "account_expired"
        after = reread(account)
        assert (after.status, after.status_reason) == (Status.EXPIRED, "refresh_lost")

    def test_is_no_loss_where_the_service_did_not_rotate(self, acme: Acme) -> None:
        account = connected(acme)
        acme.provider.grants[0].client.refresh = RefreshRule.KEEPS
        run_out(account)
        acme.provider.fail("/token", "reset", after_work=True)
        refused(account)
        cool_down_over(account)
        usable_credential(account.pk)
        assert reread(account).status == Status.ACTIVE

    def test_that_was_an_error_is_none(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.fail("/token", "status", status=500)
        refused(account)
        cool_down_over(account)
        acme.provider.end_grant(acme.provider.grants[0])
        refused(account)
        assert reread(account).status_reason == "grant_revoked"


class TestTheClientIsWrong:
    def test_the_account_stays_active_and_the_auth_config_is_marked(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        right = dict(acme.auth_config.secrets)
        acme.auth_config.secrets = {"client_secret": "wrong-secret-000000"}
        acme.auth_config.save()
        error = refused(account)
        assert (error.status, error.problem_code) == (502, "auth_config_failing")
        assert "wrong-secret" not in str(error.provider_error)
        assert reread(account).status == Status.ACTIVE
        failing = AuthConfig.objects.get(pk=acme.auth_config.pk)
        assert failing.failing_since is not None
        told = Event.objects.filter(subject_id=acme.auth_config.pk, type="auth_config.failing")
        assert told.count() == 1
        cool_down_over(account)
        refused(account)
        assert told.count() == 1
        acme.auth_config.secrets = right
        acme.auth_config.save()
        cool_down_over(account)
        usable_credential(account.pk)
        assert AuthConfig.objects.get(pk=acme.auth_config.pk).failing_since is None


class TestTheServiceHasTrouble:
    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            ({"kind": "status", "status": 500}, 502),
            ({"kind": "status", "status": 503}, 502),
            ({"kind": "status", "status": 429}, 502),
            ({"kind": "status", "status": 400, "error": "temporarily_unavailable"}, 502),
            ({"kind": "status", "status": 500, "error": "invalid_grant"}, 502),
            ({"kind": "reset"}, 502),
            ({"kind": "half"}, 502),
            ({"kind": "garbage"}, 502),
            ({"kind": "body", "status": 200, "words": "<html>please wait</html>"}, 502),
            ({"kind": "body", "status": 401, "words": "no"}, 502),
            ({"kind": "huge"}, 502),
            ({"kind": "hang", "seconds": 3}, 504),
            ({"kind": "drip", "seconds": 60}, 504),
        ],
    )
    def test_the_account_stays_active_and_nobody_asks_at_once_again(
        self, acme: Acme, monkeypatch: Any, fault: dict[str, Any], status: int
    ) -> None:
        monkeypatch.setattr("flowra.outbound.TOTAL_SECONDS", 1.0)
        account = connected(acme)
        run_out(account)
        acme.provider.fail("/token", **fault)
        error = refused(account)
        assert error.status == status
        assert error.retry_after is not None
        assert error.retry_after <= 10
        assert reread(account).status == Status.ACTIVE
        again = refused(account)
        assert (again.status, again.problem_code) == (status, error.problem_code)
        assert refreshes(acme) <= 1

    def test_a_token_that_is_still_valid_keeps_being_served(self, acme: Acme) -> None:
        account = connected(acme)
        before = secrets_of(account)["access_token"]
        run_out(account, seconds_left=30)
        acme.provider.fail("/token", "status", status=503, times=None)
        for _ in range(3):
            assert usable_credential(account.pk).secrets["access_token"] == before
        assert refreshes(acme) == 1

    def test_the_service_s_own_retry_after_is_kept(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.fail("/token", "status", status=429, retry_after="120")
        assert refused(account).retry_after in (120, 121)
        stored = Credential.objects.get(pk=account.pk)
        assert stored.retry_at is not None
        assert timedelta(seconds=115) < stored.retry_at - timezone.now() <= timedelta(seconds=120)

    def test_the_waits_grow_to_a_minute_and_end_with_the_first_success(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.fail("/token", "status", status=503, times=8)
        waits = []
        for _ in range(8):
            waits.append(refused(account).retry_after or 0)
            cool_down_over(account)
        assert waits[0] <= 10
        assert waits == sorted(waits) or max(waits) <= 73
        assert max(waits) <= 73
        usable_credential(account.pk)
        assert Credential.objects.get(pk=account.pk).failures == 0

    def test_words_of_the_service_never_quote_what_was_sent(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        token = secrets_of(account)["refresh_token"]
        acme.provider.fail("/token", "status", status=400, error="odd", words=f"what is {token}?")
        error = refused(account)
        assert error.provider_error
        assert token not in error.provider_error
        assert token not in str(Credential.objects.get(pk=account.pk).trouble)


class TestAWinnerThatDies:
    def test_is_followed_by_another_when_its_lease_runs_out(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        dead = refresh_credential.claim_refresh(
            account, _toolkit(acme), Credential.objects.get(pk=account.pk)
        )
        assert dead is not None
        Credential.objects.filter(pk=account.pk).update(lease_until=timezone.now() + timedelta(seconds=0.3))
        usable_credential(account.pk)
        assert refreshes(acme) == 1

    def test_that_was_only_slow_stores_what_it_got_since_nothing_newer_is_there(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        slow = refresh_credential.claim_refresh(
            account, _toolkit(acme), Credential.objects.get(pk=account.pk)
        )
        assert slow is not None
        Credential.objects.filter(pk=account.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        other = refresh_credential.claim_refresh(
            account, _toolkit(acme), Credential.objects.get(pk=account.pk)
        )
        assert other is not None
        refresh_credential.refresh_credential(slow, STAFF)
        kept = secrets_of(account)
        acme.provider.end_grant(acme.provider.grants[0])
        refresh_credential.refresh_credential(other, STAFF)
        assert secrets_of(account) == kept
        assert reread(account).status == Status.ACTIVE

    def test_whose_account_was_connected_again_meanwhile_stores_nothing(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        slow = refresh_credential.claim_refresh(
            account, _toolkit(acme), Credential.objects.get(pk=account.pk)
        )
        assert slow is not None
        acme.connect(account_id=account.pk)
        fresh = secrets_of(account)
        refresh_credential.refresh_credential(slow, STAFF)
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
    holding = refresh_credential.claim_refresh(account, _toolkit(acme), Credential.objects.get(pk=account.pk))
    assert holding is not None
    revoke_account(account, STAFF)
    refresh_credential.refresh_credential(holding, STAFF)
    for row in claim(Revocation, limit=5, lease=timedelta(seconds=60)):
        tell_provider(row)
    assert acme.provider.live_grants == []
    assert not Credential.objects.exists()


def _toolkit(acme: Acme) -> Any:
    from authconfigs.actions.toolkit_for import toolkit_for

    return toolkit_for(acme.project, "practice")


def test_it_is_a_timeout_when_the_other_s_renewal_takes_too_long(acme: Acme, monkeypatch: Any) -> None:
    account = connected(acme)
    run_out(account)
    assert refresh_credential.claim_refresh(account, _toolkit(acme), Credential.objects.get(pk=account.pk))
    monkeypatch.setattr("accounts.actions.usable_credential.LEASE", timedelta(seconds=0.2))
    assert isinstance(refused(account), ProviderTimedOut)

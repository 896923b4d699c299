"""What asking for new tokens ends in: told apart by what the service said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.refresh_credential import refresh_credential, what_it_means
from accounts.actions.update_account import update_account
from accounts.actions.usable_credential import usable_credential
from accounts.models import Credential, Status
from authconfigs.actions.client_health import mark_failing
from authconfigs.actions.update_auth_config import update_auth_config
from authconfigs.models import AuthConfig
from flowra.errors import Conflict, ProviderFailed
from flowra.events.record import SYSTEM
from flowra.models import Event
from tests.accounts.acme import API_KEY, STAFF, Acme, reread
from tests.accounts.later import (
    claimed,
    connected,
    cool_down_over,
    refreshes,
    refused,
    run_out,
    secrets_of,
    trail,
)
from tests.provider.records import RefreshRule


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
        assert what_it_means(oauth2.refresh, caught.value) == "gone"

    def test_one_that_is_switched_off_stays_so_and_is_expired_when_it_is_on_again(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        update_account(account, STAFF, is_disabled=True)
        assert refused(account).problem_code == "account_disabled"
        acme.provider.end_grant(acme.provider.grants[0])
        holding = claimed(account)
        with pytest.raises(Conflict):
            refresh_credential(holding, STAFF)
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

    def test_mended_it_is_tried_at_once(self, acme: Acme) -> None:
        account = connected(acme)
        run_out(account)
        right = acme.auth_config.secrets["client_secret"]
        mended = update_auth_config(acme.auth_config, API_KEY, credentials={"client_secret": "wrong-secret"})
        assert refused(account).problem_code == refused(account).problem_code == "auth_config_failing"
        assert refreshes(acme) == 1
        mended = AuthConfig.objects.get(pk=mended.pk)
        mended = update_auth_config(mended, API_KEY, credentials={"client_secret": right})
        assert mended.failing_since is None
        usable_credential(account.pk)
        assert refreshes(acme) == 2

    def test_one_that_was_mended_while_it_was_asked_is_not_marked(self, acme: Acme) -> None:
        account = connected(acme)
        before = AuthConfig.objects.get(pk=account.auth_config_id)
        update_auth_config(acme.auth_config, API_KEY, credentials={"client_secret": "the-right-one"})
        mark_failing(before, "invalid_client", SYSTEM)
        assert AuthConfig.objects.get(pk=before.pk).failing_since is None


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

"""Raw credentials, and a refresh that is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.models import ConnectedAccount
from authconfigs.models import AuthConfig
from flowra.models import ApiKey, Event
from flowra.models.api_key import DEFAULT_SCOPES
from tests.accounts.acme import Acme
from tests.accounts.later import connected, refreshes, run_out, secrets_of
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_external_user, make_toolkit


@pytest.fixture
def reader(acme: Acme) -> Caller:
    """A service whose key may read raw credentials."""
    return make_caller(acme.project, scopes=[*DEFAULT_SCOPES, "credentials:read"])


class TestReading:
    def test_gives_headers_ready_to_send_and_no_refresh_token(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        held = secrets_of(account)
        answer = reader.get(f"connected_accounts/{account.pk}/credentials")
        told = answer.json()
        assert told["authScheme"] == "OAUTH2"
        assert told["headers"] == {"Authorization": f"Bearer {held['access_token']}"}
        assert told["accessToken"] == held["access_token"]
        assert datetime.fromisoformat(told["expiresAt"]).timestamp() == pytest.approx(
            account.expires_at.timestamp() if account.expires_at else 0, abs=0.01
        )
        assert held["refresh_token"] not in answer.content.decode()
        assert held["id_token"] not in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"

    def test_renews_what_has_run_out(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        run_out(account)
        told = reader.get(f"connected_accounts/{account.pk}/credentials").json()
        assert acme.provider.is_token_live(told["accessToken"])

    def test_is_on_the_trail_with_key_address_and_time(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        reader.get(f"connected_accounts/{account.pk}/credentials")
        event = Event.objects.get(type="credentials.read")
        assert event.subject_id == account.pk
        assert event.actor_id == ApiKey.objects.get(project=acme.project).pk
        assert event.data == {"address": "127.0.0.1"}
        assert secrets_of(account)["access_token"] not in str(event.data)

    def test_is_seen_as_a_use(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        reader.get(f"connected_accounts/{account.pk}/credentials")
        assert reader.get(f"connected_accounts/{account.pk}").json()["lastUsedAt"] is not None

    def test_needs_its_scope(self, acme: Acme) -> None:
        account = connected(acme)
        told = problem_of(make_caller(acme.project).get(f"connected_accounts/{account.pk}/credentials"), 403)
        assert "credentials:read" in told["message"]

    def test_is_refused_by_an_auth_config_that_lets_none_out(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        AuthConfig.objects.update(raw_credentials="never")
        told = problem_of(reader.get(f"connected_accounts/{account.pk}/credentials"), 403)
        assert told["code"] == "raw_credentials_never"
        assert not Event.objects.filter(type="credentials.read").exists()

    def test_of_another_user_s_or_project_s_account_finds_nothing(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        path = f"connected_accounts/{account.pk}/credentials"
        problem_of(reader.as_user("customer_43").get(path), 404)
        problem_of(make_caller(scopes=["credentials:read"]).get(path), 404)
        assert reader.as_user("customer_42").get(path).status_code == 200

    def test_of_an_expired_account_says_how_to_reconnect(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.end_grant(acme.provider.grants[0])
        told = problem_of(reader.get(f"connected_accounts/{account.pk}/credentials"), 409)
        assert told["code"] == "account_expired"
        link = reader.post("connected_accounts/link", told["reconnect"]["body"])
        assert link.status_code == 201
        assert link.json()["connectedAccountId"] == account.pk

    def test_while_the_service_has_trouble_says_when_to_come_back(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.fail("/token", "status", status=503, error="server_error", words="down for tea")
        answer = reader.get(f"connected_accounts/{account.pk}/credentials")
        assert problem_of(answer, 502)["providerError"] == "down for tea"
        assert 1 <= int(answer.headers["Retry-After"]) <= 10

    @pytest.mark.parametrize(
        ("scheme", "secrets", "data", "expected"),
        [
            (
                "API_KEY",
                {"api_key": "key-0001"},
                {},
                {"apiKey": "key-0001", "headers": {"X-Desk-Key": "key-0001"}, "params": {}},
            ),
            (
                "BASIC",
                {"password": "secret"},
                {"username": "sam"},
                {
                    "username": "sam",
                    "password": "secret",
                    "headers": {"Authorization": "Basic c2FtOnNlY3JldA=="},
                },
            ),
            (
                "BEARER_TOKEN",
                {"token": "bearer-0001"},
                {},
                {"token": "bearer-0001", "headers": {"Authorization": "Bearer bearer-0001"}},
            ),
        ],
    )
    def test_of_keys_and_passwords_has_them_under_their_names(
        self, db: None, scheme: str, secrets: dict[str, str], data: dict[str, str], expected: dict[str, Any]
    ) -> None:
        caller = make_caller(scopes=["credentials:read"])
        make_toolkit(
            caller.project, "desk", authSchemes=[scheme], apiKey={"in": "header", "name": "X-Desk-Key"}
        )
        config = make_auth_config(caller.project, "desk", auth_scheme=scheme)
        account = make_account(
            config, make_external_user(caller.project), secrets=secrets, connection_data=data
        )
        told = caller.get(f"connected_accounts/{account.pk}/credentials").json()
        assert {name: told[name] for name in expected} == expected
        assert told["expiresAt"] is None


class TestARefreshThatIsAskedFor:
    def test_brings_new_tokens_though_the_old_are_good(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        before = secrets_of(account)["access_token"]
        told = reader.post(f"connected_accounts/{account.pk}/refresh").json()
        assert told["id"] == account.pk
        assert told["lastRefreshedAt"] is not None
        assert secrets_of(account)["access_token"] != before
        assert refreshes(acme) == 1

    def test_of_a_key_is_a_conflict(self, db: None) -> None:
        caller = make_caller()
        make_toolkit(caller.project, "desk")
        account = make_account(
            make_auth_config(caller.project, "desk", auth_scheme="API_KEY"),
            make_external_user(caller.project),
            secrets={"api_key": "key-0001"},
        )
        told = problem_of(caller.post(f"connected_accounts/{account.pk}/refresh"), 409)
        assert told["code"] == "nothing_to_refresh"

    def test_that_the_service_refuses_expires_the_account(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        acme.provider.end_grant(acme.provider.grants[0])
        assert (
            problem_of(reader.post(f"connected_accounts/{account.pk}/refresh"), 409)["code"]
            == "account_expired"
        )
        assert ConnectedAccount.objects.get().status == "EXPIRED"

    def test_while_the_service_is_down_leaves_the_account_as_it_was(self, acme: Acme, reader: Caller) -> None:
        account = connected(acme)
        acme.provider.fail("/token", "reset")
        problem_of(reader.post(f"connected_accounts/{account.pk}/refresh"), 502)
        assert ConnectedAccount.objects.get().status == "ACTIVE"
        assert reader.get(f"connected_accounts/{account.pk}/credentials").status_code == 200

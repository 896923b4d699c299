"""The service, called through Flowra: only its own address, with a token that works, by whom it may."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import ConnectedAccount
from authconfigs.models import AuthConfig, ProjectToolkit
from tests.accounts.acme import Acme
from tests.accounts.api.proxy.proxied import body_of, through
from tests.accounts.later import refreshes, run_out, secrets_of
from tests.accounts.mirror import Mirror, Told
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_external_user, make_toolkit


class TestWhereItGoes:
    @pytest.mark.parametrize(
        "path",
        [
            "../admin",
            "a/../../b",
            "..",
            ".",
            "a/./b",
            "%2e%2e/admin",
            "%2E%2E%2Fadmin",
            "..%2fadmin",
            "a%2F..%2Fb",
            "..%5cadmin",
            "%252e%252e/x",
            "..%252fadmin",
            "a\\..\\b",
        ],
    )
    def test_a_dot_segment_in_any_spelling_is_refused(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, path: str
    ) -> None:
        problem_of(caller.get(through(account, path)), 400, "path")
        assert mirror.reached == []

    @pytest.mark.parametrize(
        ("path", "target"),
        [
            ("//evil.example/x", "/v1/evil.example/x"),
            ("/evil.example", "/v1/evil.example"),
            ("@evil.example/", "/v1/@evil.example/"),
            ("http://evil.example/", "/v1/http://evil.example/"),
            ("https:%2F%2Fevil.example", "/v1/https://evil.example"),
            ("%40evil.example:80", "/v1/@evil.example:80"),
            ("x%3F@evil.example", "/v1/x%3F@evil.example"),
            ("x%23y", "/v1/x%23y"),
        ],
    )
    def test_whatever_the_path_says_it_goes_to_the_toolkit_s_own_address(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, path: str, target: str
    ) -> None:
        assert caller.get(through(account, path)).status_code == 200
        assert mirror.last.target == target

    def test_a_whole_url_of_the_toolkit_s_own_origin_goes_where_it_says(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        """As services link to their own next page."""
        origin = mirror.url.removesuffix("/v1")
        for path, target in (
            (f"{origin}/v2/things?page=2", "/v2/things?page=2"),
            (origin, "/"),
            (f"{origin}.evil.example/x", f"/v1/{origin}.evil.example/x"),
            (f"{origin}1/x", f"/v1/{origin}1/x"),
            (f"{origin}@evil.example/x", f"/v1/{origin}@evil.example/x"),
        ):
            assert caller.get(through(account, path)).status_code == 200
            assert mirror.last.target == target

    def test_line_breaks_make_no_second_header(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        assert caller.get(through(account, "x%0d%0aX-Evil:%201")).status_code in (400, 404)
        assert mirror.reached == []
        caller.get(through(account, "x?a=%0d%0aX-Evil:%201"))
        assert mirror.last.target == "/v1/x?a=%0d%0aX-Evil:%201"
        assert "x-evil" not in mirror.last.headers

    def test_an_inward_address_is_refused(
        self, app: Acme, caller: Caller, account: ConnectedAccount, settings: Any
    ) -> None:
        own = ProjectToolkit.objects.get(project=app.project)
        own.definition = {**own.definition, "baseUrl": "http://10.0.0.1/v1"}
        own.save()
        problem_of(caller.get(through(account, "things")), 400)

    def test_a_key_in_the_query_is_ours_and_not_the_caller_s(self, db: None, mirror: Mirror) -> None:
        caller = make_caller()
        make_toolkit(caller.project, "desk", baseUrl=mirror.url, apiKey={"in": "query", "name": "api_key"})
        account = make_account(
            make_auth_config(caller.project, "desk", auth_scheme="API_KEY"),
            make_external_user(caller.project),
            secrets={"api_key": "key/1 &2"},
        )
        caller.get(through(account, "things?a=1&api_key=mine&b=2"))
        assert mirror.last.target == "/things?a=1&b=2&api_key=key%2F1%20%262"


class TestTokens:
    def test_one_that_has_run_out_is_renewed_first(
        self, app: Acme, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        run_out(account)
        assert caller.get(through(account, "things")).status_code == 200
        assert refreshes(app) == 1
        assert app.provider.is_token_live(mirror.last.headers["authorization"].removeprefix("Bearer "))

    def test_one_that_the_service_refuses_is_renewed_and_tried_once_more_with_the_same_body(
        self, app: Acme, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        old = f"Bearer {secrets_of(account)['access_token']}"
        mirror.answer = lambda request: Told(
            401 if request.headers["authorization"] == old else 200, body=request.body
        )
        answer = caller.post(through(account, "things"), raw=b"once")
        assert (answer.status_code, body_of(answer)) == (200, b"once")
        assert [request.body for request in mirror.reached] == [b"once", b"once"]
        assert refreshes(app) == 1

    def test_a_401_that_a_new_token_does_not_help_against_is_passed_on_and_not_tried_again_and_again(
        self, app: Acme, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.answer = lambda _: Told(401, [("WWW-Authenticate", "Bearer")], b"theirs")
        for _ in range(3):
            answer = caller.get(through(account, "things"))
            assert (answer.status_code, body_of(answer)) == (401, b"theirs")
        assert refreshes(app) == 1
        assert len(mirror.reached) == 4

    def test_a_body_that_cannot_be_sent_again_is_not(
        self, app: Acme, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.answer = lambda _: Told(401)
        assert caller.post(through(account, "things"), raw=b"x" * 1_500_000).status_code == 401
        assert len(mirror.reached) == 1
        assert refreshes(app) == 0

    def test_a_grant_that_is_gone_is_told_as_such(
        self, app: Acme, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        app.provider.end_grant(app.provider.grants[0])
        mirror.answer = lambda _: Told(401)
        told = problem_of(caller.get(through(account, "things")), 409)
        assert told["code"] == "account_expired"
        assert told["reconnect"]["body"]["connectedAccountId"] == account.pk

    def test_while_the_service_cannot_renew_its_own_401_is_the_answer(
        self, app: Acme, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        app.provider.fail("/token", "status", status=503)
        mirror.answer = lambda _: Told(401, body=b"theirs")
        answer = caller.get(through(account, "things"))
        assert (answer.status_code, body_of(answer)) == (401, b"theirs")
        assert ConnectedAccount.objects.get().status == "ACTIVE"


class TestWhoMay:
    def test_a_key_needs_the_scope(self, app: Acme, account: ConnectedAccount, mirror: Mirror) -> None:
        problem_of(make_caller(app.project, scopes=["accounts:read"]).get(through(account, "x")), 403)
        assert mirror.reached == []

    def test_another_user_s_and_project_s_accounts_are_not_found(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        problem_of(caller.as_user("customer_43").get(through(account, "x")), 404)
        problem_of(make_caller().get(through(account, "x")), 404)
        assert mirror.reached == []
        assert caller.as_user("customer_42").get(through(account, "x")).status_code == 200

    def test_raw_credentials_that_never_leave_are_no_hindrance(
        self, caller: Caller, account: ConnectedAccount
    ) -> None:
        AuthConfig.objects.update(raw_credentials="never")
        assert caller.get(through(account, "x")).status_code == 200

    def test_it_is_seen_as_a_use(self, caller: Caller, account: ConnectedAccount) -> None:
        caller.get(through(account, "x"))
        assert caller.get(f"connected_accounts/{account.pk}").json()["lastUsedAt"] is not None

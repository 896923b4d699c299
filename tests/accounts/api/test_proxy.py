"""The service, called through Flowra: what passes in both directions, and what never does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.actions import proxy_request
from accounts.models import ConnectedAccount
from authconfigs.models import AuthConfig, ProjectToolkit
from tests.accounts.acme import Acme, make_acme
from tests.accounts.later import connected, refreshes, run_out, secrets_of
from tests.accounts.mirror import Mirror, Reached, Told
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_external_user, make_toolkit
from tests.provider import PracticeProvider


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    yield server
    server.close()


@pytest.fixture
def app(db: None, provider: PracticeProvider, mirror: Mirror) -> Acme:
    """Its toolkit's API is the mirror, its tokens are the practice provider's."""
    proxy_request._hopeless.clear()
    acme = make_acme(provider)
    own = ProjectToolkit.objects.get(project=acme.project)
    own.definition = {**own.definition, "baseUrl": f"{mirror.url}/v1"}
    own.save()
    return acme


@pytest.fixture
def account(app: Acme) -> ConnectedAccount:
    return connected(app)


@pytest.fixture
def caller(app: Acme) -> Caller:
    return make_caller(app.project)


def through(account: ConnectedAccount, path: str) -> str:
    return f"connected_accounts/{account.pk}/proxy/{path}"


def body_of(answer: Any) -> bytes:
    body: bytes = answer.getvalue() if answer.streaming else answer.content
    return body


class TestWhatPasses:
    def test_the_path_goes_after_the_toolkit_s_address_with_the_account_s_token(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.answer = lambda _: Told(body=b'{"hello": "you"}')
        answer = caller.get(through(account, "users/me"))
        assert (answer.status_code, body_of(answer)) == (200, b'{"hello": "you"}')
        assert mirror.last.target == "/v1/users/me"
        assert mirror.last.headers["authorization"] == f"Bearer {secrets_of(account)['access_token']}"

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_every_method(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, method: str
    ) -> None:
        assert caller.call(method, through(account, "things")).status_code == 200
        assert mirror.last.method == method

    def test_head_has_the_headers_and_no_body(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.answer = lambda _: Told(headers=[("Content-Length", "123456"), ("ETag", '"one"')])
        answer = caller.call("HEAD", through(account, "things"))
        assert answer.headers["Content-Length"] == "123456"
        assert answer.headers["ETag"] == '"one"'
        assert body_of(answer) == b""

    @pytest.mark.parametrize(
        "query",
        [
            "b=2&a=1&b=1",
            "q=a%20b+c&x=%2F%26",
            "flag",
            "a=",
            "filter[name]=x&sort=-y",
            "q=%C3%A4%FF",
            "a=1&&b=2",
            "limit=5&page=2",
        ],
    )
    def test_the_query_in_its_order_and_encoding(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, query: str
    ) -> None:
        caller.get(through(account, f"search?{query}"))
        assert mirror.last.target == f"/v1/search?{query}"

    @pytest.mark.parametrize(
        ("path", "target"),
        [
            ("users/me@example.com", "/v1/users/me@example.com"),
            ("files/a%20b.txt", "/v1/files/a%20b.txt"),
            ("files/%C3%A4", "/v1/files/%C3%A4"),
            ("projects/group%252Fproject", "/v1/projects/group%2Fproject"),
            ("a:b;c,d=e", "/v1/a:b;c,d=e"),
            ("things/100%25", "/v1/things/100%25"),
            ("", "/v1/"),
            ("list/", "/v1/list/"),
            ("...", "/v1/..."),
        ],
    )
    def test_the_path_s_own_characters(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, path: str, target: str
    ) -> None:
        answer = caller.get(through(account, path))
        assert answer.status_code == 200, answer.content
        assert mirror.last.target == target

    @pytest.mark.parametrize("size", [0, 5, 900_000, 3_000_000])
    def test_bodies_of_any_size_to_the_byte(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, size: int
    ) -> None:
        sent = bytes(range(256)) * (size // 256 + 1)
        sent = sent[:size]
        mirror.answer = lambda request: Told(
            body=request.body, headers=[("Content-Type", "application/x-odd")]
        )
        answer = caller.post(through(account, "things"), raw=sent, content_type="application/x-odd")
        assert body_of(answer) == sent
        assert answer.headers["Content-Type"] == "application/x-odd"
        if sent:
            assert mirror.last.headers["content-type"] == "application/x-odd"

    def test_the_caller_s_own_headers_but_none_of_who_and_whence_it_is(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        hidden = {
            "cookie": "a=b",
            "x-username": "customer_42",
            "x-forwarded-for": "10.0.0.1",
            "forwarded": "for=10.0.0.1",
            "via": "1.1 here",
            "x-real-ip": "10.0.0.1",
            "cf-connecting-ip": "10.0.0.1",
            "traceparent": "00-1-2-01",
            "baggage": "a=b",
            "x-request-id": "abc",
            "x-b3-traceid": "1",
            "x-datadog-trace-id": "1",
            "connection": "x-for-us-alone",
            "x-for-us-alone": "yes",
            "te": "trailers",
            "upgrade": "h2c",
        }
        shown = {
            "accept": "application/vnd.odd+json",
            "user-agent": "acme/2",
            "if-none-match": '"one"',
            "x-odd": "Ünïcode".encode().decode("latin-1"),
            "notion-version": "2022-06-28",
        }
        caller.get(through(account, "things"), headers={**hidden, **shown})
        got = mirror.last.headers
        assert not set(hidden) - {"connection"} & set(got)
        assert caller.key not in str(got)
        for name in ("accept", "user-agent", "if-none-match", "notion-version"):
            assert got[name] == shown[name]

    def test_a_bearer_key_of_the_caller_s_is_replaced(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        bare = Caller(caller.project, caller.key)
        answer = bare.client.get(
            f"/api/v1/{through(account, 'things')}", headers={"authorization": f"Bearer {caller.key}"}
        )
        assert answer.status_code == 200
        assert mirror.last.headers["authorization"] == f"Bearer {secrets_of(account)['access_token']}"
        assert caller.key not in str(mirror.last)

    def test_nothing_is_asked_to_be_packed_unless_the_caller_can_unpack_it(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        caller.get(through(account, "things"))
        assert mirror.last.headers["accept-encoding"] == "identity"
        mirror.answer = lambda _: Told(body=b"\x1f\x8bpacked", headers=[("Content-Encoding", "gzip")])
        answer = caller.get(through(account, "things"), headers={"accept-encoding": "gzip"})
        assert mirror.last.headers["accept-encoding"] == "gzip"
        assert body_of(answer) == b"\x1f\x8bpacked"
        assert answer.headers["Content-Encoding"] == "gzip"


class TestWhatComesBack:
    @pytest.mark.parametrize("status", [201, 204, 304, 400, 403, 404, 409, 422, 429, 500, 503])
    def test_the_status_and_body_as_they_are(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, status: int
    ) -> None:
        body = b"" if status in (204, 304) else b'{"theirs": true}'
        mirror.answer = lambda _: Told(status, [("Retry-After", "17"), ("X-Their-Own", "yes")], body)
        answer = caller.get(through(account, "things"))
        assert (answer.status_code, body_of(answer)) == (status, body)
        assert answer.headers["Retry-After"] == "17"
        assert answer.headers["X-Their-Own"] == "yes"

    def test_no_cookie_and_nothing_that_was_for_us_alone(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.answer = lambda _: Told(
            headers=[
                ("Set-Cookie", "a=b"),
                ("Connection", "X-Ours"),
                ("X-Ours", "1"),
                ("Keep-Alive", "timeout=5"),
            ]
        )
        answer = caller.get(through(account, "things"))
        assert not {"Set-Cookie", "Connection", "X-Ours", "Keep-Alive"} & set(answer.headers)
        assert not answer.cookies

    def test_a_redirect_is_not_followed(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.answer = lambda _: Told(302, [("Location", "http://169.254.169.254/latest")])
        answer = caller.get(through(account, "things"))
        assert answer.status_code == 302
        assert answer.headers["Location"] == "http://169.254.169.254/latest"
        assert len(mirror.reached) == 1

    def test_a_stream_arrives_piece_by_piece(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        go_on = threading.Event()

        def write(piece: Any) -> None:
            piece(b"data: one\n\n")
            assert go_on.wait(10)
            piece(b"data: two\n\n")

        mirror.answer = lambda _: Told(headers=[("Content-Type", "text/event-stream")], write=write)
        answer = caller.get(through(account, "events"))
        pieces = iter(answer)
        assert next(pieces) == b"data: one\n\n"
        go_on.set()
        assert next(pieces) == b"data: two\n\n"
        assert list(pieces) == []

    def test_an_end_that_comes_too_early_is_a_failure_and_no_answer(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.answer = lambda _: Told(
            headers=[("Content-Length", "50"), ("Connection", "close")], body=b"short"
        )
        problem_of(caller.get(through(account, "things")), 502)


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


class TestLimits:
    def test_a_body_over_the_limit_is_refused_before_anything_is_sent(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, settings: Any
    ) -> None:
        settings.FLOWRA_PROXY_MAX_BYTES = 1000
        problem_of(caller.post(through(account, "x"), raw=b"x" * 1001), 413)
        assert mirror.reached == []

    def test_an_answer_over_the_limit_is_cut_off(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, settings: Any
    ) -> None:
        settings.FLOWRA_PROXY_MAX_BYTES = 1000
        mirror.answer = lambda _: Told(body=b"x" * 1001)
        problem_of(caller.get(through(account, "x")), 502)

    def test_a_service_that_does_not_answer_is_a_timeout(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, settings: Any
    ) -> None:
        settings.FLOWRA_PROXY_PAUSE_SECONDS = 1
        held = threading.Event()

        def hang(_: Reached) -> Told:
            held.wait(10)
            return Told()

        mirror.answer = hang
        problem_of(caller.get(through(account, "x")), 504)
        held.set()

    def test_so_many_calls_for_one_account_and_no_more(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, settings: Any, monkeypatch: Any
    ) -> None:
        settings.FLOWRA_PROXY_CONCURRENCY = 2
        monkeypatch.setattr("accounts.proxy.turns.WAIT_SECONDS", 0.05)
        mirror.answer = lambda _: Told(write=lambda piece: piece(b"x"))
        under_way = [caller.get(through(account, "x")) for _ in range(2)]
        answer = caller.get(through(account, "x"))
        assert problem_of(answer, 429)["code"] == "too_many_calls"
        assert answer.headers["Retry-After"] == "1"
        assert body_of(under_way[0]) == b"x"
        again = caller.get(through(account, "x"))
        assert body_of(again) == b"x", again.content
        assert body_of(under_way[1]) == b"x"
        assert body_of(caller.get(through(account, "x"))) == b"x"

    def test_a_service_that_cannot_be_reached(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.close()
        assert problem_of(caller.get(through(account, "x")), 502)["code"] == "provider_unreachable"

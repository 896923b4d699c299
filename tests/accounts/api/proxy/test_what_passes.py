"""The service, called through Flowra: what passes in both directions, and what never does."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from accounts.models import ConnectedAccount
from tests.accounts.api.proxy.proxied import body_of, through
from tests.accounts.later import secrets_of
from tests.accounts.mirror import Mirror, Told
from tests.caller import Caller, problem_of


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

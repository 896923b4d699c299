"""POST connected_accounts/import: many accounts, a line each."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any, cast

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from accounts.actions import import_account as importing
from accounts.actions.account_trail import record_account
from accounts.api.import_accounts import ImportAccounts
from accounts.models import ConnectedAccount, Credential, ExternalUser
from authconfigs.models import AuthConfig
from flowra.api import ndjson
from tests.accounts.acme import Acme
from tests.accounts.actions.test_submit_credentials import service_with
from tests.accounts.bringing import KEY, VAL, app_of, body_of
from tests.caller import Caller, make_caller, problem_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PATH = "connected_accounts/import"


@pytest.fixture
def app(acme: Acme) -> Caller:
    return app_of(acme)


@pytest.fixture
def config(acme: Acme) -> AuthConfig:
    return service_with(acme, "API_KEY")


def line(config: AuthConfig, key: str, user: str = "customer_42", **besides: Any) -> bytes:
    return json.dumps(body_of(config, {"api_key": key}, user=user, **besides)).encode()


def send(app: Caller, lines: Iterable[bytes], between: bytes = b"\n") -> list[dict[str, Any]]:
    """The results of a body that is taken."""
    answer = app.post(PATH, raw=between.join(lines), content_type="application/x-ndjson")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.getvalue().decode()
    assert text == "" or text.endswith("\n")
    return [json.loads(each) for each in text.splitlines()]


def test_each_line_has_its_result_in_order(acme: Acme, app: Caller, config: AuthConfig) -> None:
    token = json.dumps(body_of(acme.auth_config, {"access_token": "a", "refresh_token": "r"})).encode()
    results = send(app, [line(config, "key-1"), token, line(config, "", "customer_43")])
    assert [(each["line"], each["success"]) for each in results] == [(1, True), (2, True), (3, False)]
    for each in results[:2]:
        assert each == {
            "line": each["line"],
            "success": True,
            "id": each["id"],
            "status": "ACTIVE",
        }
        assert ConnectedAccount.live.get(pk=each["id"]).status == "ACTIVE"
    assert results[2]["code"] == "invalid_input"
    assert results[2]["errors"] == [{"field": VAL + "api_key", "message": "may not be empty."}]
    assert len(acme.provider.calls) == 0


def test_a_broken_line_does_not_stop_the_others(app: Caller, config: AuthConfig) -> None:
    broken = [
        b"{",
        b"[]",
        b"null",
        b'{"a": NaN}',
        b"\xff\xfe",
        b'{"authConfig": {"id": "\\ud800"}}',
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"a": 1, "a": 2}',
        b"x" * 1_000_000,
        json.dumps({"authConfig": {"id": "ac_unknown"}, "connection": {}}).encode(),
        line(config, "k" * 20_000),
    ]
    results = send(app, [line(config, "first"), *broken, line(config, "last", "customer_43")])
    assert [each["line"] for each in results] == list(range(1, len(broken) + 3))
    assert [each["success"] for each in results] == [True, *[False] * len(broken), True]
    assert all(each["code"] and each["message"] for each in results[1:-1])
    assert results[9]["code"] == "line_too_long"
    assert results[10]["code"] == "auth_config_not_found"
    assert ConnectedAccount.objects.count() == 2
    assert ExternalUser.objects.count() == 2


@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_blank_lines_and_both_line_ends_are_taken_and_numbers_are_the_file_s(
    app: Caller, config: AuthConfig, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(ndjson, "CHUNK", size)
    lines = [b"\xef\xbb\xbf" + line(config, "a"), b"", b"  ", line(config, "b", "customer_43"), b"", b""]
    results = send(app, lines, between=b"\r\n")
    assert [(each["line"], each["success"]) for each in results] == [(1, True), (4, True)]


def test_a_file_sent_again_makes_nothing_twice(app: Caller, config: AuthConfig) -> None:
    lines = [line(config, f"key-{n}", f"customer_{n}") for n in range(5)]
    first = send(app, lines[:3])
    again = send(app, lines)
    assert [each.get("duplicate", False) for each in again] == [True] * 3 + [False] * 2
    assert [each["id"] for each in again[:3]] == [each["id"] for each in first]
    assert ConnectedAccount.objects.count() == 5
    twice = send(app, [line(config, "new", "customer_9")] * 2)
    assert [each.get("duplicate", False) for each in twice] == [False, True]


def test_a_line_is_checked_at_the_service_when_it_asks_for_that(
    acme: Acme, app: Caller, config: AuthConfig
) -> None:
    results = send(
        app, [line(config, KEY, validate=True), line(config, "wrong-key", "customer_43", validate=True)]
    )
    assert [each["success"] for each in results] == [True, False]
    assert results[1]["errors"][0]["field"] == VAL + "api_key"
    assert ConnectedAccount.objects.get().identity_email == "sales@example.com"
    acme.provider.fail("/api/key-check", "status", status=503)
    assert send(app, [line(config, KEY, "customer_44", validate=True)])[0]["code"] == "provider_failed"


def test_what_nobody_expected_is_that_line_s_failure_and_leaves_nothing_of_it(
    app: Caller, config: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die_once(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(importing, "record_account", record_account)
        raise RuntimeError("no such luck")

    monkeypatch.setattr(importing, "record_account", die_once)
    results = send(app, [line(config, "a"), line(config, "b", "customer_43")])
    assert [each["success"] for each in results] == [False, True]
    assert results[0]["code"] == "internal_error"
    assert "luck" not in results[0]["message"]
    assert ConnectedAccount.objects.count() == Credential.objects.count() == 1


@pytest.mark.parametrize("content_type", ["application/x-ndjson; charset=utf-8", "application/jsonl"])
def test_it_goes_by_both_names(app: Caller, config: AuthConfig, content_type: str) -> None:
    answer = app.post(PATH, raw=line(config, "a"), content_type=content_type)
    assert json.loads(answer.getvalue())["success"] is True


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"]
)
def test_anything_else_is_another_media_type(app: Caller, config: AuthConfig, content_type: str) -> None:
    problem_of(app.post(PATH, raw=line(config, "a"), content_type=content_type), 415)
    assert not ConnectedAccount.objects.exists()


def test_an_empty_body_is_told_so(app: Caller) -> None:
    problem_of(app.post(PATH, raw=b"", content_type="application/x-ndjson"), 400)
    problem_of(app.post(PATH), 400)


def test_a_body_that_says_to_be_too_large_is_not_read(
    app: Caller, config: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "MAX_BODY_BYTES", 100)
    problem_of(app.post(PATH, raw=line(config, "a"), content_type="application/x-ndjson"), 413)


def test_more_lines_than_a_body_may_have_are_not_read(
    app: Caller, config: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "MAX_LINES", 3)
    three = [line(config, "a"), b"", b"{"]
    for more in ([line(config, "b"), line(config, "c")], [line(config, "b")], [b"", line(config, "b")]):
        results = send(app, [*three, *more])
        assert [each.get("code") for each in results] == [None, "malformed_json", "too_many_lines"]
        assert results[-1]["line"] == 4
    for end in ([], [b""]):
        assert len(send(app, [*three, *end])) == 2
    assert ConnectedAccount.objects.count() == 1


def test_it_needs_the_scope_and_stays_within_project_and_user(
    acme: Acme, app: Caller, config: AuthConfig
) -> None:
    raw = line(config, "a")
    reader = app_of(acme, "accounts:read")
    problem_of(reader.post(PATH, raw=raw, content_type="application/x-ndjson"), 403)
    assert send(make_caller(), [raw])[0]["code"] == "auth_config_not_found"
    told = send(app.as_user("customer_43"), [raw])[0]
    assert told["errors"][0]["field"] == "eUID"
    assert not ConnectedAccount.objects.exists()


def test_no_secret_is_in_the_results_or_the_log(
    app: Caller, config: AuthConfig, caplog: pytest.LogCaptureFixture
) -> None:
    results = send(app, [line(config, "s3cret-\n"), line(config, "s3cret-good"), b'{"x": "s3cret-x'])
    assert "s3cret" not in json.dumps(results)
    assert "s3cret" not in caplog.text


def test_ten_thousand_lines_take_no_more_memory_than_a_few(
    app: Caller, config: AuthConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the whole of it, as a server calls it; the test client would keep both bodies."""
    monkeypatch.setattr(ndjson, "HELD_IN_MEMORY", 10_000)

    def lines(count: int) -> Iterator[bytes]:
        for number in range(count):
            good = number % 100 == 0
            yield (
                line(config, f"key-{number}", f"of-{count}-{number}")
                if good
                else b'{"no": "%s"}' % (b"x" * 300)
            )

    def peak_of(count: int) -> int:
        environ = RequestFactory().generic("POST", f"/api/v1/{PATH}").environ
        body = Arriving(lines(count))
        environ |= {
            "HTTP_X_API_KEY": app.key,
            "CONTENT_TYPE": "application/x-ndjson",
            "CONTENT_LENGTH": "100000000",
            "wsgi.input": body,
        }
        tracemalloc.start()
        answer: HttpResponseBase = ImportAccounts.as_view()(WSGIRequest(environ))
        told = good = 0
        assert isinstance(answer, StreamingHttpResponse)
        for chunk in cast("Iterator[bytes]", answer.streaming_content):
            told, good = told + chunk.count(b"\n"), good + chunk.count(b'"ACTIVE"')
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (told, good) == (count, -(-count // 100))
        return peak

    peak_of(200)
    few = peak_of(1_000)
    assert peak_of(10_000) < few + 200_000


class Arriving:
    """A body that is nowhere as a whole."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.lines, self.rest = lines, b""

    def read(self, size: int) -> bytes:
        while len(self.rest) < size and (more := next(self.lines, None)) is not None:
            self.rest += more + b"\n"
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def readline(self, size: int) -> bytes:
        raise AssertionError("a line may be of any length: it is not read as one")

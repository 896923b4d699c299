"""Every failure has the contract's shape, whoever raised it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client
from rest_framework.exceptions import Throttled

from flowra.api.problems import problem_response
from flowra.errors import Gone, Overloaded, ProviderFailed, ProviderTimedOut
from tests.caller import Caller, make_caller, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return make_caller()


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v2/toolkits", "/api/v1/workflows"])
def test_an_unknown_path_is_a_404_in_the_shape_with_a_key_or_without(path: str, caller: Caller) -> None:
    client = Client(enforce_csrf_checks=True)
    problem_of(client.get(path), 404)
    problem_of(client.delete(path), 404)
    problem_of(
        client.post(path, data="{}", content_type="text/plain", headers={"x-api-key": caller.key}), 404
    )


def test_a_form_without_its_token_is_told_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "load the page again" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/schema", "/api/v1/docs", "/healthz", "/readyz"])
def test_what_is_only_read_says_so_in_the_shape(path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, data="{}", content_type="application/json")
    problem_of(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_page_that_is_not_there_is_a_page(client: Client) -> None:
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_page_is_told_kindly_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(CursorWrapper, "execute", away)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    answer = client.get("/admin/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Nothing was changed" in answer.content.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_method_that_is_not_taken_is_a_405_that_says_which_are(caller: Caller) -> None:
    answer = caller.put("toolkits", {})
    problem_of(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    problem_of(Client().options("/api/v1/toolkits"), 405)


def test_head_is_answered_like_get_without_a_body(caller: Caller) -> None:
    answer = caller.call("HEAD", "users/profile")
    assert answer.status_code == 200
    assert answer.content == b""


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_that_is_no_json_is_a_415(content_type: str, caller: Caller) -> None:
    problem_of(caller.post("auth_configs", raw=b"a=b", content_type=content_type), 415)


def test_json_with_a_charset_is_json(caller: Caller) -> None:
    answer = caller.patch(
        "users/profile", raw=b'{"name": "Beta"}', content_type="application/json; charset=utf-8"
    )
    assert answer.status_code == 200


def test_a_body_that_is_too_large_is_a_413(caller: Caller, settings: Any) -> None:
    raw = b'{"name": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    problem_of(caller.patch("users/profile", raw=raw), 413)


def test_a_host_that_is_not_ours_is_a_400_in_the_shape(caller: Caller) -> None:
    answer = Client(headers={"host": "evil.example", "x-api-key": caller.key}).get("/api/v1/users/profile")
    problem_of(answer, 400)


@pytest.mark.parametrize("error", [OperationalError("no connection"), InterfaceError("closed")])
def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(
    caller: Caller, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(CursorWrapper, "execute", away)
    answer = caller.get("users/profile")
    told = problem_of(answer, 503)
    assert told["code"] == "database_unavailable"
    assert int(answer.headers["Retry-After"]) > 0


def test_what_nobody_expected_is_a_500_that_gives_nothing_away(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the vault's door is green")

    monkeypatch.setattr("flowra.api.profile.present_profile", broken)
    with caplog.at_level(logging.ERROR):
        answer = caller.get("users/profile")
    problem_of(answer, 500)
    assert "green" not in answer.content.decode()
    assert "green" in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ProviderFailed("It failed.", provider_error="<b>no</b>"), 502),
        (ProviderTimedOut("Too slow.", provider_error=""), 504),
        (Gone("Used."), 410),
        (Overloaded("Busy.", retry_after=7), 503),
        (Throttled(wait=3), 429),
    ],
)
def test_each_kind_of_failure_has_its_status(error: Exception, status: int) -> None:
    answer = problem_response(error)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert ("Retry-After" in answer.headers) == (status in (429, 503))


def test_a_providers_words_are_apart_from_ours() -> None:
    body = problem_response(ProviderFailed("It failed.", provider_error="<b>no</b>")).content.decode()
    assert '"providerError":"<b>no</b>"' in body


class TestRequestId:
    def test_a_sane_one_is_echoed(self, caller: Caller) -> None:
        answer = caller.get("nothing", headers={"x-request-id": "req-1.a:b"})
        assert answer.headers["x-request-id"] == "req-1.a:b"
        assert answer.json()["requestId"] == "req-1.a:b"

    @pytest.mark.parametrize("given", ["", "two words", "x" * 129, "<script>", "a;b"])
    def test_any_other_is_replaced(self, given: str, caller: Caller) -> None:
        answer = caller.get("users/profile", headers={"x-request-id": given})
        assert len(answer.headers["x-request-id"]) == 32

    def test_each_answer_has_its_own(self, caller: Caller) -> None:
        assert len({caller.get("users/profile").headers["x-request-id"] for _ in range(3)}) == 3


class TestPageHeaders:
    def test_a_page_is_neither_framed_nor_cached_nor_scripted_from_elsewhere(self, client: Client) -> None:
        headers = client.get("/admin/login/").headers
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in headers["Cache-Control"]

    def test_data_has_no_policy_of_pages(self, caller: Caller) -> None:
        assert "Content-Security-Policy" not in caller.get("users/profile").headers

    def test_a_view_can_let_its_form_lead_to_one_origin_more(self) -> None:
        from django.http import HttpRequest, HttpResponse

        from flowra.api.middleware import PageHeadersMiddleware, allow_form_to

        page = allow_form_to(HttpResponse("<p>hello"), "https://slack.com/oauth/v2/authorize?x=1")
        policy = PageHeadersMiddleware(lambda _: page)(HttpRequest()).headers["Content-Security-Policy"]
        assert "form-action 'self' https://slack.com;" in policy


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_what_is_no_endpoint_is_told_so_whatever_the_method(method: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/workflow/manager/list")
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_endpoint"

"""All that a token endpoint may answer to a renewal, as the app sees it that reads credentials."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Credential
from flowra.models.api_key import DEFAULT_SCOPES
from tests.accounts.acme import Acme, make_acme
from tests.accounts.later import connected, cool_down_over, refreshes, run_out, secrets_of
from tests.caller import Caller, make_caller, problem_of
from tests.provider import PracticeProvider
from tests.provider.records import AnswerStyle, RefreshRule

UNUSABLE, REFUSED, UNREACHABLE = "provider_answer_unusable", "provider_refused", "provider_unreachable"
TIMED_OUT = "provider_timeout"
# What a token is and is not: none of these is one.
NO_TOKEN = {"token_type": "Bearer", "expires_in": 3600}


@dataclass(frozen=True)
class Trouble:
    """A fault at the token endpoint, and what the app is told. `waits` bounds the seconds until the next try.

    `loses`: where the service rotates, its answer with the new refresh token is lost.
    """

    name: str
    fault: dict[str, Any]
    code: str
    status: int = 502
    waits: tuple[int, int] = (4, 10)
    loses: bool = False


def body(words: str, status: int = 200, content_type: str = "text/html; charset=utf-8") -> dict[str, Any]:
    return {"kind": "body", "words": words, "status": status, "content_type": content_type}


def refusal(status: int, error: str, **how: Any) -> dict[str, Any]:
    return {"kind": "status", "status": status, "error": error, **how}


TROUBLES = [
    Trouble("hangs", {"kind": "hang", "seconds": 60}, TIMED_OUT, 504),
    Trouble("hangs after it rotated", {"kind": "hang", "seconds": 60, "after_work": True}, TIMED_OUT, 504, loses=True),
    Trouble("drips", {"kind": "drip", "seconds": 60}, TIMED_OUT, 504, loses=True),
    Trouble("resets before it read", {"kind": "reset"}, UNREACHABLE),
    Trouble("resets after it rotated", {"kind": "reset", "after_work": True}, UNREACHABLE, loses=True),
    Trouble("breaks off in the middle", {"kind": "half"}, UNREACHABLE, loses=True),
    Trouble("answers without an end", {"kind": "huge"}, UNREACHABLE),
    Trouble("answers garbage", {"kind": "garbage"}, UNUSABLE),
    Trouble("answers a page", body("<!doctype html><p>We'll be back soon</p>"), UNUSABLE),
    Trouble("answers nothing", body(""), UNUSABLE),
    Trouble("answers no object", body("[1, 2]", content_type="application/json"), UNUSABLE),
    Trouble("answers no token", body(json.dumps(NO_TOKEN), content_type="application/json"), UNUSABLE),
    Trouble("answers an empty token", body('{"access_token": ""}', content_type="application/json"), UNUSABLE),
    Trouble("answers a token that breaks a header", body('{"access_token": "a\\r\\nb"}'), UNUSABLE),
    Trouble("redirects", body("", 302), UNUSABLE),
    Trouble("fails", refusal(500, "server_error"), REFUSED),
    Trouble("fails with a page", body("<h1>Bad gateway</h1>", 502), UNUSABLE),
    Trouble("is down and says for how long", refusal(503, "temporarily_unavailable", retry_after="7"), REFUSED, waits=(6, 8)),
    Trouble("has too much to do", refusal(429, "rate_limited"), REFUSED),
    Trouble("has too much to do and says for how long", refusal(429, "rate_limited", retry_after="90"), REFUSED, waits=(88, 91)),
    Trouble("has too much to do, without a word", body("", 429), UNUSABLE),
    Trouble("finds the request odd", refusal(400, "invalid_request"), REFUSED),
    Trouble("refuses with a page", body("<h1>Forbidden</h1>", 403), REFUSED),
    Trouble("says that the grant is gone, but with an error of its own", refusal(500, "invalid_grant"), REFUSED),
    Trouble("refuses the client", refusal(401, "invalid_client"), "auth_config_failing"),
]  # fmt: skip


@pytest.fixture
def acme(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Acme]:
    """At a provider of its own: when it stops, it hangs up on whoever still waits."""
    monkeypatch.setattr("flowra.outbound.TOTAL_SECONDS", 0.5)
    with PracticeProvider() as provider:
        yield make_acme(provider)


@pytest.fixture
def reader(acme: Acme) -> Caller:
    return make_caller(acme.project, scopes=[*DEFAULT_SCOPES, "credentials:read"])


def status_of(reader: Caller, account_id: str) -> str:
    told: str = reader.get(f"connected_accounts/{account_id}").json()["status"]
    return told


@pytest.mark.parametrize(
    ("trouble", "rule"),
    [
        pytest.param(trouble, rule, id=f"{trouble.name}, and {rule}")
        for trouble in TROUBLES
        for rule in (["rotates", "keeps"] if trouble.loses else ["rotates"])
    ],
)
def test_a_service_that(acme: Acme, reader: Caller, trouble: Trouble, rule: str) -> None:
    account = connected(acme)
    acme.provider.grants[0].client.refresh = RefreshRule(rule)
    path = f"connected_accounts/{account.pk}/credentials"
    old = secrets_of(account)["access_token"]
    run_out(account, seconds_left=30)
    acme.provider.fail("/token", **trouble.fault)

    # As long as the old token is good it is handed out, and one call in a while is made.
    for _ in range(2):
        told = reader.get(path)
        assert (told.status_code, told.json()["accessToken"]) == (200, old)
    assert not acme.provider.faults.pending()
    calls = refreshes(acme)

    # When it has run out, the app hears what is the matter, and when to come back; nobody asks again till then.
    run_out(account)
    for _ in range(2):
        answer = reader.get(path)
        assert problem_of(answer, trouble.status)["code"] == trouble.code
        least, most = trouble.waits
        assert least <= int(answer.headers["Retry-After"]) <= most
    retry_at = Credential.objects.get(pk=account.pk).retry_at
    assert retry_at is not None
    assert retry_at - timezone.now() <= timedelta(seconds=most)
    assert status_of(reader, account.pk) == "ACTIVE"
    assert refreshes(acme) == calls

    # Then the next try has new tokens, or finds that the service has changed them and the answer is lost.
    cool_down_over(account)
    answer = reader.get(path)
    if trouble.loses and rule == "rotates":
        assert problem_of(answer, 409)["code"] == "account_expired"
        assert reader.get(f"connected_accounts/{account.pk}").json()["statusReason"]["code"] == "refresh_lost"
        return
    assert answer.status_code == 200
    assert acme.provider.is_token_live(answer.json()["accessToken"])
    assert answer.json()["accessToken"] != old
    assert status_of(reader, account.pk) == "ACTIVE"


@pytest.mark.parametrize(
    "style",
    [
        {"content_type": "text/html"},
        {"content_type": "text/plain; charset=latin-1"},
        {"form_encoded": True},
        {"expires_in_as_text": True},
        {"omit": frozenset({"expires_in"})},
        {"omit": frozenset({"token_type", "scope"})},
    ],
    ids=[
        "as a page",
        "in another charset",
        "as a form",
        "time as text",
        "without its time",
        "without type and scope",
    ],
)
def test_a_good_answer_in_an_odd_dress_is_a_good_answer(
    acme: Acme, reader: Caller, style: dict[str, Any]
) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.fail("/token", "style", style=AnswerStyle(**style))
    told = reader.get(f"connected_accounts/{account.pk}/credentials")
    assert told.status_code == 200
    assert acme.provider.is_token_live(told.json()["accessToken"])
    assert acme.provider.is_token_live(secrets_of(account)["refresh_token"])


def test_a_token_endpoint_that_is_not_there_was_surely_not_asked(acme: Acme, reader: Caller) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.stop()
    answer = reader.get(f"connected_accounts/{account.pk}/credentials")
    assert problem_of(answer, 502)["code"] == UNREACHABLE
    assert Credential.objects.get(pk=account.pk).asked_at is None
    acme.provider.start()
    cool_down_over(account)
    acme.provider.end_grant(acme.provider.grants[0])
    problem_of(reader.get(f"connected_accounts/{account.pk}/credentials"), 409)
    told = reader.get(f"connected_accounts/{account.pk}").json()
    assert (told["status"], told["statusReason"]["code"]) == ("EXPIRED", "grant_revoked")


def test_a_service_that_fails_again_is_asked_a_third_time_within_ten_seconds(
    acme: Acme, reader: Caller
) -> None:
    account = connected(acme)
    run_out(account)
    acme.provider.fail("/token", "status", status=503, times=2)
    for _ in range(2):
        answer = reader.get(f"connected_accounts/{account.pk}/credentials")
        assert int(answer.headers["Retry-After"]) <= 10
        cool_down_over(account)
    assert reader.get(f"connected_accounts/{account.pk}/credentials").status_code == 200
    assert refreshes(acme) == 3

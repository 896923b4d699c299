"""What goes wrong with providers can be made to go wrong here, in process and through the control endpoint."""

from __future__ import annotations

import http.client
import stat
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.plain_http import Answer, call, pkce_pair, query_of, with_query
from tests.provider import AnswerStyle, PracticeProvider, RefreshRule

BACK = "http://127.0.0.1:9/back"


def tokens(provider: PracticeProvider, **client: Any) -> Answer:
    """The token answer of a fresh app that a person agreed to."""
    app = provider.register_client(redirect_uris=[BACK], **client)
    verifier, challenge = pkce_pair()
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK, "state": "s"}
    asked |= {"scope": "profile messages:read", "code_challenge": challenge, "code_challenge_method": "S256"}
    code = query_of(provider.visit(with_query(f"{provider.origin}/authorize", **asked)))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": verifier}
    basic = (app.client_id, app.client_secret or "")
    return call("POST", f"{provider.origin}/token", form=form, basic=basic)


def me(provider: PracticeProvider, **how: Any) -> Answer:
    return call("GET", f"{provider.origin}/api/me", **how)


def test_a_token_answer_is_written_as_they_are_in_the_wild(provider: PracticeProvider) -> None:
    form = tokens(provider, style=AnswerStyle(form_encoded=True, scope_separator=","))
    assert parse_qs(form.text)["scope"] == ["profile,messages:read"]
    assert (
        tokens(provider, style=AnswerStyle(content_type="text/html")).headers["content-type"] == "text/html"
    )
    assert tokens(provider, style=AnswerStyle(expires_in_as_text=True)).json["expires_in"] == "3600"
    assert "access_token" in tokens(provider, style=AnswerStyle(nested_under="data")).json["data"]
    bare = tokens(provider, style=AnswerStyle(omit=frozenset({"scope", "refresh_token", "expires_in"}))).json
    assert set(bare) == {"access_token", "token_type"}
    assert "refresh_token" not in tokens(provider, refresh=RefreshRule.NONE).json


def test_an_error_comes_with_200_where_that_is_the_style(provider: PracticeProvider) -> None:
    app = provider.register_client(redirect_uris=[BACK], style=AnswerStyle(errors_as_200=True))
    form = {"grant_type": "authorization_code", "code": "no-code", "redirect_uri": BACK}
    answer = call(
        "POST", f"{provider.origin}/token", form=form, basic=(app.client_id, app.client_secret or "")
    )
    assert (answer.status, answer.json["error"]) == (200, "invalid_grant")


def test_a_status_comes_as_often_as_it_was_asked_for(provider: PracticeProvider) -> None:
    provider.fail("/api/*", "status", status=429, retry_after="7", times=2)
    first = me(provider)
    assert (first.status, first.headers["retry-after"]) == (429, "7")
    assert [me(provider).status for _ in range(2)] == [429, 401]
    provider.fail("/api/me", "status", status=503, times=None, method="POST")
    assert me(provider).status == 401


def test_html_and_nonsense_come_in_place_of_json(provider: PracticeProvider) -> None:
    provider.fail("/token", "body", words="<h1>Bad Gateway</h1>", status=502)
    assert tokens(provider).text == "<h1>Bad Gateway</h1>"
    provider.fail("/token", "garbage")
    with pytest.raises(ValueError):
        _ = tokens(provider).json


@pytest.mark.parametrize("kind", ["reset", "half", "hang"])
def test_the_connection_ends_without_a_whole_answer(provider: PracticeProvider, kind: str) -> None:
    provider.fail("/api/me", kind, seconds=0.2)
    with pytest.raises((OSError, http.client.HTTPException)):
        me(provider)


def test_a_slow_answer_is_late_but_right(provider: PracticeProvider) -> None:
    provider.fail("/api/me", "slow", seconds=0.3)
    begun = time.monotonic()
    assert me(provider).status == 401
    assert time.monotonic() - begun >= 0.3


def test_an_answer_may_be_lost_after_the_work_was_done(provider: PracticeProvider) -> None:
    provider.fail("/token", "reset", after_work=True)
    with pytest.raises(OSError):
        tokens(provider)
    assert len(provider.live_grants) == 1


def test_a_provider_that_is_down_comes_back_at_the_same_address() -> None:
    provider = PracticeProvider().start()
    origin = provider.origin
    token = tokens(provider).json["access_token"]
    provider.stop()
    with pytest.raises(OSError):
        call("GET", f"{origin}/api/me", bearer=token)
    with provider:
        assert provider.origin == origin
        assert me(provider, bearer=token).status == 200


def test_the_way_back_is_tampered_with(provider: PracticeProvider) -> None:
    app = provider.register_client(redirect_uris=[BACK])
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": BACK,
        "state": "s",
        "scope": "email",
    }
    asked |= {"code_challenge": pkce_pair()[1], "code_challenge_method": "S256"}
    url = with_query(f"{provider.origin}/authorize", **asked)

    def back(kind: str, **how: Any) -> dict[str, str]:
        provider.faults.clear()
        provider.fail("/authorize", kind, times=None, **how)
        return query_of(provider.visit(url))

    assert back("wrong_iss")["iss"] == "https://other.example"
    assert "iss" not in back("no_iss")
    assert back("wrong_state")["state"] != "s"
    told = back("error", error="temporarily_unavailable", words="<b>later</b>")
    assert (told["error"], told["error_description"]) == ("temporarily_unavailable", "<b>later</b>")


def test_another_process_steers_it_by_the_control_endpoint(provider: PracticeProvider) -> None:
    control = f"{provider.origin}/_practice"
    app = call("POST", f"{control}/clients", body={"redirect_uris": [BACK], "expires_in": 60}).json
    assert app["client_secret"]
    token = tokens(provider).json["access_token"]
    grants = call("GET", f"{control}/grants").json["grants"]
    assert [(grant["account"], grant["live"], grant["live_tokens"]) for grant in grants] == [
        ("sales@example.com", True, 2)
    ]
    assert token not in str(grants)
    assert call("POST", f"{control}/token", body={"token": token}).json == {"live": True}
    assert call("POST", f"{control}/end-grant", body={"id": grants[0]["id"]}).json["live"] is False
    assert call("POST", f"{control}/token", body={"token": token}).json == {"live": False}
    call("POST", f"{control}/faults", body={"path": "/api/me", "kind": "status", "status": 500})
    assert me(provider).status == 500
    assert "/api/me" in [one["path"] for one in call("GET", f"{control}/calls").json["calls"]]
    assert call("POST", f"{control}/forget", body={}).json == {"forgotten": True}
    assert call("GET", f"{control}/grants").json == {"grants": []}


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}],
)
def test_no_other_site_steers_it(provider: PracticeProvider, headers: dict[str, str]) -> None:
    assert call("POST", f"{provider.origin}/_practice/forget", body={}, headers=headers).status == 403
    assert call("POST", f"{provider.origin}/_practice/forget", form={}).status == 415


def test_bad_control_input_is_told(provider: PracticeProvider) -> None:
    for body in (
        {"kind": "status"},
        {"path": "/x", "kind": "sideways"},
        {"path": "/x", "kind": "slow", "sped": 1},
    ):
        assert call("POST", f"{provider.origin}/_practice/faults", body=body).status == 400
    assert call("POST", f"{provider.origin}/_practice/clients", body={"service": "myspace"}).status == 400


def test_a_demo_s_provider_remembers_grants_and_what_became_of_them(tmp_path: Path) -> None:
    file = tmp_path / "practice.json"
    client: dict[str, Any] = {"client_id": "demo", "client_secret": "secret"}
    with PracticeProvider() as provider:
        provider.remember(file)
        kept, ended = (tokens(provider, **client).json for _ in range(2))
        form = {"token": ended["refresh_token"]}
        call("POST", f"{provider.origin}/revoke", form=form, basic=("demo", "secret"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with PracticeProvider() as provider:
        provider.register_client(redirect_uris=[BACK], **client)
        provider.remember(file)
        assert me(provider, bearer=kept["access_token"]).json["email"] == "sales@example.com"
        assert me(provider, bearer=ended["access_token"]).status == 401
        form = {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]}
        assert call("POST", f"{provider.origin}/token", form=form, basic=("demo", "secret")).status == 200
        assert "keeps what was allowed" in call("GET", provider.origin).text


@pytest.mark.parametrize("words", ["", "[]", '{"grants": [{}]}', '{"grants": 7}', "\xff"])
def test_a_file_that_makes_no_sense_is_no_memory(tmp_path: Path, words: str) -> None:
    file = tmp_path / "practice.json"
    file.write_text(words)
    with PracticeProvider() as provider:
        provider.remember(file)
        assert provider.grants == []

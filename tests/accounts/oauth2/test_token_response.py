"""Token answers as they are in the wild."""

from __future__ import annotations

import json

import pytest

from accounts.oauth2.token_response import (
    MAX_LIFETIME_SECONDS,
    TokenAnswerUnusable,
    TokenRefused,
    parse_token_response,
)
from authconfigs.catalogue.quirks import TOKEN_RESPONSE

PLAIN = {
    "access_token": "at-1",
    "token_type": "Bearer",
    "expires_in": 3600,
    "refresh_token": "rt-1",
    "scope": "a b",
}


def body(**changes: object) -> str:
    return json.dumps({key: value for key, value in {**PLAIN, **changes}.items() if value is not ...})


def test_the_answer_of_the_rfc_is_read_whole() -> None:
    tokens = parse_token_response(200, body())
    assert (tokens.access_token, tokens.refresh_token, tokens.expires_in) == ("at-1", "rt-1", 3600)
    assert tokens.scopes == ("a", "b")


def test_a_form_encoded_answer_is_read_whatever_its_content_type_says() -> None:
    tokens = parse_token_response(
        200, "access_token=at-1&scope=repo%2Cgist&token_type=bearer", scope_separator=","
    )
    assert tokens.access_token == "at-1"
    assert tokens.scopes == ("repo", "gist")


def test_json_with_a_byte_order_mark_and_blank_lines_is_still_json() -> None:
    assert parse_token_response(200, "\ufeff\n\n" + body()).access_token == "at-1"


@pytest.mark.parametrize("separator", [" ", ","])
def test_scopes_by_comma_are_taken_apart_where_a_space_was_promised_and_the_other_way_round(
    separator: str,
) -> None:
    for scope in ("read,write", "read write", "read, write"):
        assert parse_token_response(200, body(scope=scope), scope_separator=separator).scopes == (
            "read",
            "write",
        )


def test_scopes_as_a_list_are_read() -> None:
    assert parse_token_response(200, body(scope=["read", 7, "write"])).scopes == ("read", "write")


@pytest.mark.parametrize("scope", [..., "", "  ", None, 5, {}])
def test_an_answer_without_scopes_does_not_say_what_was_granted(scope: object) -> None:
    assert parse_token_response(200, body(scope=scope)).scopes is None


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("3600", 3600),
        (" 3600 ", 3600),
        (3599.9, 3599),
        ("1e3", 1000),
        (0, None),
        (-5, None),
        ("soon", None),
        (True, None),
        (None, None),
        ([], None),
        ("NaN", None),
        ("Infinity", None),
        (10**40, MAX_LIFETIME_SECONDS),
    ],
)
def test_a_lifetime_is_a_positive_number_of_seconds_however_it_is_written(
    told: object, seconds: int | None
) -> None:
    assert parse_token_response(200, body(expires_in=told)).expires_in == seconds


def test_an_answer_without_a_refresh_token_is_good() -> None:
    assert parse_token_response(200, body(refresh_token=...)).refresh_token is None


def test_an_error_inside_a_200_is_a_refusal_with_the_service_s_words() -> None:
    with pytest.raises(TokenRefused) as refusal:
        parse_token_response(
            200, json.dumps({"error": "bad_verification_code", "error_description": "Expired."})
        )
    assert refusal.value.error == "bad_verification_code"
    assert refusal.value.provider_error == "Expired."


def test_an_error_as_an_object_is_a_refusal() -> None:
    with pytest.raises(TokenRefused) as refusal:
        parse_token_response(
            400, json.dumps({"error": {"type": "OAuthException", "message": "No such code"}})
        )
    assert (refusal.value.error, refusal.value.provider_error) == ("OAuthException", "No such code")


def test_ok_false_is_a_refusal_even_with_a_token_beside_it() -> None:
    with pytest.raises(TokenRefused):
        parse_token_response(200, body(ok=False))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_at_the_server_is_not_taken_for_a_refusal(status: int) -> None:
    with pytest.raises(TokenAnswerUnusable):
        parse_token_response(status, "<html>Try later</html>")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<html>Sign in</html>",
        "[]",
        "null",
        "{",
        "[" * 100_000,
        '{"access_token": ""}',
        '{"access_token": 7}',
        '{"access_token": {"a": 1}}',
    ],
)
def test_an_answer_without_a_token_is_unusable(answer: str) -> None:
    with pytest.raises(TokenAnswerUnusable):
        parse_token_response(200, answer)


@pytest.mark.parametrize("token", ["two words", "line\r\nbreak", "nul\x00", "ünicode", "x" * 20_000])
def test_a_token_that_would_break_its_header_is_unusable(token: str) -> None:
    with pytest.raises(TokenAnswerUnusable):
        parse_token_response(200, body(access_token=token))


@pytest.mark.parametrize("kind", ["MAC", "DPoP"])
def test_a_token_that_is_no_bearer_token_is_unusable(kind: str) -> None:
    with pytest.raises(TokenAnswerUnusable, match=kind):
        parse_token_response(200, body(token_type=kind))


def test_what_the_service_told_besides_holds_no_token_at_any_depth() -> None:
    told = parse_token_response(200, body(team={"name": "Acme", "access_token": "at-2"})).told
    assert told["team"] == {"name": "Acme"}
    assert "at-1" not in json.dumps(told)
    assert "rt-1" not in json.dumps(told)


def test_tokens_do_not_show_themselves() -> None:
    assert "at-1" not in repr(parse_token_response(200, body()))


def test_slack_s_user_token_stands_in_where_there_is_no_bot_token() -> None:
    answer = {
        "ok": True,
        "authed_user": {"id": "U1", "access_token": "xoxp-1", "scope": "search:read", "token_type": "user"},
        "team": {"id": "T1", "name": "Acme"},
    }
    tokens = parse_token_response(
        200, json.dumps(answer), scope_separator=",", reshape=TOKEN_RESPONSE["slack_person_under_authed_user"]
    )
    assert tokens.access_token == "xoxp-1"
    assert tokens.scopes == ("search:read",)


def test_slack_s_user_token_beside_a_bot_token_is_kept_too() -> None:
    answer = {
        "ok": True,
        "access_token": "xoxb-1",
        "scope": "chat:write",
        "authed_user": {"id": "U1", "access_token": "xoxp-1", "scope": "search:read"},
    }
    tokens = parse_token_response(
        200, json.dumps(answer), scope_separator=",", reshape=TOKEN_RESPONSE["slack_person_under_authed_user"]
    )
    assert (tokens.access_token, tokens.user_access_token) == ("xoxb-1", "xoxp-1")
    assert tokens.scopes == ("chat:write", "search:read")
    assert "xoxp-1" not in json.dumps(tokens.told)

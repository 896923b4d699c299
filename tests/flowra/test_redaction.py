"""Whatever a person or a log sees has its secrets masked."""

from __future__ import annotations

import time

import pytest

from flowra.redaction import MASK, is_secret_name, last_four, scrub, scrub_text

SECRET = "s3cr3tvalue0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: basic {SECRET}",
        f"GET /connect/{SECRET}",
        f"/cb?code={SECRET}&x=1",
        f"/cb?x=1&state={SECRET}",
        f"access_token={SECRET}",
        f'{{"refresh_token": "{SECRET}"}}',
        f"{{'client_secret': '{SECRET}'}}",
        f"&api_key={SECRET}",
        f"password={SECRET};",
        f"code_verifier={SECRET}",
        f"x-api-key: {SECRET}",
        f"access_token: Bearer {SECRET}",
        f'{{"password": "two words, {SECRET}"}}',
        f'{{"password": "a quote \\" and {SECRET}"}}',
        f'"{{\\"password\\": \\"{SECRET}\\"}}"',
        f"Cookie: flowra_connect=x; sessionid={SECRET}",
        f"Set-Cookie: a={SECRET}; Path=/",
        f"client-secret = {SECRET}",
        f"postgresql://flowra:{SECRET}@db.internal/flowra",
        f"redirectUrl=http%3A%2F%2F127.0.0.1%2Fconnect%2F{SECRET}",
        f"the token ghp_{SECRET} was refused",
        f"xoxb-{SECRET}",
        f"eyJhbGciOi.eyJzdWIi.{SECRET}",
        f"client_assertion={SECRET}",
        f"flw_live_{SECRET}",
        f"flw_test_{SECRET}",
    ],
)
def test_what_looks_like_a_credential_is_masked_in_free_text(text: str) -> None:
    assert SECRET not in scrub_text(f" {text}")
    assert MASK in scrub_text(f" {text}")


@pytest.mark.parametrize(
    "text",
    [
        "GET /connect/callback/ac_1",
        "code 200",
        "the state of things",
        "no bearer here",
        "error_code=invalid_grant",
        "https://example.com:8080/a@b",
        "skills and tokens are words",
        "",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert scrub_text(text) == text


def test_secret_names_are_masked_at_any_depth() -> None:
    data = {
        "a": [{"client_secret": SECRET, "name": "Acme"}],
        "tokens": {"x": SECRET},
        "note": f"Bearer {SECRET}",
        "n": 3,
    }
    assert SECRET not in str(scrub(data))
    assert scrub(data)["a"][0]["name"] == "Acme"
    assert scrub(data)["n"] == 3


@pytest.mark.parametrize(
    "name",
    [
        "access_token",
        "apiKey",
        "x-api-key",
        "Set-Cookie",
        "password",
        "passphrase",
        "code",
        "state",
        "private_key",
    ],
)
def test_secret_names_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["name", "status", "statusCode", "country_code", "error_code"])
def test_other_names_are_not(name: str) -> None:
    assert not is_secret_name(name)


def test_a_long_secret_shows_its_last_four_characters_and_a_short_one_none() -> None:
    assert last_four("sk-0123456789abcd") == f"{MASK}abcd"
    assert last_four("short") == MASK
    assert last_four("") == MASK


def test_a_long_hostile_text_takes_no_time() -> None:
    started = time.perf_counter()
    for text in (
        "a" * 200_000,
        "token" * 40_000,
        "-" * 200_000,
        'password="' + "\\" * 100_000,
        "://" * 60_000,
        "x:" * 99_999,
    ):
        scrub_text(text)
    assert time.perf_counter() - started < 5

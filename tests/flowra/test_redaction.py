"""Whatever a person or a log sees has its secrets masked."""

from __future__ import annotations

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
        f"flw_live_{SECRET}",
        f"flw_test_{SECRET}",
    ],
)
def test_what_looks_like_a_credential_is_masked_in_free_text(text: str) -> None:
    assert SECRET not in scrub_text(f" {text}")
    assert MASK in scrub_text(f" {text}")


@pytest.mark.parametrize(
    "text", ["GET /connect/callback/ac_1", "code 200", "the state of things", "no bearer here"]
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
    "name", ["access_token", "apiKey", "Set-Cookie", "password", "code", "state", "private_key"]
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

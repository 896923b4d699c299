"""Whose account it is, read from whatever a service tells."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from accounts.identity import who_it_is
from accounts.oauth2.token_response import Tokens
from authconfigs.catalogue.toolkit import Call, Identity, Toolkit
from tests.provider import PracticeProvider


def toolkit(identity: Identity | None, base_url: str = "https://api.example") -> Toolkit:
    return Toolkit(slug="x", name="X", base_url=base_url, auth_schemes=("OAUTH2",), identity=identity)


def id_token(**claims: Any) -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({}, claims)
    ]
    return ".".join([*parts, "signature"])


def told(identity: Identity | None, tokens: Tokens) -> Any:
    return who_it_is(toolkit(identity), auth_scheme="OAUTH2", secrets={}, values={}, tokens=tokens)


def test_dotted_paths_reach_into_objects_and_lists() -> None:
    tokens = Tokens("at", told={"owner": {"user": {"id": 7}}, "emails": [{"value": "sales@example.com"}]})
    who = told(Identity(source="token", id=("owner.user.id",), email=("emails.0.value",)), tokens)
    assert (who.id, who.email) == ("7", "sales@example.com")


def test_the_first_path_that_holds_something_counts() -> None:
    tokens = Tokens("at", told={"name": "", "display": None, "login": "sales"})
    assert (
        told(Identity(source="token", name=("name", "display", "missing.deep", "login")), tokens).name
        == "sales"
    )


@pytest.mark.parametrize("value", [True, None, 1.5, [], {}, "", "\u200b", "\x00\x07"])
def test_what_is_neither_text_nor_whole_number_is_nobody(value: Any) -> None:
    assert told(Identity(source="token", id=("id",)), Tokens("at", told={"id": value})).id == ""


def test_a_name_shows_no_invisible_or_turning_characters_and_has_an_end() -> None:
    who = told(
        Identity(source="token", name=("name",)),
        Tokens("at", told={"name": "a\u202eb\u200bc\x1b" + "d" * 999}),
    )
    assert who.name.startswith("abcd")
    assert len(who.name) == 255


def test_without_an_identity_call_the_id_token_s_claims_serve() -> None:
    who = told(None, Tokens("at", id_token=id_token(sub="u1", email="sales@example.com")))
    assert (who.id, who.email) == ("u1", "sales@example.com")


@pytest.mark.parametrize("broken", ["", "a.b", "a.b.c", "a.!!.c", "..", "a." + "W10" + ".c"])
def test_an_id_token_that_is_none_tells_nothing(broken: str) -> None:
    assert told(None, Tokens("at", id_token=broken)).id == ""


@pytest.mark.parametrize("fault", [("status", {"status": 500}), ("garbage", {}), ("reset", {}), ("huge", {})])
def test_a_call_that_fails_leaves_the_claims(
    provider: PracticeProvider, fault: tuple[str, dict[str, Any]]
) -> None:
    provider.fail("/whoami", fault[0], times=None, **fault[1])
    who = who_it_is(
        toolkit(Identity(call=Call("/whoami"), id=("id",)), provider.origin),
        auth_scheme="OAUTH2",
        secrets={"access_token": "at"},
        values={},
        tokens=Tokens("at", id_token=id_token(sub="u1")),
    )
    assert who.id == "u1"


def test_the_profile_keeps_no_secret_and_does_not_show_itself() -> None:
    who = told(
        Identity(source="token", id=("id",)), Tokens("at", told={"id": "1", "api_token": "s3cret-value"})
    )
    assert "s3cret-value" not in json.dumps(who.profile)
    assert "profile" not in repr(who)

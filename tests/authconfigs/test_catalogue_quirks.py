"""The few exceptions that are code: Slack's two tokens, HubSpot's list of scopes."""

from __future__ import annotations

import pytest

from authconfigs.catalogue.quirks import authorize_quirk, identity_quirk, token_response_quirk

SLACK = token_response_quirk("slack_person_under_authed_user")


def test_without_a_name_nothing_changes() -> None:
    answer = {"access_token": "a"}
    assert token_response_quirk(None)(answer) is answer
    assert identity_quirk(None)(answer) is answer
    assert authorize_quirk(None)({"state": "s"}) == {"state": "s"}


def test_an_unknown_name_is_a_fault_of_the_data() -> None:
    with pytest.raises(KeyError):
        token_response_quirk("odd")


def test_slacks_person_alone_is_lifted_to_where_the_rfc_has_a_token() -> None:
    person = {"id": "U1", "access_token": "xoxp-1", "scope": "search:read", "token_type": "user"}
    lifted = SLACK({"ok": True, "authed_user": person, "team": {"id": "T1"}})
    assert (lifted["access_token"], lifted["scope"]) == ("xoxp-1", "search:read")
    assert "user_access_token" not in lifted


def test_slacks_person_stands_beside_the_bot_and_both_lists_of_scopes_count() -> None:
    person = {"id": "U1", "access_token": "xoxp-1", "scope": "search:read"}
    both = SLACK({"access_token": "xoxb-1", "scope": "chat:write", "authed_user": person})
    assert (both["access_token"], both["user_access_token"]) == ("xoxb-1", "xoxp-1")
    assert both["scope"] == "chat:write,search:read"


@pytest.mark.parametrize("person", [None, "U1", [], {"id": "U1"}, {"access_token": ""}])
def test_slacks_bot_alone_stays_as_it_is(person: object) -> None:
    answer = {"access_token": "xoxb-1", "scope": "chat:write", "authed_user": person}
    assert SLACK(answer) == answer


def test_hubspots_list_is_the_scope() -> None:
    reshape = token_response_quirk("scopes_as_a_list")
    assert reshape({"access_token": "a", "scopes": ["oauth"]})["scope"] == ["oauth"]
    assert reshape({"scope": "oauth", "scopes": ["other"]})["scope"] == "oauth"

"""GET connected_accounts/grouped-by-toolkit."""

from __future__ import annotations

import pytest

from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_account, make_auth_config, make_external_user

pytestmark = pytest.mark.django_db

PATH = "connected_accounts/grouped-by-toolkit"


@pytest.fixture
def three(api: Caller) -> list[str]:
    """Sales has Slack twice and GitHub once, support has GitHub."""
    slack, github = make_auth_config(api.project, "slack"), make_auth_config(api.project, "github")
    sales, support = (make_external_user(api.project, name) for name in ("sales", "support"))
    return [
        make_account(slack, sales, display_name="First").pk,
        make_account(github, support).pk,
        make_account(github, sales, identity_email="sam@example.com").pk,
        make_account(slack, sales).pk,
    ]


def test_accounts_stand_under_their_services_newest_first(api: Caller, three: list[str]) -> None:
    body = api.get(PATH).json()
    assert body["externalUser"] is None
    assert body["totalConnections"] == 4
    assert [
        (group["toolkit"]["name"], [each["id"] for each in group["connections"]]) for group in body["groups"]
    ] == [
        ("Slack", [three[3], three[0]]),
        ("GitHub", [three[2], three[1]]),
    ]


def test_a_user_is_named_by_id_name_or_header(api: Caller, three: list[str]) -> None:
    user = make_external_user(api.project, "support")
    by_name = api.get(f"{PATH}?eUID=support").json()
    assert by_name["externalUser"] == {"id": user.pk, "name": "support"}
    assert by_name["totalConnections"] == 1
    assert api.get(f"{PATH}?eUID={user.pk}").json() == by_name
    assert api.as_user("support").get(PATH).json() == by_name
    problem_of(api.as_user("sales").get(f"{PATH}?eUID=support"), 400, "eUID")


def test_words_find_services_names_and_identities(api: Caller, three: list[str]) -> None:
    def found(words: str) -> set[str]:
        groups = api.get(f"{PATH}?q={words}").json()["groups"]
        return {each["id"] for group in groups for each in group["connections"]}

    assert found("slack") == {three[0], three[3]}
    assert found("first") == {three[0]}
    assert found("sam@") == {three[2]}
    assert found("support") == {three[1]}
    assert found("%25") == set()


def test_the_limit_leaves_out_and_the_total_says_so(api: Caller, three: list[str]) -> None:
    body = api.get(f"{PATH}?limit=2").json()
    assert sum(len(group["connections"]) for group in body["groups"]) == 2
    assert body["totalConnections"] == 4


def test_another_project_sees_nothing_of_it(api: Caller, three: list[str]) -> None:
    assert make_caller().get(PATH).json() == {"externalUser": None, "groups": [], "totalConnections": 0}

"""`users/profile`, and the actions behind it."""

from __future__ import annotations

from typing import Any

import pytest

from flowra.models import Event
from tests.caller import Caller, make_caller, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return make_caller(scopes=["accounts:read"])


def test_it_says_which_project_the_key_opens_and_what_it_may_do(caller: Caller) -> None:
    told = caller.get("users/profile").json()
    assert told["success"] is True
    assert told["data"]["projectId"] == caller.project.pk
    assert told["data"]["name"] == "Acme"
    assert told["data"]["scopes"] == ["accounts:read"]
    assert told["data"]["callbackOrigins"] == ["https://acme.example"]
    assert told["data"]["requireConfirmation"] is False


def test_it_changes_what_is_sent_and_nothing_else(caller: Caller) -> None:
    answer = caller.patch(
        "users/profile", {"callbackOrigins": ["HTTPS://App.Example:443/", "http://127.0.0.1:9000"]}
    )
    assert answer.json()["data"]["callbackOrigins"] == ["https://app.example", "http://127.0.0.1:9000"]
    assert answer.json()["data"]["name"] == "Acme"
    told = caller.patch("users/profile", {"name": " Beta ", "requireConfirmation": True}).json()["data"]
    assert (told["name"], told["requireConfirmation"]) == ("Beta", True)
    assert caller.get("users/profile").json()["data"]["name"] == "Beta"


def test_a_change_is_on_the_trail_and_no_change_is_not(caller: Caller) -> None:
    caller.patch("users/profile", {"name": "Acme"})
    assert not Event.objects.exists()
    caller.patch("users/profile", {"name": "Beta"})
    event = Event.objects.get()
    assert (event.type, event.subject_id, event.actor_kind) == (
        "project.updated",
        caller.project.pk,
        "api_key",
    )
    assert event.data["name"] == {"from": "Acme", "to": "Beta"}


@pytest.mark.parametrize(
    "origin",
    [
        "acme.example",
        "https://acme.example/path",
        "https://a@b.example",
        "ftp://a.example",
        "https://a.example?x=1",
        "https:///x",
        "",
        "https://a b.example",
    ],
)
def test_what_is_no_origin_is_refused_by_its_place(caller: Caller, origin: str) -> None:
    answer = caller.patch("users/profile", {"callbackOrigins": ["https://ok.example", origin]})
    problem_of(answer, 400, "callbackOrigins.1")
    assert caller.get("users/profile").json()["data"]["callbackOrigins"] == ["https://acme.example"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Acme\u202eelgoog"}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"callbackOrigins": "https://a.example"}, "callbackOrigins"),
        ({"callbackOrigins": [1]}, "callbackOrigins.0"),
        ({"callbackOrigins": ["https://a.example"] * 51}, "callbackOrigins"),
        ({"requireConfirmation": "perhaps"}, "requireConfirmation"),
        ({"requireConfirmation": []}, "requireConfirmation"),
        ({"callbackorigins": []}, "callbackorigins"),
    ],
)
def test_bad_input_is_refused_by_its_name(caller: Caller, body: dict[str, Any], field: str) -> None:
    problem_of(caller.patch("users/profile", body), 400, field)


def test_an_unknown_key_names_the_near_match(caller: Caller) -> None:
    told = problem_of(caller.patch("users/profile", {"callbackorigins": []}), 400)
    assert 'Did you mean "callbackOrigins"?' in told["errors"][0]["message"]

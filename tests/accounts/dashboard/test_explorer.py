"""The API explorer: real calls, made for whoever is signed in, with no key and no secret unless an owner ticks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.dashboard.developer.explorer_calls import all_calls
from accounts.models import ConnectedAccount
from flowra.models import ApiKey, Event, Project, Role
from tests.accounts.desk import SECRETS
from tests.factories import make_account, make_auth_config, make_project
from tests.staff import text_of


@pytest.fixture
def developer(as_member: Callable[..., Client]) -> Client:
    return as_member(Role.DEVELOPER)


@pytest.fixture
def home(project: Project) -> str:
    return f"/dashboard/{project.pk}/explorer"


def answered(page: Any) -> tuple[int, Any]:
    """The status and the JSON that came back, as the page tells them."""
    told = page.context["told"]
    return told.answer.status, json.loads(told.answer.body or b"null")


def test_every_call_of_the_api_has_a_form(developer: Client, home: str) -> None:
    listed = developer.get(home).content.decode()
    assert len(all_calls()) > 40
    for id, call in all_calls().items():
        assert f"?call={id}" in listed
        page = developer.get(f"{home}?call={id}")
        assert page.status_code == 200 and f"{call.method} " in text_of(page)


def test_a_call_changes_the_project_and_the_trail_names_the_person(
    project: Project, developer: Client, home: str
) -> None:
    config = make_auth_config(project, "slack")
    body = json.dumps({"authConfigId": config.pk, "eUID": "customer_7"})
    page = developer.post(f"{home}?call=post_connected_accounts_link", {"body": body})
    status, told = answered(page)
    assert status == 201 and "/connect/" in told["redirectUrl"]
    event = Event.objects.get(type="link.created")
    assert (event.actor_kind, event.actor_name) == ("staff", "developer@example.com")
    assert not ApiKey.objects.filter(project=project).exists(), "no key is made for it"
    curl = text_of(page)
    assert "-X POST" in curl and "x-api-key: $FLOWRA_KEY" in curl and "customer_7" in curl


def test_a_call_sees_its_own_project_alone(project: Project, developer: Client, home: str) -> None:
    other = make_account(make_auth_config(make_project("Other"), "slack"))
    mine = make_account(make_auth_config(project, "slack"))
    _, listed = answered(developer.post(f"{home}?call=get_connected_accounts", {}))
    assert [each["id"] for each in listed["items"]] == [mine.pk]
    status, _ = answered(developer.post(f"{home}?call=get_connected_accounts_by_id", {"path-id": other.pk}))
    assert status == 404


def secret_account(project: Project) -> ConnectedAccount:
    return make_account(make_auth_config(project, "slack"), secrets=SECRETS)


CREDENTIALS = "get_connected_accounts_by_id_credentials"


def test_no_developer_takes_a_secret_out(project: Project, developer: Client, home: str) -> None:
    page = developer.post(
        f"{home}?call={CREDENTIALS}", {"path-id": secret_account(project).pk, "secrets": "on"}
    )
    assert answered(page)[0] == 403
    assert SECRETS["access_token"] not in page.content.decode()


def test_an_owner_does_by_a_tick_for_one_call_and_it_is_on_the_trail(
    project: Project, as_member: Callable[..., Client], home: str
) -> None:
    owner, account = as_member(Role.OWNER), secret_account(project)
    unticked = owner.post(f"{home}?call={CREDENTIALS}", {"path-id": account.pk})
    assert answered(unticked)[0] == 403
    ticked = owner.post(f"{home}?call={CREDENTIALS}", {"path-id": account.pk, "secrets": "on"})
    assert answered(ticked)[1]["accessToken"] == SECRETS["access_token"]
    assert "no-store" in ticked["Cache-Control"]
    event = Event.objects.get(subject_id=account.pk, type="credentials.read")
    assert event.actor_name == "owner@example.com"


@pytest.mark.parametrize(
    ("call", "typed"),
    [
        ("get_connected_accounts_by_id", {"path-id": "../users/profile"}),
        ("get_connected_accounts_by_id", {"path-id": ".."}),
        ("get_connected_accounts_by_id", {"path-id": ""}),
        ("get_connected_accounts", {"query-cursor": "\x00"}),
        ("get_connected_accounts", {"query-limit": "many"}),
        ("get_connected_accounts", {"header-x-username": "a\nx-api-key: b"}),
        ("post_connected_accounts_link", {"body": "{"}),
        ("post_connected_accounts_link", {"body": "[" * 50_000}),
        ("odd", {}),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    developer: Client, home: str, call: str, typed: dict[str, str]
) -> None:
    before = Event.objects.count()
    page = developer.post(f"{home}?call={call}", typed)
    told = page.context.get("told") if page.context else None
    assert page.status_code in (400, 404) or (told is not None and told.answer.status == 400)
    assert Event.objects.count() == before


def test_a_header_from_outside_lets_nobody_in(db: None) -> None:
    for headers in ({"inside-call": "1"}, {"x-inside-call": "x"}, {"x-api-key": "key_inside"}):
        assert Client().get("/api/v1/users/profile", headers=headers).status_code == 401


def test_the_list_of_calls_needs_few_queries(developer: Client, home: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        developer.get(home)
    assert len(asked) <= 5

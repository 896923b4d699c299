"""The API explorer: real calls, made for whoever is signed in, with no key and no secret unless an owner ticks it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
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
from tests.caller import make_caller
from tests.factories import make_account, make_auth_config, make_project, make_toolkit
from tests.provider import PracticeProvider
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


def test_an_owner_who_forgot_the_tick_is_told_of_it(
    project: Project, as_member: Callable[..., Client], home: str
) -> None:
    page = as_member(Role.OWNER).post(f"{home}?call={CREDENTIALS}", {"path-id": secret_account(project).pk})
    assert "Tick “Take secrets out" in text_of(page)


def test_what_owners_alone_change_no_developer_changes_by_a_call(
    project: Project, developer: Client, as_member: Callable[..., Client], home: str
) -> None:
    call, body = f"{home}?call=patch_users_profile", {"body": '{"callbackOrigins": ["https://evil.example"]}'}
    page = developer.get(call)
    assert (
        "Only an owner can make this call" in text_of(page) and "Send</button>" not in page.content.decode()
    )
    assert developer.post(call, body).status_code == 403
    project.refresh_from_db()
    assert project.callback_origins != ["https://evil.example"]
    assert answered(as_member(Role.OWNER).post(call, body))[0] == 200


def test_the_call_for_a_shell_arrives_as_it_was_made(
    live_flowra: str, provider: PracticeProvider, project: Project, developer: Client, home: str
) -> None:
    caller = make_caller(project)
    make_toolkit(project, "echo", baseUrl=provider.origin)
    account = make_account(
        make_auth_config(project, "echo", auth_scheme="API_KEY"), secrets={"api_key": "k-0123456789"}
    )
    typed = {"path-id": account.pk, "path-path": "a/../b", "query": "q=[1-3] {x} $HOME"}
    call = "get_connected_accounts_by_id_proxy_by_path"
    curl = developer.post(f"{home}?call={call}", typed).context["curl"]
    assert "%5B1-3%5D%20%7Bx%7D%20$HOME" in curl
    there = json.loads(pasted(curl, caller.key))
    assert there["message"] == "path: may not have a dot segment", "curl took the dots away"
    curl = developer.post(f"{home}?call=post_external_users", {"body": '@/etc/passwd "it\'s" $HOME'}).context[
        "curl"
    ]
    assert json.loads(pasted(curl, caller.key))["code"] == "malformed_json"


def pasted(curl: str, key: str) -> str:
    """What the call answers in a shell, where it is there."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    environment = {"PATH": os.environ["PATH"], "FLOWRA_KEY": key}
    done = subprocess.run(["sh", "-c", curl], capture_output=True, env=environment, check=True, timeout=30)
    return done.stdout.decode()


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

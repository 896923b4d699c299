"""The trail in the dashboard: narrowed, paged, followed and taken along, and never another project's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.account_trail import record_account
from flowra.events.names import EventType
from flowra.events.record import END_USER, Actor, record
from flowra.models import Event, Project, Role
from tests.factories import make_account, make_auth_config, make_project, make_toolkit
from tests.staff import text_of

ADA = Actor("staff", "7", "ada@acme.example")


@pytest.fixture
def viewer(as_member: Callable[..., Client]) -> Client:
    return as_member(Role.VIEWER)


@pytest.fixture
def home(project: Project) -> str:
    return f"/dashboard/{project.pk}/events"


def downloaded(viewer: Client, url: str) -> list[dict[str, Any]]:
    answer = viewer.get(url)
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.getvalue().splitlines()]


def connected(project: Project, count: int = 1) -> list[str]:
    """Accounts that were connected, each by its person."""
    config = make_auth_config(project, "slack")
    accounts = [make_account(config, identity_email=f"p{n}@x.example") for n in range(count)]
    for each in accounts:
        record_account(EventType.ACCOUNT_CONNECTED, each.pk, project_id=project.pk, actor=END_USER)
    return [each.pk for each in accounts]


def test_each_filter_narrows_and_they_narrow_together(project: Project, viewer: Client, home: str) -> None:
    (account,) = connected(project)
    record(
        EventType.API_KEY_REVOKED,
        project_id=project.pk,
        subject=("api_key", "key_1"),
        actor=ADA,
        reason="lost",
    )
    for query, types in {
        "": {"account.connected", "api_key.revoked"},
        "type=account.connected": {"account.connected"},
        f"about={account}": {"account.connected"},
        "by=staff": {"api_key.revoked"},
        "who=ADA": {"api_key.revoked"},
        "by=end_user&who=ada": set(),
        "since=2020-01-01&until=2020-01-02": set(),
        "since=2020-01-01": {"account.connected", "api_key.revoked"},
    }.items():
        assert {each["type"] for each in downloaded(viewer, f"{home}/download?{query}")} == types, query
        assert viewer.get(f"{home}?{query}").status_code == 200
    assert "Slack, p0@x.example" in text_of(viewer.get(home))


@pytest.mark.parametrize(
    "query",
    [
        "type=odd",
        "by=odd",
        "since=yesterday",
        "until=0001-01-01",
        "cursor=odd",
        "who=" + "x" * 101,
        "about=%00",
        "types=account.deleted",
        "limit=5",
    ],
)
def test_a_filter_that_is_none_is_told_instead_of_showing_everything(
    viewer: Client, home: str, query: str
) -> None:
    assert viewer.get(f"{home}?{query}").status_code == 400


def test_pages_lose_nothing_and_show_nothing_twice(project: Project, viewer: Client, home: str) -> None:
    ids = connected(project, 120)
    seen: list[str] = []
    url: str | None = home
    while url:
        answer = viewer.get(url)
        seen += [row.subject_id for row in answer.context["rows"]]
        older = answer.context["older"]
        url = f"{home}{older}" if older else None
    assert sorted(seen) == sorted(ids)


def test_the_whole_trail_is_taken_along_without_other_projects(
    project: Project, viewer: Client, home: str
) -> None:
    connected(make_project("Other"), 3)
    ids = connected(project, 600)
    taken = downloaded(viewer, f"{home}/download")
    assert sorted(each["subject"]["id"] for each in taken) == sorted(ids)
    assert taken[0]["actor"] == {"kind": "end_user", "id": "", "name": END_USER.name}


def test_an_open_page_is_told_how_many_are_newer(project: Project, viewer: Client, home: str) -> None:
    connected(project)
    newest = Event.objects.get().pk
    assert "Look for newer ones" in text_of(viewer.get(f"{home}/newer?after={newest}"))
    connected(project, 2)
    assert "2 new events" in text_of(viewer.get(f"{home}/newer?after={newest}"))
    assert "new event" not in text_of(viewer.get(f"{home}/newer?after=ev_gone"))


def test_the_page_asks_the_database_as_often_for_twenty_as_for_one(
    project: Project, viewer: Client, home: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            viewer.get(home)
        return len(asked)

    connected(project)
    for_one = queries()
    connected(project, 19)
    assert queries() == for_one


def test_a_project_s_own_service_goes_by_its_name(project: Project, viewer: Client, home: str) -> None:
    make_toolkit(project, "acme-desk", name="Acme Desk")
    config = make_auth_config(project, "acme-desk", auth_scheme="API_KEY")
    account = make_account(config, identity_email="ann@x.example")
    record(
        EventType.AUTH_CONFIG_CREATED, project_id=project.pk, subject=("auth_config", config.pk), actor=ADA
    )
    record_account(EventType.ACCOUNT_CONNECTED, account.pk, project_id=project.pk, actor=END_USER)
    told = text_of(viewer.get(home))
    assert "Acme Desk, ann@x.example" in told and f"Acme Desk, {config}" in told

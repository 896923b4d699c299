"""API keys in the dashboard: told once when made, narrow unless ticked, over when revoked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from flowra.models import ApiKey, Event, Project, Role
from tests.factories import make_key, make_project
from tests.staff import text_of


@pytest.fixture
def developer(as_member: Callable[..., Client]) -> Client:
    return as_member(Role.DEVELOPER)


def test_a_key_is_shown_this_once_and_works(project: Project, developer: Client) -> None:
    form = developer.get(f"/dashboard/{project.pk}/keys/new").content.decode()
    ticked = re.findall(r'value="([\w:]+)"[^>]*checked', form)
    assert "accounts:read" in ticked and not [each for each in ticked if each.startswith("credentials:")]
    made = developer.post(f"/dashboard/{project.pk}/keys/new", {"name": "Backend", "scopes": ticked})
    found = re.search(r"flw_(?:live|test)_\w{20,}", made.content.decode())
    assert found is not None and made["Cache-Control"].find("no-store") >= 0
    text = found.group()
    profile = Client().get("/api/v1/users/profile", headers={"x-api-key": text})
    assert profile.status_code == 200
    for page in ("keys", "events"):
        assert text not in developer.get(f"/dashboard/{project.pk}/{page}").content.decode()
    assert Event.objects.get(type="api_key.created").actor_name == "developer@example.com"


@pytest.mark.parametrize(
    "wish",
    [
        {"scopes": ["everything"]},
        {"scopes": []},
        {"scopes": ["accounts:read"], "expires_in_days": "0"},
        {"scopes": ["accounts:read"], "expires_in_days": "many"},
        {"scopes": ["accounts:read"], "name": "n" * 500},
    ],
)
def test_what_cannot_be_is_told_and_makes_no_key(
    project: Project, developer: Client, wish: dict[str, object]
) -> None:
    answer = developer.post(f"/dashboard/{project.pk}/keys/new", wish)
    assert answer.status_code == 400 and "Please look at this again" in text_of(answer)
    assert not ApiKey.objects.filter(project=project).exists()


def test_a_revoked_key_opens_nothing_and_the_trail_says_why(project: Project, developer: Client) -> None:
    text = make_key(project)[1]
    key = ApiKey.objects.get(project=project)
    path = f"/dashboard/{project.pk}/keys/{key.pk}/revoke"
    assert "refused from that moment" in text_of(developer.get(path))
    developer.post(path, {"reason": "It was in a screenshot"})
    assert Client().get("/api/v1/users/profile", headers={"x-api-key": text}).status_code == 401
    assert Event.objects.get(type="api_key.revoked").reason == "It was in a screenshot"
    assert "revoked before" in text_of(developer.post(path, follow=True))


def test_another_projects_key_is_none(project: Project, developer: Client) -> None:
    make_key(make_project("Other"))
    key = ApiKey.objects.get()
    assert developer.post(f"/dashboard/{project.pk}/keys/{key.pk}/revoke").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


def test_the_list_asks_the_database_as_often_for_twenty_as_for_one(
    project: Project, developer: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            developer.get(f"/dashboard/{project.pk}/keys")
        return len(asked)

    make_key(project)
    for_one = queries()
    for _ in range(19):
        make_key(project)
    assert queries() == for_one

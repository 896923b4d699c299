"""The actions that make projects and keys, as commands, admin and demo call them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from flowra.actions.create_api_key import create_api_key
from flowra.actions.create_project import create_project
from flowra.actions.revoke_api_key import revoke_api_key
from flowra.errors import InvalidInput
from flowra.events.record import Actor
from flowra.models import ApiKey, Event, Project
from flowra.models.api_key import DEFAULT_SCOPES, is_well_formed
from tests.factories import make_project

pytestmark = pytest.mark.django_db
OPS = Actor("staff", "1", "ops@example.com")


def test_a_project_has_its_name_its_origins_and_an_event() -> None:
    project = create_project(
        " Acme ", callback_origins=["https://ACME.example/", "http://localhost:3000"], actor=OPS
    )
    stored = Project.objects.get()
    assert (stored.pk, stored.name) == (project.pk, "Acme")
    assert stored.callback_origins == ["https://acme.example", "http://localhost:3000"]
    event = Event.objects.get()
    assert (event.type, event.subject_id, event.actor_name) == (
        "project.created",
        project.pk,
        "ops@example.com",
    )


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "Acme\u200b\u202e"])
def test_a_name_that_would_not_show_as_it_reads_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create_project(name, actor=OPS)
    assert refusal.value.errors[0].field == "name"
    assert not Project.objects.exists()


def test_a_key_has_all_scopes_but_those_that_let_secrets_out() -> None:
    new = create_api_key(make_project(), name="server", actor=OPS)
    assert new.text.startswith("flw_live_")
    assert is_well_formed(new.text)
    assert tuple(new.key.scopes) == DEFAULT_SCOPES
    assert not [scope for scope in new.key.scopes if scope.startswith("credentials:")]
    answer = Client(headers={"x-api-key": new.text}).get("/api/v1/users/profile")
    assert answer.json()["data"]["keyName"] == "server"


def test_a_test_projects_key_says_so() -> None:
    assert create_api_key(make_project(is_test=True), actor=OPS).text.startswith("flw_test_")


def test_the_keys_text_is_nowhere_but_in_the_answer() -> None:
    new = create_api_key(make_project(), actor=OPS)
    stored = json.dumps(
        [list(ApiKey.objects.values_list("prefix", "key_hash", "name")), *Event.objects.values("data")]
    )
    assert new.text not in stored
    assert new.text not in repr(new)
    assert new.text[20:] not in stored


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"scopes": ["accounts:all"]}, "scopes"),
        ({"name": "x" * 101}, "name"),
        ({"expires_in_days": 0}, "expiresInDays"),
        ({"expires_in_days": 10**9}, "expiresInDays"),
    ],
)
def test_a_key_that_cannot_be_is_refused_by_its_field(wishes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create_api_key(make_project(), actor=OPS, **wishes)
    assert refusal.value.errors[0].field == field
    assert not ApiKey.objects.exists()


def test_a_key_runs_out_after_its_days() -> None:
    new = create_api_key(make_project(), expires_in_days=30, actor=OPS)
    assert new.key.expires_at is not None
    assert timedelta(days=29) < new.key.expires_at - timezone.now() <= timedelta(days=30)


def test_a_revoked_key_opens_nothing_and_is_revoked_once() -> None:
    new = create_api_key(make_project(), actor=OPS)
    assert revoke_api_key(new.key, OPS, "leaked") is True
    assert revoke_api_key(new.key, OPS) is False
    assert Client(headers={"x-api-key": new.text}).get("/api/v1/users/profile").status_code == 401
    event = Event.objects.get(type="api_key.revoked")
    assert event.reason == "leaked"

"""An auth config's id before it is made."""

from __future__ import annotations

import pytest

from authconfigs.actions.create_auth_config import create_auth_config
from authconfigs.actions.reserve_id import redirect_uri_of, reserve_id, reserved_id
from authconfigs.models import AuthConfig
from flowra.errors import Conflict, InvalidInput
from flowra.events.record import Actor
from flowra.models import Event
from tests.factories import make_auth_config, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SOMEBODY = Actor("staff", "1", "dev@example.com")


def test_the_redirect_uri_is_known_before_and_is_the_one_that_is_made() -> None:
    project = make_project()
    id = reserved_id(reserve_id(project, "openai"), project, "openai")
    made = create_auth_config(project, toolkit_slug="openai", actor=SOMEBODY, reserved_id=id)
    assert (made.pk, made.redirect_uri) == (id, redirect_uri_of(id))


def test_each_reservation_is_another_id() -> None:
    project = make_project()
    assert len({reserved_id(reserve_id(project, "slack"), project, "slack") for _ in range(20)}) == 20


def test_an_id_is_used_once_and_nothing_of_the_second_is_kept() -> None:
    project = make_project()
    id = reserved_id(reserve_id(project, "openai"), project, "openai")
    create_auth_config(project, toolkit_slug="openai", actor=SOMEBODY, reserved_id=id)
    with pytest.raises(Conflict) as refused:
        create_auth_config(
            project, toolkit_slug="openai", actor=SOMEBODY, reserved_id=id, display_name="Second"
        )
    assert refused.value.problem_code == "id_taken"
    assert AuthConfig.objects.get().display_name == "" and Event.objects.count() == 1


def test_an_id_is_for_one_project_and_one_toolkit() -> None:
    project, other = make_project(), make_project("Other")
    token = reserve_id(project, "slack")
    for wrong in ((other, "slack"), (project, "github")):
        with pytest.raises(InvalidInput):
            reserved_id(token, *wrong)
    with pytest.raises(InvalidInput):
        reserved_id(make_auth_config(project).pk, project, "github")

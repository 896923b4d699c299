"""Several change a project's tools at the same moment: nothing is lost, nothing is done twice."""

from __future__ import annotations

from functools import partial

import pytest

from authconfigs.actions.create_tool import create_tool
from authconfigs.actions.update_tool import delete_tool, set_tool_active, update_tool
from authconfigs.models import ProjectTool
from flowra.errors import FlowraError
from flowra.events.record import SYSTEM
from flowra.models import Event
from tests.accounts.at_once import at_once, refusals
from tests.authconfigs.own_tool import own_tool
from tests.factories import make_project

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_a_slug_is_given_once() -> None:
    project = make_project()
    results = at_once(*(partial(create_tool, project, own_tool(), actor=SYSTEM) for _ in range(4)))
    assert refusals(results) == ["slug_taken"] * 3
    assert Event.objects.filter(type="tool.created").count() == 1


def test_of_two_changes_that_read_the_same_one_is_told_to_read_again() -> None:
    own = create_tool(make_project(), own_tool(), actor=SYSTEM)
    seen = [ProjectTool.objects.select_related("project").get() for _ in range(4)]
    results = at_once(
        *(
            partial(update_tool, each, {"name": f"Name {number}"}, actor=SYSTEM)
            for number, each in enumerate(seen)
        )
    )
    assert refusals(results) == ["conflict"] * 3
    [kept] = [each for each in results if not isinstance(each, FlowraError)]
    own.refresh_from_db()
    assert own.name == own.definition["name"] == kept.name
    assert Event.objects.filter(type="tool.updated").count() == 1


def test_the_switch_and_the_trail_agree() -> None:
    own = create_tool(make_project(), own_tool(), actor=SYSTEM)
    at_once(
        *(lambda: set_tool_active(ProjectTool.objects.get(pk=own.pk), None, actor=SYSTEM) for _ in range(5))
    )
    turns = Event.objects.filter(type="tool.updated").count()
    assert turns >= 1
    own.refresh_from_db()
    assert own.is_active == (turns % 2 == 0)


def test_it_is_deleted_once() -> None:
    own = create_tool(make_project(), own_tool(), actor=SYSTEM)
    seen = [ProjectTool.objects.get(pk=own.pk) for _ in range(4)]
    results = at_once(*(partial(delete_tool, each, actor=SYSTEM) for each in seen))
    assert refusals(results) == ["tool_not_found"] * 3
    assert Event.objects.filter(type="tool.deleted").count() == 1

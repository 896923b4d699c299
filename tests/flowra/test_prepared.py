"""Statements that are compiled once say what the ORM would have said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from flowra import prepared
from flowra.events.names import EventType
from flowra.events.record import SYSTEM, record
from flowra.models import ApiKey, Event, Project
from tests.factories import make_key, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LONG_AGO = datetime(2020, 2, 29, 23, 59, 59, 1, tzinfo=UTC)


def named(values: prepared.Values) -> QuerySet[Project]:
    """Projects of any of those names."""
    return Project.objects.filter(name__in=values["names"]).order_by("name")


def test_the_same_shape_serves_other_values() -> None:
    for name in ("a", "b", "c"):
        make_project(name)
    for names in (["a", "b"], ["c", "b"], ["b"], ["%s", "'"], ["x" * 5000]):
        found = prepared.rows("names", lambda values: named(values).values_list("name"), {"names": names})
        assert [name for (name,) in found] == [name for name in "abc" if name in names]
        assert prepared.count("names", named, {"names": names}) == len(found)


def test_it_is_compiled_once_for_a_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def build(values: prepared.Values) -> QuerySet[Project]:
        made.append(values)
        return named(values)

    for names in (["a"], ["b"], ["a", "b"], ["c", "d"]):
        prepared.objects("once", build, {"names": names})
    assert len(made) == 2


def test_times_are_compared_as_times() -> None:
    key, _ = make_key(expires_at=LONG_AGO)
    for moment, found in ((LONG_AGO, 1), (LONG_AGO + timedelta(microseconds=1), 0), (LONG_AGO, 1)):
        assert (
            prepared.count(
                "times",
                lambda values: ApiKey.objects.filter(pk=values["id"], expires_at__gte=values["at"]),
                {"id": key.pk, "at": moment},
            )
            == found
        )


def test_objects_are_those_that_the_orm_makes() -> None:
    key, _ = make_key(expires_at=LONG_AGO, revoked_at=None)
    found = prepared.first(
        "object",
        lambda values: ApiKey.objects.select_related("project").filter(pk=values["id"]),
        {"id": key.pk},
    )
    wanted = ApiKey.objects.select_related("project").get(pk=key.pk)
    assert found is not None
    with CaptureQueriesContext(connection) as queries:
        for field in ApiKey._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(wanted, field.attname)
        for field in Project._meta.concrete_fields:
            theirs, ours = getattr(wanted.project, field.attname), getattr(found.project, field.attname)
            assert ours == theirs
    assert len(queries) == 0
    assert not found._state.adding


def test_a_kept_statement_holds_nothing_of_its_first_call() -> None:
    secret, other = "first-callers-secret", "second-callers"
    prepared.rows("held", lambda values: named(values).values_list("name"), {"names": [secret, other]})
    assert secret not in repr(prepared._kept)


def test_an_inserted_object_is_as_if_it_were_saved() -> None:
    project = make_project()
    event = record(
        EventType.PROJECT_UPDATED,
        project_id=project.pk,
        subject=("project", project.pk),
        actor=SYSTEM,
        reason="it's 100 % so",
        data={"a": [1, None, "é"]},
    )
    stored = Event.objects.get(pk=event.pk)
    for field in Event._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(event, field.attname)
    event.reason = "changed"
    with pytest.raises(Exception, match="not changed|append|Events"):
        event.save()

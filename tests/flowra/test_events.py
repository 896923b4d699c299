"""The trail is only ever added to."""

from __future__ import annotations

import pytest
from django.db import transaction

from flowra.events.names import EventType
from flowra.events.record import SYSTEM, Actor, record
from flowra.models import Event
from flowra.models.event import AppendOnly
from flowra.redaction import MASK
from tests.factories import make_project


def told(**more: object) -> Event:
    project = make_project()
    return record(
        EventType.PROJECT_CREATED,
        project_id=project.pk,
        subject=("project", project.pk),
        actor=Actor("staff", "7", "support@example.com"),
        **more,  # type: ignore[arg-type]
    )


def test_an_event_says_who_did_what_to_what_and_why(db: None) -> None:
    event = Event.objects.get(pk=told(reason="asked by mail").pk)
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("staff", "7", "support@example.com")
    assert (event.type, event.subject_kind, event.reason) == ("project.created", "project", "asked by mail")
    assert event.subject_id.startswith("pr_")


def test_an_event_is_neither_changed_nor_deleted(db: None) -> None:
    event = told()
    event.reason = "rewritten"
    for deed in (
        event.save,
        event.delete,
        lambda: Event.objects.update(reason="rewritten"),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.filter(pk=event.pk).update(reason="rewritten"),
    ):
        with pytest.raises(AppendOnly):
            deed()
    assert Event.objects.get(pk=event.pk).reason == ""


def test_secrets_in_an_events_data_are_masked(db: None) -> None:
    event = told(data={"access_token": "xoxb-1", "note": "sent Bearer abcdefghijkl", "name": "Acme"})
    assert Event.objects.get(pk=event.pk).data == {
        "access_token": MASK,
        "note": f"sent {MASK}",
        "name": "Acme",
    }


def test_an_event_is_gone_with_the_deed_that_failed(db: None) -> None:
    with pytest.raises(RuntimeError):
        with transaction.atomic():
            record(EventType.PROJECT_CREATED, project_id=None, subject=("project", "pr_x"), actor=SYSTEM)
            raise RuntimeError("the deed failed")
    assert not Event.objects.filter(subject_id="pr_x").exists()


def test_events_sort_by_time_even_by_their_ids(db: None) -> None:
    ids = [told().pk for _ in range(3)]
    assert all(id.startswith("ev_") for id in ids)
    assert list(Event.objects.order_by("at", "id").values_list("pk", flat=True))[0] == ids[0]

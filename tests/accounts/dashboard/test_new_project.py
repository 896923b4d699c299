"""A superuser makes a project in the dashboard, and owns it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from flowra.events.names import EventType
from flowra.models import Event, Membership, Project, Role
from tests.staff import make_operator, signed_in, text_of


def test_a_superuser_makes_one_and_is_its_owner(db: None) -> None:
    operator = make_operator()
    browser = signed_in(operator)
    assert 'href="/dashboard/new"' in browser.get("/dashboard/").content.decode()
    made = browser.post("/dashboard/new", {"name": " Acme ", "is_test": "on"})
    project = Project.objects.get()
    assert (project.name, project.is_test) == ("Acme", True)
    assert made["Location"] == f"/dashboard/{project.pk}/"
    assert Membership.objects.get().role == Role.OWNER and Membership.objects.get().user == operator
    said = text_of(browser.get(made["Location"]))
    assert "Acme is there, and you own it." in said and "Three steps to the first connection." in said
    types = set(Event.objects.filter(project=project).values_list("type", flat=True))
    assert types == {EventType.PROJECT_CREATED, EventType.MEMBER_JOINED}


def test_a_name_that_does_not_go_is_told_beside_its_field(db: None) -> None:
    browser = signed_in(make_operator())
    for name in ("", "x" * 101, "Ac\u202eme"):
        answer = browser.post("/dashboard/new", {"name": name})
        assert answer.status_code == 400 and "Name:" in text_of(answer)
    assert not Project.objects.exists()


def test_others_are_told_whom_to_ask(db: None) -> None:
    browser = signed_in(User.objects.create_user("new@example.com", is_staff=True))
    for answer in (browser.get("/dashboard/new"), browser.post("/dashboard/new", {"name": "Acme"})):
        assert answer.status_code == 403 and "Only a superuser" in text_of(answer)
    assert not Project.objects.exists()
    assert "/dashboard/new" not in browser.get("/dashboard/").content.decode()


def test_a_stranger_signs_in_first(db: None) -> None:
    assert Client().get("/dashboard/new")["Location"] == "/dashboard/sign-in?next=/dashboard/new"

"""Signing in and out, and whose project is whose."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from flowra.models import Membership, Project, Role
from tests.accounts.dashboard.conftest import PASSWORD, MakeMember
from tests.factories import make_project
from tests.staff import make_operator, signed_in, text_of


def test_a_stranger_is_asked_to_sign_in_and_then_goes_on(make_member: MakeMember) -> None:
    make_member()
    browser = Client()
    asked = browser.get("/dashboard/?all")
    assert asked.status_code == 302 and asked["Location"] == "/dashboard/sign-in?next=/dashboard/%3Fall"
    wrong = browser.post(asked["Location"], {"username": "viewer@example.com", "password": "no"})
    assert wrong.status_code == 200 and "Please look at this again" in text_of(wrong)
    right = browser.post(
        asked["Location"],
        {"username": "viewer@example.com", "password": PASSWORD, "next": "/dashboard/?all"},
    )
    assert right["Location"] == "/dashboard/?all"
    assert "Your role: Viewer" in text_of(browser.get("/dashboard/?all"))


def test_nobody_is_sent_to_another_site_after_signing_in(make_member: MakeMember) -> None:
    make_member()
    said = {"username": "viewer@example.com", "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/dashboard/sign-in", said)["Location"] == "/dashboard/"


def test_signing_out_takes_a_press(as_member: Callable[..., Client]) -> None:
    browser = as_member()
    assert browser.get("/dashboard/sign-out").status_code == 405
    assert browser.post("/dashboard/sign-out")["Location"] == "/dashboard/sign-in"
    assert browser.get("/dashboard/").status_code == 302


def test_members_see_their_projects_and_superusers_all(project: Project) -> None:
    other = make_project(name="Other")
    user = User.objects.create_user("two@example.com")
    for each in (project, other):
        Membership.objects.create(user=user, project=each, role=Role.SUPPORT)
    third = make_project(name="Third")
    seen = text_of(signed_in(user).get("/dashboard/"))
    assert project.name in seen and "Other" in seen and "Third" not in seen
    assert third.name in text_of(signed_in(make_operator()).get("/dashboard/"))


def test_whoever_is_on_no_team_is_told_whom_to_ask(db: None) -> None:
    said = text_of(signed_in(User.objects.create_user("new@example.com")).get("/dashboard/"))
    assert "Ask an owner of the project to invite you" in said


@pytest.mark.parametrize(
    ("held", "asked", "enough"),
    [
        (Role.OWNER, Role.VIEWER, True),
        (Role.SUPPORT, Role.SUPPORT, True),
        (Role.SUPPORT, Role.DEVELOPER, False),
        (Role.VIEWER, Role.SUPPORT, False),
    ],
)
def test_each_role_may_what_those_before_it_may(held: Role, asked: Role, enough: bool) -> None:
    assert held.includes(asked) is enough

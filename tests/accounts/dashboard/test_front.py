"""Signing in and out, and whose project is whose."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

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


def test_whoever_presses_after_the_session_has_ended_comes_back_to_the_page_they_pressed_on(
    client: Client, project: Project
) -> None:
    page = f"/dashboard/{project.pk}/webhooks/we_1"
    for referer, expected in (
        (f"http://testserver{page}?a=b", f"{page}?a=b"),
        ("https://evil.example/dashboard/", "/dashboard/"),
        ("", "/dashboard/"),
    ):
        answer = client.post(f"{page}/switch", {"to": "off"}, headers={"Referer": referer})
        assert answer.status_code == 302
        assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [expected]
    assert parse_qs(urlsplit(client.get(page)["Location"]).query)["next"] == [page]


def test_a_piece_of_an_open_page_does_not_become_the_sign_in_page(client: Client, project: Project) -> None:
    page = f"/dashboard/{project.pk}/auth-configs/ac_1"
    asked = {"HX-Request": "true", "Referer": f"http://testserver{page}"}
    for answer in (client.post(f"{page}/test", headers=asked), client.get(f"{page}/test", headers=asked)):
        assert answer.status_code == 200 and not answer.content
        assert answer["HX-Redirect"] == f"/dashboard/sign-in?next={page}"

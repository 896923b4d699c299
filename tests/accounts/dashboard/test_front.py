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


def test_projects_of_one_name_are_told_apart_by_when_they_were_made(project: Project) -> None:
    made = make_project(name=project.name)
    Project.objects.filter(pk=made.pk).update(created_at="2025-03-04T05:06:07Z")
    seen = text_of(signed_in(make_operator()).get("/dashboard/"))
    assert seen.count(project.name) == 2
    assert "Made 4 March 2025" in seen and "Made just now" in seen


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


@pytest.mark.parametrize("door", ["sign-in", "sign-in?next=/dashboard/", "sign-out"])
def test_signing_in_never_leads_back_to_the_door_itself(make_member: MakeMember, door: str) -> None:
    make_member()
    said = {"username": "viewer@example.com", "password": PASSWORD, "next": f"/dashboard/{door}"}
    browser = Client()
    for _ in ("signing in", "being signed in already"):
        assert browser.post("/dashboard/sign-in", said)["Location"] == "/dashboard/"
    assert browser.get("/dashboard/sign-in", {"next": said["next"]})["Location"] == "/dashboard/"


def test_a_wrong_password_and_one_who_may_no_longer_sign_in_are_told_the_same(
    make_member: MakeMember,
) -> None:
    gone = make_member()
    gone.is_active = False
    gone.save()
    told = set()
    for name, password in (
        ("viewer@example.com", PASSWORD),
        ("viewer@example.com", "no"),
        ("nobody", PASSWORD),
    ):
        answer = Client().post("/dashboard/sign-in", {"username": name, "password": password})
        assert "do not go together" in text_of(answer) and "Whoever runs this Flowra" in text_of(answer)
        told.add(text_of(answer))
    assert len(told) == 1


def test_the_server_s_own_address_leads_to_the_dashboard(db: None) -> None:
    browser = Client()
    assert browser.get("/")["Location"] == "/dashboard/"
    assert browser.post("/").status_code == 405


def test_a_press_after_the_session_ended_is_not_done_and_leads_back_to_its_page(
    make_member: MakeMember, project: Project
) -> None:
    """Signing in used to lead to the button's own address, which has no page."""
    make_member()
    page = f"/dashboard/{project.pk}/accounts?statuses=ACTIVE"
    browser = Client()
    pressed = browser.post(
        f"/dashboard/{project.pk}/accounts/views",
        {"name": "x", "query": "statuses=ACTIVE"},
        headers={"referer": f"http://testserver{page}"},
    )
    assert pressed["Location"].startswith("/dashboard/sign-in?next=")
    asked = browser.get(pressed["Location"])
    assert "You were signed out meanwhile, so nothing was done." in text_of(asked)
    said = {"username": "viewer@example.com", "password": PASSWORD, "next": asked.context["next"]}
    assert browser.post("/dashboard/sign-in", said)["Location"] == page


@pytest.mark.parametrize(
    "told", ["", "https://evil.example/dashboard/", "http://testserver/admin/", "http://["]
)
def test_a_press_from_nowhere_leads_to_the_first_page(project: Project, told: str) -> None:
    headers = {"referer": told} if told else {}
    pressed = Client().post(f"/dashboard/{project.pk}/accounts/views", headers=headers)
    assert pressed["Location"] == "/dashboard/sign-in?next=/dashboard/"


def test_an_open_page_whose_session_ended_is_loaded_anew(project: Project) -> None:
    """A sign-in page must not be put into the middle of the page that asked for a piece."""
    for piece in ("health/figures", "events/newer"):
        answer = Client().get(f"/dashboard/{project.pk}/{piece}", headers={"hx-request": "true"})
        assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


def test_an_open_page_of_a_team_that_one_was_taken_off_is_loaded_anew(
    as_member: Callable[..., Client], project: Project
) -> None:
    browser = as_member()
    Membership.objects.all().delete()
    answer = browser.get(f"/dashboard/{project.pk}/health/figures", headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


@pytest.mark.parametrize("address", ["accounts/views", "accounts/ca_x/check", "team/1"])
def test_a_button_s_address_that_is_opened_says_so(
    as_member: Callable[..., Client], project: Project, address: str
) -> None:
    answer = as_member().get(f"/dashboard/{project.pk}/{address}")
    assert answer.status_code == 405 and "POST" in answer["Allow"]
    assert "This address is a button's." in text_of(answer)
    assert 'href="/dashboard/"' in answer.content.decode()


def test_an_address_that_is_none_leads_on(as_member: Callable[..., Client], project: Project) -> None:
    browser = as_member()
    bare = browser.get(f"/dashboard/{project.pk}/nowhere/at/all")
    assert bare.status_code == 404 and 'href="/dashboard/">Go to the dashboard' in bare.content.decode()
    gone = browser.get(f"/dashboard/{project.pk}/accounts/ca_x")
    assert gone.status_code == 404
    assert "Go to Accounts" in text_of(gone) and "without filters" not in text_of(gone)
    outside = Client().get("/nowhere").content.decode()
    assert "Go to the dashboard" not in outside


def test_a_wrong_filter_is_told_once_and_the_page_without_it_is_offered(
    as_member: Callable[..., Client], project: Project
) -> None:
    said = text_of(as_member().get(f"/dashboard/{project.pk}/people?active=maybe"))
    assert said.count("must be yes or no") == 1
    assert "The same page without filters" in said
    lost = text_of(as_member(Role.SUPPORT).get(f"/dashboard/{project.pk}/people?cursor=x"))
    assert "Begin again at the first page." in lost and "nextCursor" not in lost

"""The team: invited by a link that is good once, with roles that owners give, and never without an owner."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from flowra.actions.change_role import change_role
from flowra.actions.remove_member import remove_member
from flowra.errors import FlowraError
from flowra.events.record import Actor
from flowra.models import Event, Invitation, Membership, Notice, Project, Role
from flowra.notices.send_notice import send_notice
from tests.accounts.at_once import at_once, refusals
from tests.accounts.dashboard.conftest import MakeMember
from tests.staff import signed_in, text_of

STAFF = Actor("staff", "1", "somebody")
PASSWORD = "a password that nobody guesses 9"


def invite(owner: Client, project: Project, email: str = "new@example.com", role: str = "support") -> str:
    """The link's path."""
    answer = owner.post(f"/dashboard/{project.pk}/team/invite", {"email": email, "role": role})
    assert answer.status_code == 200, text_of(answer)
    found = re.search(r"/dashboard/join/[\w-]+", answer.content.decode())
    assert found is not None
    return found.group()


def test_a_new_person_joins_by_the_link_with_a_password_of_their_own(
    project: Project, as_member: Callable[..., Client]
) -> None:
    link = invite(as_member(Role.OWNER), project)
    browser = Client()
    seen = text_of(browser.get(link))
    assert "owner@example.com invites new@example.com" in seen and "Support" in seen
    assert not User.objects.filter(username="new@example.com").exists(), "looking changes nothing"
    joined = browser.post(link, {"password": PASSWORD, "again": PASSWORD}, follow=True)
    assert f"You are on the team of {project.name}" in text_of(joined)
    assert Membership.objects.get(user__username="new@example.com").role == Role.SUPPORT
    event = Event.objects.get(type="member.joined")
    assert event.project_id == project.pk and event.data["invitedBy"] == "owner@example.com"


def test_a_link_is_good_once(project: Project, as_member: Callable[..., Client]) -> None:
    link = invite(as_member(Role.OWNER), project)
    Client().post(link, {"password": PASSWORD, "again": PASSWORD})
    again = Client().get(link)
    assert again.status_code == 410 and "taken up or withdrawn" in text_of(again)


def test_a_link_is_for_the_one_who_was_invited(project: Project, as_member: Callable[..., Client]) -> None:
    link = invite(as_member(Role.OWNER), project)
    other = signed_in(User.objects.create_user("other@example.com"))
    refused = other.post(link)
    assert refused.status_code == 403 and "is for new@example.com" in text_of(refused)
    assert not Membership.objects.filter(user__username="other@example.com").exists()


def test_whoever_has_an_account_signs_in_with_it(project: Project, as_member: Callable[..., Client]) -> None:
    user = User.objects.create_user("new@example.com", password="old")
    link = invite(as_member(Role.OWNER), project)
    refused = Client().post(link, {"password": PASSWORD, "again": PASSWORD})
    assert "sign in" in text_of(refused).lower()
    user.refresh_from_db()
    assert user.check_password("old"), "an invitation is no way to set somebody's password"
    assert signed_in(user).post(link).status_code == 302
    assert Membership.objects.get(user=user).role == Role.SUPPORT


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": PASSWORD, "again": PASSWORD + "x"}, "not the same"),
        ({"password": "", "again": ""}, "required"),
    ],
)
def test_a_password_that_will_not_do_is_asked_for_again(
    project: Project, as_member: Callable[..., Client], typed: dict[str, str], words: str
) -> None:
    link = invite(as_member(Role.OWNER), project)
    answer = Client().post(link, typed)
    assert answer.status_code == 400 and words in text_of(answer)
    assert Invitation.objects.get().ended_at is None


def test_an_invitation_ends_when_withdrawn_or_when_a_newer_one_is_made(
    project: Project, as_member: Callable[..., Client]
) -> None:
    owner = as_member(Role.OWNER)
    first = invite(owner, project)
    second = invite(owner, project)
    assert Client().get(first).status_code == 410
    invitation = Invitation.objects.get(ended_at=None)
    owner.post(f"/dashboard/{project.pk}/team/invitations/{invitation.pk}/withdraw")
    assert Client().get(second).status_code == 410


def test_an_invitation_runs_out(project: Project, as_member: Callable[..., Client]) -> None:
    link = invite(as_member(Role.OWNER), project)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 410
    assert not User.objects.filter(username="new@example.com").exists()


def test_the_mail_has_the_link_and_the_database_has_not(
    project: Project, as_member: Callable[..., Client]
) -> None:
    link = invite(as_member(Role.OWNER), project)
    token = link.rsplit("/", 1)[-1]
    notice = Notice.objects.get()
    stored = [*Invitation.objects.values(), *Notice.objects.values(), *Event.objects.values()]
    assert token not in str(stored)
    send_notice(notice)
    assert link in mail.outbox[0].body and mail.outbox[0].to == ["new@example.com"]


@pytest.mark.parametrize("token", ["x", "x" * 500, "%00", "é" * 40, "a/b"])
def test_a_made_up_link_opens_nothing(db: None, token: str) -> None:
    assert Client().get(f"/dashboard/join/{token}").status_code in (400, 404)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "x" * 200 + "@example.com", "two@example.com\nBcc: x@y.example"]
)
def test_an_address_that_is_none_is_told(
    project: Project, as_member: Callable[..., Client], email: str
) -> None:
    answer = as_member(Role.OWNER).post(
        f"/dashboard/{project.pk}/team/invite", {"email": email, "role": "viewer"}
    )
    assert answer.status_code == 400 and not Invitation.objects.exists()


def test_owners_give_roles_and_take_members_off(
    project: Project, make_member: MakeMember, as_member: Callable[..., Client]
) -> None:
    viewer = make_member(Role.VIEWER)
    owner = as_member(Role.OWNER)
    path = f"/dashboard/{project.pk}/team/{viewer.pk}"
    owner.post(path, {"role": "developer"})
    assert Membership.objects.get(user=viewer).role == Role.DEVELOPER
    theirs = signed_in(viewer)
    assert theirs.get(f"/dashboard/{project.pk}/keys").status_code == 200
    assert owner.post(path, {"role": "king"}).status_code == 400
    assert "Remove viewer@example.com?" in text_of(owner.get(f"{path}/remove"))
    owner.post(f"{path}/remove")
    assert theirs.get(f"/dashboard/{project.pk}/keys").status_code == 404
    told = list(
        Event.objects.filter(subject_kind="member").order_by("at", "id").values_list("type", flat=True)
    )
    assert told == ["member.role_changed", "member.removed"]


def test_the_last_owner_stays(project: Project, make_member: MakeMember) -> None:
    owner = make_member(Role.OWNER)
    browser = signed_in(owner)
    path = f"/dashboard/{project.pk}/team/{owner.pk}"
    for answer in (browser.post(path, {"role": "viewer"}), browser.post(f"{path}/remove")):
        assert answer.status_code == 409 and "needs an owner" in text_of(answer)
    assert Membership.objects.get(user=owner).role == Role.OWNER


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPPORT, Role.DEVELOPER])
def test_everybody_can_leave_and_none_but_owners_take_others_off(
    project: Project, make_member: MakeMember, role: Role
) -> None:
    owner, member = make_member(Role.OWNER), make_member(role)
    browser, team = signed_in(member), f"/dashboard/{project.pk}/team"
    page = browser.get(team).content.decode()
    assert f"{team}/{member.pk}/remove" in page and f"{team}/{owner.pk}/remove" not in page
    assert browser.post(f"{team}/{owner.pk}/remove").status_code == 403
    assert "You will no longer see" in text_of(browser.get(f"{team}/{member.pk}/remove"))
    left = browser.post(f"{team}/{member.pk}/remove", follow=True)
    assert f"You have left the team of {project.name}" in text_of(left)
    assert browser.get(team).status_code == 404
    assert Membership.objects.get(project=project).user == owner


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_owners_who_take_each_other_off_at_once_leave_one() -> None:
    from tests.factories import make_project

    project = make_project()
    ada, bo = (
        Membership.objects.create(user=User.objects.create_user(name), project=project, role=Role.OWNER)
        for name in ("ada@example.com", "bo@example.com")
    )
    results: list[Any | FlowraError] = at_once(
        lambda: remove_member(ada, STAFF), lambda: change_role(bo, Role.VIEWER, STAFF)
    )
    assert refusals(results) == ["last_owner"]
    assert Membership.objects.filter(project=project, role=Role.OWNER).count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_browsers_with_one_invitation_make_one_member(client: Client) -> None:
    from flowra.actions.accept_invitation import find_open_invitation, join_with_password
    from flowra.actions.invite_member import invite_member
    from tests.factories import make_project

    made = invite_member(make_project(), actor=STAFF, email="new@example.com", role=Role.VIEWER)
    token = made.url.rsplit("/", 1)[-1]
    first, second = find_open_invitation(token), find_open_invitation(token)
    results = at_once(
        lambda: join_with_password(first, PASSWORD), lambda: join_with_password(second, PASSWORD)
    )
    assert len(refusals(results)) == 1
    assert Membership.objects.count() == 1 and User.objects.count() == 1

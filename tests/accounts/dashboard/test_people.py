"""The app's users in the dashboard: found, looked at, made inactive, and all that they connected revoked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.dashboard.connections import person_change
from accounts.dashboard.connections.how_many import how_many
from accounts.models import ConnectedAccount, ExternalUser, LinkSession, Status
from flowra.models import Event, Project, Role
from tests.factories import make_account, make_auth_config, make_external_user, make_project
from tests.staff import text_of

As = Callable[..., Client]


def url(project: Project, rest: str = "") -> str:
    return f"/dashboard/{project.pk}/people{rest}"


def of(person: ExternalUser, rest: str = "") -> str:
    return url(person.project, f"/{person.pk}{rest}")


def ids_on(answer: Any) -> list[str]:
    assert answer.status_code == 200, text_of(answer)
    found: list[str] = re.findall(r'whole-row" href="[^"]*/people/(eu_\w+)"', answer.content.decode())
    return found


@pytest.fixture
def ann(project: Project) -> ExternalUser:
    """A person with three accounts of their own, beside somebody else with one."""
    ann = make_external_user(project, "ann")
    for slug in ("slack", "github", "linear"):
        make_account(
            make_auth_config(project, slug),
            ann,
            secrets={"access_token": "at-s3cret"},
            identity_email=f"ann.{slug}@example.com",
        )
    make_account(make_auth_config(project), make_external_user(project, "bob"))
    return ann


@pytest.mark.both_databases
def test_they_are_found_by_name_and_id_and_by_whether_they_are_active(
    as_member: As, project: Project, ann: ExternalUser
) -> None:
    off = make_external_user(project, "ann.old", is_active=False)
    make_external_user(make_project("Other"), "ann")
    browser = as_member()
    assert set(ids_on(browser.get(url(project, "?q=ANN")))) == {ann.pk, off.pk}
    assert ids_on(browser.get(url(project, f"?q={ann.pk}"))) == [ann.pk]
    assert ids_on(browser.get(url(project, "?q=ann&active=no"))) == [off.pk]
    told = text_of(browser.get(url(project, "?q=ann&active=yes")))
    assert "ann 3 ● Active" in told
    empty = text_of(browser.get(url(project, "?q=nobody&active=no")))
    assert "Nobody fits all of that Look without “nobody” or inactive" in empty


def test_a_project_without_anybody_says_what_comes_first(as_member: As, project: Project) -> None:
    assert "Nobody is here yet" in text_of(as_member().get(url(project)))


@pytest.mark.parametrize(
    "query", ["active=maybe", "actve=no", "cursor=unknown", "q=%00", f"q={'x' * 201}", f"cursor={'A' * 400}"]
)
def test_what_cannot_be_looked_for_is_refused(as_member: As, project: Project, query: str) -> None:
    assert as_member().get(url(project, f"?{query}")).status_code == 400


@pytest.mark.both_databases
def test_paging_loses_and_repeats_nobody(as_member: As, project: Project) -> None:
    for number in range(120):
        make_external_user(project, f"p{number}")
    ExternalUser.objects.update(created_at=timezone.now())
    browser, seen, address = as_member(), [], url(project, "?active=yes")
    for _ in range(3):
        page = browser.get(address)
        seen += ids_on(page)
        more = re.search(r'href="(\?[^"]*cursor=[^"]*)"[^>]*>More people', page.content.decode())
        address = url(project, more[1].replace("&amp;", "&")) if more else ""
    assert address == ""
    assert len(seen) == 120 and len(set(seen)) == 120
    assert "120 people, the newest first" in text_of(browser.get(url(project, "?active=yes")))
    assert "1 person," in text_of(browser.get(url(project, "?q=p119")))


def test_a_count_stops_where_it_helps_no_more(project: Project) -> None:
    people = [ExternalUser(project=project, name=f"p{number}") for number in range(1_001)]
    ExternalUser.objects.bulk_create(people)
    everybody = ExternalUser.objects.filter(project=project)
    assert how_many(everybody, "person", "people") == "More than 1,000 people"
    assert how_many(everybody.exclude(name="p0"), "person", "people") == "1,000 people"


def test_as_many_queries_for_twenty_as_for_one(as_member: As, project: Project) -> None:
    browser = as_member()

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    config, ann = make_auth_config(project), make_external_user(project, "ann")
    make_account(config, ann)
    before = count(url(project)), count(of(ann))
    for number in range(20):
        make_account(config, ann)
        make_account(config, make_external_user(project, f"p{number}"))
    assert (count(url(project)), count(of(ann))) == before


def test_a_person_s_page_tells_what_is_theirs(as_member: As, ann: ExternalUser) -> None:
    first = ann.connected_accounts.order_by("created_at")[0]
    LinkSession.objects.create(
        project=ann.project,
        account=first,
        token_hash="h",
        created_at=timezone.now(),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    page = as_member().get(of(ann))
    told = text_of(page)
    for words in ("ann.slack@example.com", "ann.linear@example.com", "1 that they can still finish", ann.pk):
        assert words in told, words
    assert "bob" not in told and "Revoke all" not in told
    assert "s3cret" not in page.content.decode()


def test_another_project_s_person_is_none(as_member: As, project: Project) -> None:
    other = make_external_user(make_project("Other"), "ann")
    browser = as_member(Role.OWNER)
    for id in (other.pk, "eu_none", "x" * 500):
        assert browser.get(url(project, f"/{id}")).status_code == 404
        assert browser.get(url(project, f"/{id}/revoke")).status_code == 404
        for rest in ("/switch", "/revoke"):
            assert browser.post(url(project, f"/{id}{rest}"), {"to": "inactive"}).status_code == 404
    other.refresh_from_db()
    assert other.is_active


def test_support_makes_them_inactive_and_active_once_each(as_member: As, ann: ExternalUser) -> None:
    browser = as_member(Role.SUPPORT)
    for to, words in (("inactive", "▬ Inactive"), ("inactive", "▬ Inactive"), ("active", "● Active")):
        answer = browser.post(of(ann, "/switch"), {"to": to}, follow=True)
        assert words in text_of(answer)
    events = Event.objects.filter(subject_id=ann.pk).order_by("at", "id")
    assert [(each.type, each.actor_name) for each in events] == [
        ("user.deactivated", "support@example.com"),
        ("user.activated", "support@example.com"),
    ]


def test_the_default_user_stays_active(as_member: As, project: Project) -> None:
    itself = make_external_user(project, "project_default_user")
    browser = as_member(Role.SUPPORT)
    assert "Make inactive" not in text_of(browser.get(of(itself)))
    assert "cannot be made inactive" in text_of(
        browser.post(of(itself, "/switch"), {"to": "inactive"}, follow=True)
    )


def test_all_of_a_person_is_shown_before_it_is_revoked_and_told_after(
    as_member: As, ann: ExternalUser
) -> None:
    browser = as_member(Role.SUPPORT)
    page = browser.get(of(ann, "/revoke"))
    told = text_of(page)
    assert "3 accounts" in told and "ann.github@example.com" in told and "bob" not in told
    ids = re.findall(r'name="account" value="(ca_\w+)"', page.content.decode())
    assert len(ids) == 3
    assert browser.post(of(ann, "/revoke"), {"account": ids, "reason": ""}).status_code == 400
    bob = ConnectedAccount.objects.get(external_user__name="bob")
    after = browser.post(of(ann, "/revoke"), {"account": [*ids, bob.pk], "reason": "left the company"})
    assert "3 of 3 revoked" in text_of(after)
    assert list(ConnectedAccount.live.values_list("pk", flat=True)) == [bob.pk]
    events = Event.objects.filter(type="account.deleted")
    assert {(each.actor_name, each.reason) for each in events} == {
        ("support@example.com", "left the company")
    }
    assert events.count() == 3
    assert "Nothing is connected" in text_of(browser.get(of(ann, "/revoke")))


def test_what_was_connected_meanwhile_is_left_and_told(as_member: As, ann: ExternalUser) -> None:
    browser = as_member(Role.SUPPORT)
    ids = re.findall(r'name="account" value="(ca_\w+)"', browser.get(of(ann, "/revoke")).content.decode())
    new = make_account(make_auth_config(ann.project, "gmail"), ann)
    told = text_of(browser.post(of(ann, "/revoke"), {"account": ids, "reason": "x"}))
    assert "3 of 3 revoked" in told and "1 of theirs is still there" in told
    assert ConnectedAccount.live.filter(pk=new.pk).exists()


def test_of_too_many_it_says_where_they_are_revoked(
    as_member: As, ann: ExternalUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_change, "AT_MOST", 2)
    browser = as_member(Role.SUPPORT)
    assert "There are more than 2" in text_of(browser.get(of(ann, "/revoke")))
    ids = list(ann.connected_accounts.values_list("pk", flat=True))
    assert "There are more than 2" in text_of(
        browser.post(of(ann, "/revoke"), {"account": ids[:1], "reason": "x"})
    )
    assert ConnectedAccount.live.filter(external_user=ann).count() == 3


@pytest.mark.parametrize("pressed", [{}, {"to": ""}, {"to": "maybe"}])
def test_a_switch_pressed_to_neither_switches_nobody_and_nothing(
    as_member: As, project: Project, pressed: dict[str, str]
) -> None:
    account = make_account(make_auth_config(project, "slack"), secrets={"access_token": "at"})
    browser = as_member(Role.SUPPORT)
    home = f"/dashboard/{project.pk}"
    for switch in (f"accounts/{account.pk}/switch", f"people/{account.external_user_id}/switch"):
        assert browser.post(f"{home}/{switch}", pressed).status_code == 400
    account.refresh_from_db()
    assert account.status == Status.ACTIVE and account.external_user.is_active

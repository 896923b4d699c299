"""What each role is shown: whatever a page offers is let in, and what would be refused is not offered."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from flowra.actions.invite_member import invite_member
from flowra.events.record import Actor
from flowra.models import Membership, Project, Role, SavedView, WebhookDelivery
from tests.accounts.dashboard.test_roles import LEAST, member
from tests.factories import (
    make_account,
    make_auth_config,
    make_key,
    make_toolkit,
    make_webhook_endpoint,
)

MOST_PAGES = 300
MOST_ALIKE = 18


@pytest.fixture
def lived_in(project: Project) -> Project:
    """Something of each kind that pages offer deeds for."""
    Project.objects.filter(pk=project.pk).update(website="https://acme.example")
    auth_config = make_auth_config(project, "slack")
    make_account(auth_config, secrets={"access_token": "at", "refresh_token": "rt"})
    make_account(make_auth_config(project, "github"), status="EXPIRED")
    make_account(make_auth_config(project, "gmail", is_disabled=True), status="FAILED")
    make_toolkit(project)
    make_key(project)
    endpoint = make_webhook_endpoint(project, "https://acme.example/hook")
    invite_member(project, actor=Actor("staff", "1", "ada"), email="dan@acme.example", role=Role.VIEWER)
    ada = User.objects.create(username="ada@acme.example")
    Membership.objects.create(user=ada, project=project, role=Role.OWNER)
    WebhookDelivery.objects.create(
        endpoint=endpoint,
        project=project,
        event_type="account.expired",
        message_id="ev_1",
        subject_kind="account",
        subject_id="ca_1",
        payload="{}",
        waiting_since=timezone.now(),
        created_at=timezone.now(),
        due_at=None,
        response_status=500,
        tries=8,
    )
    SavedView.objects.create(project=project, user=ada, name="Ours", query="statuses=EXPIRED", is_shared=True)
    return project


def offered(page: str, at: str) -> tuple[set[str], set[str]]:
    """The addresses of the page's links and of its forms that are sent by POST, all of this dashboard."""
    links = {urljoin(at, each) for each in re.findall(r'<a\b[^>]*\bhref="([^"#]+)', page)}
    forms = {
        urljoin(at, (re.search(r'action="([^"]*)"', each) or [at, at])[1] or at)
        for each in re.findall(r"<form\b[^>]*>", page)
        if 'method="post"' in each
    }
    return links, forms


def walked(browser: Client, project: Project) -> tuple[set[str], set[str], dict[str, int]]:
    """The routes that were opened by links, those that forms go to, and the addresses that did not let one in."""
    home = f"/dashboard/{project.pk}/"
    left, seen, per_route = [home], {home}, dict[str, int]()
    opened, pressed, refused = set(), set(), {}
    while left and len(seen) < MOST_PAGES:
        at = left.pop(0)
        answer = browser.get(at.replace("&amp;", "&"), follow=True)
        if answer.status_code != 200:
            refused[at] = answer.status_code
        if answer.streaming or answer.status_code != 200:
            continue
        opened.add(str(resolve(urlsplit(at).path).url_name))
        links, forms = offered(answer.content.decode(), at)
        pressed |= {str(resolve(urlsplit(each).path).url_name) for each in forms}
        for each in sorted(links - seen):
            path = urlsplit(each).path
            if urlsplit(each).netloc or not path.startswith(home):
                continue
            # Narrowed lists are all alike, and there are many.
            name = str(resolve(path).url_name)
            per_route[name] = per_route.get(name, 0) + 1
            if per_route[name] <= MOST_ALIKE:
                seen.add(each)
                left.append(each)
    return opened, pressed, refused


@pytest.mark.parametrize("role", Role)
def test_nothing_is_offered_that_is_refused(lived_in: Project, role: Role) -> None:
    browser = member(lived_in, role)
    opened, pressed, refused = walked(browser, lived_in)
    assert refused == {}
    # On the team's page everybody is offered to leave it, by the address that takes others off.
    themselves = f"/dashboard/{lived_in.pk}/team/{browser.session['_auth_user_id']}/remove"
    team = browser.get(f"/dashboard/{lived_in.pk}/team").content.decode()
    assert role == Role.OWNER or set(re.findall(r'href="([^"]*/remove)"', team)) == {themselves}
    too_much = {
        name
        for name in pressed - {"sign_out", "member_remove"}
        if (least := LEAST[name][1]) is None or not role.includes(least)
    }
    assert too_much == set()
    assert opened >= {"health", "accounts", "account", "people", "person", "events"}


def test_an_owner_is_offered_every_page_there_is(lived_in: Project) -> None:
    opened, pressed, _ = walked(member(lived_in, Role.OWNER), lived_in)
    # Pieces of other pages, and what only one kind of thing has.
    inside = {"health_figures", "events_newer", "events_download", "look_preview", "look_sheet"}
    missing = {name for name in LEAST if name not in opened | pressed | inside}
    assert missing == set()

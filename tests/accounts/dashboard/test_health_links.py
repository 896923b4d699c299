"""The connect page as a funnel, walked by real people at the practice provider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.count_links import count_links
from accounts.actions.expire_link import expire_link
from accounts.actions.find_link import find_link
from accounts.actions.refuse_link import refuse_link
from accounts.actions.start_link import StartedLink
from accounts.models import LinkSession
from flowra.due.heartbeat import beat
from flowra.due.row import claim
from flowra.models import Membership, Role
from tests.accounts.acme import Acme, Browser, make_acme
from tests.provider import PracticeProvider
from tests.staff import signed_in, text_of


@pytest.fixture
def acme(db: None, provider: PracticeProvider) -> Acme:
    return make_acme(provider)


def links_run_out() -> None:
    past = timezone.now() - timedelta(seconds=1)
    LinkSession.objects.filter(due_at__isnull=False).update(due_at=past, expires_at=past)
    for row in claim(LinkSession, limit=20, lease=timedelta(seconds=30)):
        expire_link(row)


def counted(acme: Acme, days: str = "30") -> Any:
    return count_links(acme.project.pk, timezone.now())[days]


def pressed(acme: Acme) -> tuple[StartedLink, Browser, str]:
    link, browser = acme.link(), Browser()
    return link, browser, acme.press(link, browser)


@pytest.mark.both_databases
def test_each_stage_counts_who_came_so_far(acme: Acme) -> None:
    acme.connect()
    acme.link()
    pressed(acme)
    assert counted(acme) == {
        "made": 3,
        "pressed": 2,
        "returned": 1,
        "connected": 1,
        "underWay": 2,
        "ends": {},
    }


def never_pressed(acme: Acme) -> None:
    acme.link()
    links_run_out()


def not_now(acme: Acme) -> None:
    refuse_link(find_link(acme.link().token), Browser().cookie)


def stays_at_the_service(acme: Acme) -> None:
    pressed(acme)
    links_run_out()


def says_no_there(acme: Acme) -> None:
    _, browser, url = pressed(acme)
    state = url.split("state=")[1].split("&")[0]
    acme.come_back(f"{acme.auth_config.redirect_uri}?error=access_denied&state={state}", browser)


def service_errs(acme: Acme) -> None:
    _, browser, url = pressed(acme)
    state = url.split("state=")[1].split("&")[0]
    acme.come_back(f"{acme.auth_config.redirect_uri}?error=server_error&state={state}", browser)


def comes_back_elsewhere(acme: Acme) -> None:
    _, _, url = pressed(acme)
    acme.come_back(acme.provider.visit(url, "sales@example.com"), Browser())


def app_never_confirms(acme: Acme) -> None:
    browser = Browser()
    url = acme.press(acme.link(require_confirmation=True), browser)
    acme.come_back(acme.provider.visit(url, "sales@example.com"), browser)
    links_run_out()


@pytest.mark.parametrize(
    ("walk", "where", "returned"),
    [
        (never_pressed, "not_pressed", 0),
        (not_now, "declined", 0),
        (stays_at_the_service, "not_returned", 0),
        (says_no_there, "refused", 1),
        (service_errs, "provider_error", 1),
        (comes_back_elsewhere, "mismatch", 1),
        (app_never_confirms, "not_confirmed", 1),
    ],
)
def test_whoever_gives_up_is_counted_where_they_did(
    acme: Acme, walk: Callable[[Acme], None], where: str, returned: int
) -> None:
    walk(acme)
    found = counted(acme)
    assert found["ends"] == {where: 1}
    assert (found["made"], found["returned"], found["connected"], found["underWay"]) == (1, returned, 0, 0)


def test_the_page_tells_it_for_seven_days_or_thirty(acme: Acme, make_member: Callable[..., Any]) -> None:
    beat("a worker")
    acme.connect()
    never_pressed(acme)
    LinkSession.objects.filter(end="link_expired").update(created_at=timezone.now() - timedelta(days=12))
    user = make_member(Role.VIEWER, "seven@example.com")
    Membership.objects.create(user=user, project=acme.project, role=Role.VIEWER)
    browser: Client = signed_in(user)
    month = text_of(browser.get(f"/dashboard/{acme.project.pk}/"))
    assert "50% of the links led to a connection" in month
    assert "Never pressed Connect Not opened, or looked at and left. 1 100%" in month
    week = text_of(browser.get(f"/dashboard/{acme.project.pk}/?days=7"))
    assert "100% of the links led to a connection" in week and "Nobody did." in week
    assert "50%" in text_of(browser.get(f"/dashboard/{acme.project.pk}/?days=99999"))

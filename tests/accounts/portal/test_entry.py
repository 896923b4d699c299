"""The URL of a person's own page: looked at by anybody without harm, opened once, in one browser."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.open_portal_session import find_portal_session, open_portal_session
from accounts.models import ExternalUser, PortalSession
from flowra.due.kinds import CHORES
from flowra.errors import FlowraError
from flowra.models import Event
from tests.accounts.at_once import at_once, refusals
from tests.accounts.portal.conftest import Portal, make_portal
from tests.staff import text_of


def run_out(portal: Portal, ago: timedelta = timedelta(seconds=1)) -> None:
    """Lets its time be over."""
    PortalSession.objects.filter(pk=portal.started.session.pk).update(expires_at=timezone.now() - ago)


def test_looking_at_it_opens_nothing(closed: Portal) -> None:
    for _ in range(3):
        answer = Client().get(closed.door)
        assert answer.status_code == 200
        assert Client().head(closed.door).status_code == 200
    text = text_of(answer)
    assert "Your connections" in text
    assert "Acme" in text and "customer_42" in text
    stored = PortalSession.objects.get()
    assert (stored.browser_hash, stored.opened_at) == ("", None)
    assert not Event.objects.filter(type="portal.opened").exists()


def test_the_press_opens_it_and_leads_to_the_list(closed: Portal) -> None:
    answer = closed.open()
    assert (answer.status_code, answer["Location"]) == (303, closed.home)
    assert closed.client.get(closed.home).status_code == 200
    assert PortalSession.objects.get().opened_at is not None
    event = Event.objects.get(type="portal.opened")
    assert (event.actor_kind, event.actor_name) == ("end_user", "customer_42")


def test_the_same_browser_goes_on_at_once(portal: Portal) -> None:
    answer = portal.client.get(portal.door)
    assert (answer.status_code, answer["Location"]) == (302, portal.home)
    assert portal.client.post(portal.door).status_code == 302
    assert Event.objects.filter(type="portal.opened").count() == 1


def test_another_browser_is_told_whose_turn_it_is(portal: Portal) -> None:
    other = Client()
    for path in (portal.door, portal.home, f"{portal.home}/{portal.account().pk}"):
        answer = other.get(path)
        assert answer.status_code == 410, path
        assert "open in another browser" in text_of(answer)
        assert "Back to Acme" in text_of(answer)
    assert other.post(portal.door).status_code == 410


def test_a_page_s_address_opens_nothing(closed: Portal) -> None:
    client = Client()
    client.get(closed.door)
    assert client.get(closed.home).status_code == 410


def test_a_strange_address_is_no_page(db: None) -> None:
    for path in ("a", "x" * 43, "ps_" + "0" * 26, "ps_" + "0" * 26 + "/ca_" + "0" * 26):
        answer = Client().get(f"/portal/{path}")
        assert answer.status_code == 404
        assert "There is no such page" in text_of(answer)
    assert Client().get("/portal/a/b/c/d").status_code == 404


def test_when_its_time_is_over_it_is_over_for_all(portal: Portal) -> None:
    account = portal.account()
    run_out(portal)
    for path in (portal.door, portal.home, f"{portal.home}/{account.pk}"):
        for client in (portal.client, Client()):
            answer = client.get(path)
            assert answer.status_code == 410
            assert "has run out" in text_of(answer)
    assert portal.post(account.pk, "disconnect").status_code == 410
    account.refresh_from_db()
    assert account.deleted_at is None


def test_it_cannot_be_opened_when_its_time_is_over(closed: Portal) -> None:
    closed.client.get(closed.door)
    run_out(closed)
    assert closed.client.post(closed.door).status_code == 410
    assert PortalSession.objects.get().opened_at is None


def test_a_press_from_elsewhere_opens_nothing(closed: Portal) -> None:
    closed.client.get(closed.door)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = closed.client.post(closed.door, headers=headers)
        assert answer.status_code == 400
        assert "press the button once more" in text_of(answer)
    assert PortalSession.objects.get().opened_at is None


def test_who_keeps_no_cookies_is_told_and_nothing_is_spent(closed: Portal) -> None:
    answer = Client().post(closed.door)
    assert answer.status_code == 400
    assert "keeps no cookies" in text_of(answer)
    assert closed.open().status_code == 303


@pytest.mark.parametrize("is_https", [True, False])
def test_the_cookie_is_out_of_reach(closed: Portal, settings: Any, is_https: bool) -> None:
    settings.FLOWRA_PUBLIC_IS_HTTPS = is_https
    cookies: SimpleCookie = Client().get(closed.door).cookies
    cookie = cookies["flowra_portal"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/portal"
    assert bool(cookie["secure"]) is is_https
    assert cookie.value not in str(list(PortalSession.objects.values()))


def test_one_browser_may_have_several_open(portal: Portal) -> None:
    second = make_portal(user="customer_43")
    second.client = portal.client
    assert second.open().status_code == 303
    assert portal.get().status_code == second.get().status_code == 200


def test_a_user_who_was_made_inactive_is_let_in_nowhere(portal: Portal) -> None:
    ExternalUser.objects.update(is_active=False)
    for path in (portal.door, portal.home):
        answer = portal.client.get(path)
        assert answer.status_code == 403
        assert "switched off" in text_of(answer)


def test_other_methods_are_refused(portal: Portal) -> None:
    account = portal.account()
    for path in ("", f"/{account.pk}", f"/{account.pk}/disconnected"):
        assert portal.client.post(portal.home + path).status_code == 405
    for path in ("rename", "reconnect"):
        assert portal.get(account.pk, path).status_code == 405
    assert portal.client.put(portal.door).status_code == 405


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_at_once_it_is_one_s() -> None:
    portal = make_portal()
    token = portal.door.rsplit("/", 1)[-1]

    def opening(browser: str) -> Any:
        return lambda: open_portal_session(find_portal_session(token), browser)

    results: list[None | FlowraError] = at_once(*(opening(letter * 43) for letter in "abcdef"))
    assert refusals(results) == ["portal_elsewhere"] * 5
    assert Event.objects.filter(type="portal.opened").count() == 1


@pytest.mark.both_databases
def test_it_is_forgotten_thirty_days_after(closed: Portal) -> None:
    run_out(closed, timedelta(days=29))
    CHORES["portal_sessions"].act()
    assert Client().get(closed.door).status_code == 410
    run_out(closed, timedelta(days=31))
    CHORES["portal_sessions"].act()
    assert Client().get(closed.door).status_code == 404

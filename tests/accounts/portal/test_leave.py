"""Leaving the page: on a computer that others use, nobody finds it open."""

from __future__ import annotations

from django.test import Client

from accounts.models import PortalSession
from tests.accounts.portal.conftest import Portal, make_portal
from tests.staff import text_of


def test_who_closes_it_closes_it_for_all(portal: Portal) -> None:
    account = portal.account()
    assert "Close this page now" in text_of(portal.get())
    answer = portal.post("leave")
    assert answer.status_code == 200
    assert "This page is closed" in text_of(answer)
    assert "Close this page now" not in text_of(answer)
    for path in (portal.door, portal.home, f"{portal.home}/{account.pk}"):
        for client in (portal.client, Client()):
            answer = client.get(path)
            assert answer.status_code == 410
            assert "Close this page now" not in text_of(answer)
    assert portal.post(account.pk, "disconnect").status_code == 410
    account.refresh_from_db()
    assert account.deleted_at is None


def test_another_page_in_the_same_browser_stays_open(portal: Portal) -> None:
    second = make_portal(user="customer_43")
    second.client = portal.client
    second.open()
    portal.post("leave")
    assert second.get().status_code == 200


def test_only_a_press_of_whose_it_is_closes_it(portal: Portal) -> None:
    assert portal.get("leave").status_code == 405
    path = f"{portal.home}/leave"
    assert Client().post(path).status_code == 410
    assert portal.client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    before = PortalSession.objects.get().expires_at
    assert portal.get().status_code == 200
    portal.post("leave")
    assert PortalSession.objects.get().expires_at < before
    assert portal.post("leave").status_code == 410


def test_a_frame_is_closed_by_the_app(portal: Portal) -> None:
    assert "Close this page now" not in text_of(portal.get(display="iframe"))

"""Acme, the sample app, does with Flowra what any app would, and people can use it: seen in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.models import ConnectedAccount, Status
from authconfigs.demo import register_practice
from flowra.events.record import Actor
from tests.caller import make_caller
from tests.factories import make_project
from tests.plain_http import call
from tests.provider import PracticeProvider
from tests.provider.acme import Acme
from tests.walks.conftest import agree_at_the_provider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]
MakeAcme = Callable[..., Acme]


@pytest.fixture
def make_acme(live_flowra: str, provider: PracticeProvider) -> Iterator[MakeAcme]:
    """Starts Acme with a project of its own and a client at the practice provider."""
    started: list[Acme] = []

    def make(**how: Any) -> Acme:
        caller = make_caller(make_project("Acme"))
        client = register_practice(caller.project, provider.origin, Actor("system"))
        provider.register_client(
            client_id=client.client_id,
            client_secret=client.client_secret,
            redirect_uris=[client.redirect_uri],
            name="Acme",
        )
        acme = Acme(live_flowra, caller.key, client.auth_config_id, **how).start()
        started.append(acme)
        caller.project.callback_origins = [acme.origin]
        caller.project.save()
        return acme

    yield make
    for acme in started:
        acme.stop()


def connect(page: Page, acme: Acme, account: str = "sales@example.com") -> None:
    page.goto(acme.origin)
    page.get_by_role("button", name="Connect Practice").click()
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page, account)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_customer_connects_sees_it_and_takes_it_back(
    make_acme: MakeAcme, visitor: Visitor, provider: PracticeProvider, scripts: bool
) -> None:
    acme, page = make_acme(), visitor(scripts=scripts).new_page()
    connect(page, acme)
    assert page.get_by_role("status").inner_text() == "Practice is connected as sales@example.com."
    row = page.get_by_role("listitem")
    assert "sales@example.com" in row.inner_text()
    assert "Active" in row.inner_text()
    account = ConnectedAccount.objects.get()
    assert (account.status, account.external_user.name) == (Status.ACTIVE, "customer_42")
    page.get_by_role("button", name="Disconnect sales@example.com").click()
    assert "disconnected" in page.get_by_role("status").inner_text()
    assert page.get_by_text("Nothing is connected yet").is_visible()


def test_another_customer_sees_nothing_of_it(make_acme: MakeAcme, visitor: Visitor) -> None:
    acme, context = make_acme(), visitor()
    page = context.new_page()
    connect(page, acme)
    identifier = ConnectedAccount.objects.get().pk
    page.get_by_role("button", name="Switch to customer_7").click()
    assert page.get_by_text("Nothing is connected yet").is_visible()
    page.goto(f"{acme.origin}/connected?connectedAccountId={identifier}&status=success")
    assert page.get_by_role("status").inner_text() == "There is no such connection of yours."


def test_a_customer_says_no(make_acme: MakeAcme, visitor: Visitor) -> None:
    acme, page = make_acme(), visitor().new_page()
    page.goto(acme.origin)
    page.get_by_role("button", name="Connect Practice").click()
    page.get_by_role("button", name="Not now").click()
    assert page.get_by_role("status").inner_text() == "You chose not to connect. Nothing was shared."


def test_acme_confirms_who_came_back(make_acme: MakeAcme, visitor: Visitor) -> None:
    acme, page = make_acme(require_confirmation=True), visitor().new_page()
    connect(page, acme)
    assert "confirmationToken" not in page.url
    assert page.get_by_role("status").inner_text() == "Practice is connected as sales@example.com."
    assert ConnectedAccount.objects.get().status == Status.ACTIVE


def test_a_link_that_was_forwarded_connects_nobody(make_acme: MakeAcme, visitor: Visitor) -> None:
    acme, victim = make_acme(require_confirmation=True), visitor().new_page()
    begun = call("POST", f"{acme.origin}/connect", form={})
    victim.goto(acme.origin)
    victim.get_by_role("button", name="Switch to customer_7").click()
    victim.goto(begun.location)
    victim.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(victim)
    assert "Somebody else began this" in victim.get_by_role("status").inner_text()
    assert ConnectedAccount.objects.get().status == Status.FAILED


@pytest.mark.parametrize("look", [{"width": 320}, {"width": 1280, "dark": True}], ids=["small", "dark"])
def test_no_page_stands_in_anyones_way(make_acme: MakeAcme, visitor: Visitor, look: dict[str, Any]) -> None:
    acme, page = make_acme(), visitor(**look).new_page()
    page.goto(acme.origin)
    judge(page)
    page.get_by_role("button", name="Connect Practice").click()
    page.get_by_role("button", name="Connect Practice").click()
    judge(page)
    page.get_by_role("button", name="sales@example.com").click()
    assert "Acme wants to use your Practice account" in page.get_by_role("heading").inner_text()
    judge(page)
    page.get_by_role("button", name="Allow").click()
    judge(page)


def judge(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("h1").count() == 1


def test_no_other_site_presses_its_buttons(make_acme: MakeAcme) -> None:
    acme = make_acme()
    for path in ("/connect", "/disconnect", "/switch"):
        answer = call(
            "POST", acme.origin + path, form={"id": "ca_x"}, headers={"Origin": "https://evil.example"}
        )
        assert answer.status == 403
    assert not ConnectedAccount.objects.exists()


def test_what_flowra_says_is_shown_as_text(make_acme: MakeAcme) -> None:
    acme = make_acme()
    answer = call("GET", f"{acme.origin}/connected?connectedAccountId=%3Cb%3E&status=failed&error=%3Cb%3E")
    assert answer.status == 400
    assert "<b>" not in answer.text
    assert "There is no such connection of yours." in answer.text


def test_it_says_when_flowra_is_away() -> None:
    with Acme("http://127.0.0.1:9", "flw_test_x", "ac_x") as acme:
        answer = call("GET", acme.origin)
    assert answer.status == 502
    assert "can&#x27;t be reached" in answer.text

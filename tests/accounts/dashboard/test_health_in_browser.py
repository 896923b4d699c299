"""The health page in a real browser: it changes while one looks, and anybody can read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from accounts.models import DashboardFigures, LinkSession, LinkState, Status
from authconfigs.models import AuthConfig
from flowra.events.names import EventType
from flowra.events.record import WORKER, record
from flowra.models import Membership, Project, Role
from tests.factories import (
    make_account,
    make_auth_config,
    make_external_user,
    make_project,
    make_toolkit,
    make_webhook_endpoint,
)

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def acme(transactional_db: None) -> Project:
    return make_project(name=f"{LONG} & Co")


def open_page(context: BrowserContext, flowra: str, project: Project) -> Page:
    """The page for one of its developers."""
    user = User.objects.create(username=f"dev{User.objects.count()}@example.com")
    Membership.objects.create(user=user, project=project, role=Role.DEVELOPER)
    browser = Client()
    browser.force_login(user)
    (cookie,) = browser.cookies.values()
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": flowra}])
    page = context.new_page()
    page.goto(f"{flowra}/dashboard/{project.pk}/")
    return page


def much(project: Project) -> None:
    """Many services, long names, everything that can be wrong, every way to give up."""
    make_toolkit(project, "long-one", name=LONG)
    slugs = ("slack", "github", "gmail", "notion", "linear", "discord", "zendesk", "hubspot", "jira", "asana")
    configs = [make_auth_config(project, slug) for slug in (*slugs, "stripe", "trello", "long-one")]
    for config in configs:
        for status in Status:
            make_account(config, status=status)
    AuthConfig.objects.filter(pk__in=[each.pk for each in configs[:6]]).update(
        failing_since=timezone.now() - timedelta(hours=1), failing_words=f"invalid_client: {LONG}"
    )
    make_webhook_endpoint(
        project,
        f"https://{LONG[:40].lower()}.example/hook",
        is_disabled=True,
        disabled_reason="It answered 500.",
    )
    account = make_account(configs[0], make_external_user(project, "somebody"))
    now = timezone.now()
    for number, (state, end, pressed) in enumerate(
        [
            (LinkState.DONE, "connected", "b"),
            (LinkState.FAILED, "link_expired", ""),
            (LinkState.FAILED, "link_expired", "b"),
            (LinkState.FAILED, "access_denied", ""),
            (LinkState.FAILED, "context_mismatch", "b"),
            (LinkState.STARTED, "", "b"),
        ]
    ):
        LinkSession.objects.create(
            project=project,
            account=account,
            token_hash=str(number),
            state=state,
            end=end,
            browser_hash=pressed,
            created_at=now,
            expires_at=now,
        )
    for type in (EventType.ACCOUNT_CONNECTED, EventType.ACCOUNT_RECONNECTED, EventType.ACCOUNT_DELETED):
        record(type, project_id=project.pk, subject=("account", account.pk), actor=WORKER)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def fair(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_everybody_can_read_it_at_any_width(
    live_flowra: str, visitor: Visitor, acme: Project, width: int, dark: bool
) -> None:
    page = open_page(visitor(width=width, dark=dark), live_flowra, acme)
    page.get_by_role("heading", name="Connect an account yourself").wait_for()
    fits(page)
    fair(page)
    much(acme)
    page.goto(page.url)
    page.get_by_role("heading", name="Not working now").wait_for()
    for folded in page.locator("main details").all():
        folded.locator("summary").first.click()
    fits(page)
    fair(page)


def test_it_changes_while_one_looks_and_what_was_unfolded_stays_so(
    live_flowra: str, visitor: Visitor, acme: Project
) -> None:
    config = make_auth_config(acme, "slack")
    make_account(config)
    record(EventType.ACCOUNT_CONNECTED, project_id=acme.pk, subject=("account", "ca_1"), actor=WORKER)
    page = open_page(visitor(), live_flowra, acme)
    page.get_by_text("As a table").click()
    connected = page.locator("#figure-connected strong")
    assert connected.inner_text() == "1"
    page.locator("#figure-connected").focus()
    make_account(config)
    DashboardFigures.objects.update(computed_at=timezone.now() - timedelta(seconds=20))
    # What the page does by itself every quarter of a minute, without the wait.
    seen = "htmx.trigger(document.querySelector('[data-live]'), 'seen')"
    page.evaluate(seen)
    page.locator("#figure-connected strong", has_text="2").wait_for()
    assert page.locator("#days-table").evaluate("each => each.open")
    assert page.evaluate("document.activeElement.id") == "figure-connected"


def test_nothing_is_asked_for_while_nobody_sees_it(live_flowra: str, visitor: Visitor, acme: Project) -> None:
    make_account(make_auth_config(acme, "slack"))
    page = open_page(visitor(), live_flowra, acme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/figures" in request.url else None)
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true})"
    page.evaluate(hide % "true")
    page.evaluate("htmx.trigger(document.querySelector('[data-live]'), 'seen')")
    assert asked == []
    page.evaluate(hide % "false")
    with page.expect_request("**/health/figures*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_without_scripts_the_same_is_there_and_a_link_refreshes_it(
    live_flowra: str, visitor: Visitor, acme: Project
) -> None:
    much(acme)
    page = open_page(visitor(scripts=False), live_flowra, acme)
    page.get_by_role("link", name="7 days").click()
    page.get_by_role("link", name="Refresh").click()
    page.get_by_text("As a table").click()
    assert page.get_by_role("table", name="New and lost accounts by day").is_visible()


def test_it_says_when_flowra_no_longer_answers_and_when_it_does_again(
    live_flowra: str, visitor: Visitor, acme: Project
) -> None:
    make_account(make_auth_config(acme, "slack"))
    page = open_page(visitor(), live_flowra, acme)
    lost = page.get_by_text("Flowra does not answer.")
    page.get_by_role("heading", name="New and lost").wait_for()
    assert not lost.is_visible()
    page.route("**/health/figures*", lambda route: route.abort())
    page.evaluate("htmx.trigger('#live', 'seen')")
    lost.wait_for()
    fair(page)
    page.unroute("**/health/figures*")
    page.evaluate("htmx.trigger('#live', 'seen')")
    lost.wait_for(state="hidden")


def test_a_page_whose_session_ended_asks_to_sign_in_and_comes_back(
    live_flowra: str, visitor: Visitor, acme: Project
) -> None:
    make_account(make_auth_config(acme, "slack"))
    page = open_page(visitor(), live_flowra, acme)
    page.get_by_role("heading", name="New and lost").wait_for()
    page.context.clear_cookies()
    page.evaluate("htmx.trigger('#live', 'seen')")
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.url.endswith(f"/dashboard/sign-in?next=/dashboard/{acme.pk}/")
    assert page.locator("nav.places").count() == 0

"""What people do to a window or a frame of connect.js: they close it, press twice, change their mind, lose their network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.factories import make_auth_config
from tests.walks.app import App
from tests.walks.conftest import agree_at_the_provider
from tests.walks.site import Site, asking, fresh, lines, pressed, told

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]


def test_who_closes_the_window_has_a_new_one_at_the_next_press(app: App, site: Site, page: Page) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    first = pressed(page)
    told(page, "ready")
    first.close()
    second = pressed(page)
    assert not any("under_way" in each for each in lines(page))
    second.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(second)
    told(page, "resolved")
    page.wait_for_timeout(1500)
    assert [each for each in lines(page) if "resolved" in each] == [told(page, "resolved")] * 2, (
        "one link, two calls"
    )
    assert sum('["closed"' in each for each in lines(page)) == 2


def test_the_app_hears_soon_that_the_window_seems_closed_and_no_ending(
    app: App, site: Site, page: Page
) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    window = pressed(page)
    window.get_by_role("button", name="Connect Practice").click()
    window.wait_for_url(f"{app.provider.origin}/**")
    window.close()
    told(page, "closed")
    page.wait_for_timeout(1500)
    assert not any("resolved" in each or "rejected" in each for each in lines(page))


def test_a_second_press_brings_the_window_to_the_front(app: App, site: Site, page: Page) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    window = pressed(page)
    told(page, "ready")
    page.click("#go")
    assert "under_way" in told(page, "rejected")
    assert "under_way" in told(page, "failed")
    assert len(page.context.pages) == 2
    window.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(window)
    told(page, "resolved")


def test_who_goes_with_the_page_may_come_back_and_press_again(app: App, site: Site, page: Page) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"], mode="redirect"))
    page.click("#go")
    page.get_by_role("button", name="Connect Practice").wait_for()
    page.go_back()
    page.click("#go")
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.wait_for_url(f"{site.origin}/back?**status=success**")


def test_not_now_is_no_press_on_connect(app: App, site: Site, page: Page) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    pressed(page).get_by_role("button", name="Not now").click()
    told(page, "rejected")
    assert not any('["opened"' in each for each in lines(page))


def test_where_a_service_is_chosen_in_a_window_it_is_ready_once(app: App, site: Site, page: Page) -> None:
    ids = [app.auth_config_id, make_auth_config(app.caller.project, "slack").pk]
    page.goto(site.page(fresh(app, site, authConfigId=None, authConfigIds=ids)["redirectUrl"]))
    window = pressed(page)
    told(page, "ready")
    window.get_by_role("button", name="Practice").click()
    window.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(window)
    told(page, "resolved")
    assert sum('["ready"' in each for each in lines(page)) == 1


def test_a_frame_whose_window_was_closed_can_be_pressed_again(app: App, site: Site, page: Page) -> None:
    link = fresh(app, site)
    page.goto(site.page(link["redirectUrl"], mode="iframe"))
    page.click("#go")
    button = page.frame_locator("#place iframe").get_by_role("button")
    with page.expect_popup() as opened:
        button.filter(has_text="Connect Practice").click()
    opened.value.wait_for_url(f"{app.provider.origin}/**")
    opened.value.close()
    page.wait_for_timeout(2200)
    with page.expect_popup() as again:
        button.filter(has_text="Connect Practice").click()
    agree_at_the_provider(again.value)
    assert link["connectedAccountId"] in told(page, "resolved")


def test_a_dialog_is_closed_by_its_button(app: App, site: Site, page: Page) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    asking(page, "{redirectUrl: link, mode: 'iframe'}")
    page.click("#go")
    told(page, "ready")
    page.get_by_role("button", name="Close").click()
    assert "closed" in told(page, "rejected")
    assert page.locator("dialog").count() == 0
    assert page.evaluate("document.activeElement.id") == "go"
    page.click("#go")
    with page.expect_popup() as opened:
        page.frame_locator("dialog iframe").get_by_role("button", name="Connect Practice").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close").click() if page.locator("dialog").count() else None
    agree_at_the_provider(opened.value)
    told(page, "resolved")


def test_who_was_offline_for_a_while_misses_nothing(app: App, site: Site, page: Page) -> None:
    page.goto(site.page(fresh(app, site)["redirectUrl"]))
    window = pressed(page)
    window.get_by_role("button", name="Connect Practice").click()
    window.wait_for_url(f"{app.provider.origin}/**")
    page.evaluate("window.addEventListener('message', (event) => event.stopImmediatePropagation(), true)")
    page.route("**/status", lambda route: route.abort())
    page.wait_for_timeout(1200)
    agree_at_the_provider(window)
    page.unroute("**/status")
    told(page, "resolved")

"""connect.js on an app's page of another site: in a window, in a frame, blocked, cut off, and where nobody may listen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.test import Client

from tests.factories import make_auth_config
from tests.walks.app import App
from tests.walks.conftest import agree_at_the_provider
from tests.walks.site import Site, lines, told

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def test_a_window_opens_tells_and_closes(
    app: App, site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    link = app.link(callbackUrl=f"{site.origin}/back")
    page = visitor().new_page()
    page.goto(site.page(link["redirectUrl"]))
    with page.expect_popup() as opened:
        page.click("#go")
    window = opened.value
    told(page, "ready")
    window.get_by_role("button", name="Connect Practice").click()
    told(page, "opened")
    agree_at_the_provider(window)
    assert link["connectedAccountId"] in told(page, "resolved")
    assert "success" in told(page, "success")
    page.wait_for_function("() => true")
    window.wait_for_event("close") if not window.is_closed() else None
    assert app.account(link)["status"] == "ACTIVE"


def test_a_service_that_cuts_the_window_off_changes_nothing(
    app: App, site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    link = app.link(callbackUrl=f"{site.origin}/back")
    context = visitor()
    page = context.new_page()

    cut_off = [("Cross-Origin-Opener-Policy", "same-origin")]
    app.provider.fail("*", "headers", times=None, headers=cut_off)
    page.goto(site.page(link["redirectUrl"]))
    with page.expect_popup() as opened:
        page.click("#go")
    opened.value.get_by_role("button", name="Connect Practice").click()
    told(page, "closed")
    assert not any("resolved" in each or "rejected" in each for each in lines(page))
    at_service = next(each for each in context.pages if each.url.startswith(app.provider.origin))
    agree_at_the_provider(at_service)
    assert link["connectedAccountId"] in told(page, "resolved")


def test_who_says_not_now_is_told_as_a_failure(
    app: App, site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    link = app.link(callbackUrl=f"{site.origin}/back")
    page = visitor().new_page()
    page.goto(site.page(link["redirectUrl"]))
    with page.expect_popup() as opened:
        page.click("#go")
    opened.value.get_by_role("button", name="Not now").click()
    assert "access_denied" in told(page, "rejected")


def test_where_no_window_may_open_the_page_itself_goes(
    app: App, site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    link = app.link(callbackUrl=f"{site.origin}/back")
    page = visitor().new_page()
    page.add_init_script("window.open = () => null")
    page.goto(site.page(link["redirectUrl"]))
    page.click("#go")
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.wait_for_url(f"{site.origin}/back?**status=success**")


def test_where_no_window_may_open_and_the_page_must_stay_it_says_so(
    app: App, site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    page = visitor().new_page()
    page.add_init_script("window.open = () => null")
    page.goto(site.page(app.link(callbackUrl=f"{site.origin}/back")["redirectUrl"], fallback="none"))
    page.click("#go")
    assert "popup_blocked" in told(page, "rejected")


def test_a_page_of_another_origin_hears_nothing(
    app: App, site: Site, live_flowra: str, visitor: Callable[..., BrowserContext]
) -> None:
    other = Site(live_flowra)
    link = app.link(callbackUrl=f"{site.origin}/back")
    page = visitor().new_page()
    page.goto(other.page(link["redirectUrl"]))
    with page.expect_popup() as opened:
        page.click("#go")
    window = opened.value
    window.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(window)
    window.get_by_role("heading", name="Practice is connected").wait_for()
    page.wait_for_timeout(1500)
    assert not any("message" in each or "resolved" in each for each in lines(page))
    other.stop()


def test_what_must_be_confirmed_reaches_the_app_with_its_token(
    app: App, site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    link = app.link(callbackUrl=f"{site.origin}/back", requireConfirmation=True)
    page = visitor().new_page()
    page.goto(site.page(link["redirectUrl"]))
    with page.expect_popup() as opened:
        page.click("#go")
    opened.value.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(opened.value)
    said = told(page, "resolved")
    assert '"status":"confirm"' in said and "confirmationToken" in said
    status = Client().get(f"/connect/{link['linkToken']}/status").json()
    assert status["status"] == "confirm" and "confirmationToken" not in status


def test_in_a_frame_the_service_opens_in_a_window_of_its_own(
    app: App, site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    link = app.link(callbackUrl=f"{site.origin}/back")
    context = visitor()
    page = context.new_page()
    page.goto(site.page(link["redirectUrl"], mode="iframe"))
    page.click("#go")
    frame = page.frame_locator("#place iframe")
    with page.expect_popup() as opened:
        frame.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(opened.value)
    assert link["connectedAccountId"] in told(page, "resolved")
    assert "opened" in told(page, "opened")
    assert app.account(link)["status"] == "ACTIVE"


def test_in_a_frame_a_service_is_chosen_first(
    app: App, site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    ids = [app.auth_config_id, make_auth_config(app.caller.project, "slack").pk]
    link = app.link(authConfigId=None, authConfigIds=ids, callbackUrl=f"{site.origin}/back")
    page = visitor().new_page()
    page.goto(site.page(link["redirectUrl"], mode="iframe"))
    page.click("#go")
    told(page, "ready")
    frame = page.frame_locator("#place iframe")
    frame.get_by_role("button", name="Practice").click()
    with page.expect_popup() as opened:
        frame.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(opened.value)
    assert link["connectedAccountId"] in told(page, "resolved")


def test_a_frame_of_another_origin_stays_empty(
    app: App, site: Site, live_flowra: str, visitor: Callable[..., BrowserContext]
) -> None:
    other = Site(live_flowra)
    page = visitor().new_page()
    page.goto(other.page(app.link(callbackUrl=f"{site.origin}/back")["redirectUrl"], mode="iframe"))
    page.click("#go")
    page.wait_for_timeout(1000)
    assert not page.frame_locator("#place iframe").get_by_role("button").count()
    other.stop()


def test_a_page_that_no_frame_was_asked_for_is_framed_by_nobody(app: App, site: Site) -> None:
    link = app.link(callbackUrl=f"{site.origin}/back")
    plain = Client().get(f"/connect/{link['linkToken']}")
    assert plain["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in plain["Content-Security-Policy"]
    assert plain["Cross-Origin-Opener-Policy"] == "same-origin"
    framed = Client().get(f"/connect/{link['linkToken']}?display=iframe")
    assert f"frame-ancestors {site.origin};" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed


def test_the_status_is_read_by_the_links_own_origin_alone(app: App, site: Site) -> None:
    url = f"/connect/{app.link(callbackUrl=f'{site.origin}/back')['linkToken']}/status"
    own = Client().get(url, headers={"origin": site.origin})
    assert own.json()["status"] == "open" and own["Access-Control-Allow-Origin"] == site.origin
    for strange in ("https://evil.example", "null", f"{site.origin}.evil.example"):
        assert "Access-Control-Allow-Origin" not in Client().get(url, headers={"origin": strange})
    assert Client().get("/connect/unknown/status").status_code == 404
    assert Client().post(url).status_code == 405

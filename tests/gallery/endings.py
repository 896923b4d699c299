"""How a visit can end, each as a page of the gallery: what happened, whose turn it is, what to press."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import LinkSession, PortalSession
from tests.accounts.aftermath import a_worker_tells
from tests.gallery.place import connect, portal
from tests.gallery.stage import Stage
from tests.walks.conftest import agree_at_the_provider

if TYPE_CHECKING:
    from playwright.sync_api import Page


_FRAME = """(src) => {
    document.documentElement.lang = "en";
    const frame = Object.assign(document.createElement("iframe"), {src, title: "Connect", height: 900});
    frame.style.cssText = "border: 0; width: 100%; color-scheme: light dark";
    document.body.replaceChildren(Object.assign(document.createElement("main"), {innerHTML: "<h1>Acme</h1>"}));
    document.querySelector("main").append(frame);
}"""


def _press(page: Page, link: dict[str, Any]) -> None:
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()


def _heading(page: Page, words: str) -> None:
    page.get_by_role("heading", name=words, level=1).wait_for()


@connect("again", "Asked to connect again")
def _again(stage: Stage, page: Page) -> None:
    page.goto(
        stage.app.link(
            authConfigId=stage.configs["gmail"].pk,
            connectedAccountId=stage.accounts["expired"].pk,
            eUID="mia@customer.example",
        )["redirectUrl"]
    )


@connect("framed", "In an app's frame")
def _framed(stage: Stage, page: Page) -> None:
    link = stage.app.link(authConfigId=stage.configs["slack"].pk)
    page.goto(stage.app.page.origin)
    page.evaluate(_FRAME, f"{link['redirectUrl']}?display=iframe")
    page.frame_locator("iframe").get_by_role("button", name="Connect Slack").wait_for()


@connect("expired", "A link that ran out")
def _expired(stage: Stage, page: Page) -> None:
    link = stage.app.link()
    LinkSession.objects.filter(account_id=link["connectedAccountId"]).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    page.goto(link["redirectUrl"])
    _heading(page, "This link has run out")


@connect("other-browser", "An answer in another browser")
def _other_browser(stage: Stage, page: Page) -> None:
    begun = stage.stranger()
    _press(begun, stage.app.link(callbackUrl=None))
    page.goto(begun.url)
    agree_at_the_provider(page)
    _heading(page, "This was begun in another browser")


@connect("no-parameters", "A callback without its parameters")
def _no_parameters(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}/connect/callback/{stage.app.auth_config_id}")


@connect("service-down", "The service does not answer")
def _service_down(stage: Stage, page: Page) -> None:
    stage.app.provider.fail("/token", "reset", times=None)
    _press(page, stage.app.link(callbackUrl=None))
    agree_at_the_provider(page)
    _heading(page, "Practice does not answer")


@connect("app-refused", "The service refuses the app itself")
def _app_refused(stage: Stage, page: Page) -> None:
    stage.app.provider.fail("/token", "error", error="invalid_client", status=401, times=None)
    _press(page, stage.app.link(callbackUrl=None))
    agree_at_the_provider(page)
    _heading(page, "Practice refuses Acme")


@connect("begun-again", "An answer to what was begun again since")
def _begun_again(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}/connect/callback/{stage.app.auth_config_id}?state=old&code=x")
    _heading(page, "This answer belongs to nothing")


@connect("for-more", "Asked for more than before")
def _for_more(stage: Stage, page: Page) -> None:
    page.goto(
        stage.app.link(
            authConfigId=stage.configs["gmail"].pk,
            connectedAccountId=stage.accounts["expired"].pk,
            eUID="mia@customer.example",
            scopes=["https://mail.google.com/"],
        )["redirectUrl"]
    )
    page.get_by_text("for more than before").wait_for()


@connect("switched-off", "Connecting is switched off")
def _switched_off(stage: Stage, page: Page) -> None:
    link = stage.app.link(authConfigId=stage.configs["slack"].pk)
    stage.configs["slack"].is_disabled = True
    stage.configs["slack"].save()
    page.goto(link["redirectUrl"])
    _heading(page, "Connecting is switched off")


def _connect_sales(stage: Stage, page: Page) -> str:
    link = stage.app.link(callbackUrl=None)
    _press(page, link)
    agree_at_the_provider(page)
    _heading(page, "Practice is connected")
    return str(link["connectedAccountId"])


@connect("other-account", "Somebody else signed in")
def _other_account(stage: Stage, page: Page) -> None:
    account_id = _connect_sales(stage, stage.stranger())
    _press(page, stage.app.link(callbackUrl=None, connectedAccountId=account_id))
    agree_at_the_provider(page, "support@example.com")
    _heading(page, "This is another account")


@connect("twice", "Connected already, where the app wants no second")
def _twice(stage: Stage, page: Page) -> None:
    _connect_sales(stage, stage.stranger())
    _press(page, stage.app.link(callbackUrl=None, onDuplicate="refuse"))
    agree_at_the_provider(page)
    _heading(page, "This account is connected already")


def _door(stage: Stage, name: str) -> str:
    return str(stage.caller.post("portal_sessions", {"eUID": name}).json()["url"])


@portal("empty", "Nobody's connections yet")
def _portal_empty(stage: Stage, page: Page) -> None:
    page.goto(_door(stage, "newcomer"))
    page.get_by_role("button", name="See my connections").click()
    page.wait_for_url("**/portal/ps_*")


@portal("run-out", "One's page has run out")
def _portal_run_out(stage: Stage, page: Page) -> None:
    url = _door(stage, "newcomer")
    PortalSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page.goto(url)
    _heading(page, "This page has run out")


@portal("elsewhere", "One's page is open in another browser")
def _portal_elsewhere(stage: Stage, page: Page) -> None:
    url = _door(stage, "newcomer")
    first = stage.stranger()
    first.goto(url)
    first.get_by_role("button", name="See my connections").click()
    first.wait_for_url("**/portal/ps_*")
    page.goto(url)
    _heading(page, "This page is open in another browser")


@portal("disconnected", "Taken back")
def _portal_disconnected(stage: Stage, page: Page) -> None:
    account_id = _connect_sales(stage, stage.stranger())
    page.goto(_door(stage, "customer_42"))
    page.get_by_role("button", name="See my connections").click()
    page.wait_for_url("**/portal/ps_*")
    page.goto(f"{page.url}/{account_id}/disconnect")
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_role("link", name="Look again").wait_for()
    a_worker_tells()
    page.get_by_text("Practice has forgotten").wait_for()

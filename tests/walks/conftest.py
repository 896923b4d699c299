"""What the walks share: a running Flowra, an app on a port of its own, and people with browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.caller import make_caller
from tests.factories import make_project
from tests.provider import PracticeProvider
from tests.walks.app import App, AppPage
from tests.walks.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


@pytest.fixture
def app(live_flowra: str, provider: PracticeProvider) -> Iterator[App]:
    """Acme: registered at the practice provider, its page on a loopback port."""
    page = AppPage()
    made = App(make_caller(make_project("Acme", callback_origins=[page.origin])), page, provider)
    made.register()
    yield made
    page.stop()


@pytest.fixture
def site(live_flowra: str, app: App) -> Iterator[Site]:
    made = Site(live_flowra)
    project = app.caller.project
    project.callback_origins = [made.origin]
    project.save()
    yield made
    made.stop()


@pytest.fixture
def page(visitor: Callable[..., BrowserContext]) -> Page:
    return visitor().new_page()


def agree_at_the_provider(page: Page, account: str = "sales@example.com") -> None:
    """Picks the account and allows, where the provider asks."""
    page.get_by_role("button", name=account).click()
    page.get_by_role("button", name="Allow").click()

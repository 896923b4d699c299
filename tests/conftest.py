"""What all tests share: no network but loopback, the practice provider, a running Flowra, a real browser."""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.caller import Caller, make_caller
from tests.provider import PracticeProvider

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """No test reaches beyond this machine, by mistake or by a bug of the product's."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def refuse_others(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(str(address[0])):
            raise AssertionError(f"a test reached for {address[0]}: only loopback is there")

    def guarded(self: socket.socket, address: Any) -> None:
        refuse_others(self, address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        refuse_others(self, address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", guarded_ex)
        yield


def is_loopback(host: str) -> bool:
    """Whether it is this machine's own: 127.0.0.0/8, ::1 or localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _no_notes_of_another_test() -> Iterator[None]:
    """What a test used without a request would be written by the next test's first request."""
    yield
    from accounts.last_used import ACCOUNTS
    from accounts.use_days import USES
    from flowra.api.last_used import KEYS

    for notes in (ACCOUNTS, KEYS):
        notes._due.clear()
    USES.forget()


@pytest.fixture
def api(db: None) -> Caller:
    """An app with a key of a new project that calls the API: `api.post("auth_configs", {…})`."""
    return make_caller()


@pytest.fixture(scope="session")
def _practice() -> Iterator[PracticeProvider]:
    with PracticeProvider() as provider:
        yield provider


@pytest.fixture
def provider(_practice: PracticeProvider) -> Iterator[PracticeProvider]:
    """A real authorization server and API on loopback; what it remembers of other tests is forgotten."""
    _practice.forget()
    yield _practice
    _practice.forget()


@pytest.fixture(scope="session")
def _web_server(django_db_setup: None) -> Iterator[None]:
    """One for the whole run: its port, which is the public URL's, is not free again at once after it ends."""
    from pytest_django.live_server_helper import LiveServer

    server = LiveServer(urlsplit(settings.FLOWRA_PUBLIC_URL).netloc)
    yield
    server.stop()


@pytest.fixture
def live_flowra(transactional_db: None, _web_server: None) -> Iterator[str]:
    """Flowra at its public URL, with a worker beside it; answers the URL."""
    from flowra.due.worker import Worker

    stop = threading.Event()
    worker = threading.Thread(target=Worker(name="tests", threads=2, poll_seconds=0.05).run, args=(stop,))
    worker.start()
    try:
        yield settings.FLOWRA_PUBLIC_URL
    finally:
        stop.set()
        worker.join(timeout=30)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Starts a headless Chromium, with more switches if wanted; without its own talk to the outside."""
    from playwright.sync_api import sync_playwright

    from tests.chromium import arguments, chromium_path

    # Playwright's loop makes Django think that it runs in one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = chromium_path(playwright)
        if path is None:
            pytest.fail("There is no Chromium. `make test` installs one.")
        started: list[Browser] = []

        def start(*switches: str, without: Sequence[str] = ()) -> Browser:
            """`without` are Playwright's own switches that are left out."""
            started.append(
                playwright.chromium.launch(
                    executable_path=path, args=[*arguments(), *switches], ignore_default_args=list(without)
                )
            )
            return started[-1]

        yield start
        for each in started:
            each.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Browser:
    """The one that the tests share; `make test` installs it where it is missing."""
    return launch()


@dataclass
class Look:
    """How a page is looked at."""

    width: int = 1280
    height: int = 900
    dark: bool = False
    scripts: bool = True


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes a fresh person's browser: `visitor(width=320, dark=True, scripts=False)`; each has its own cookies."""
    opened: list[BrowserContext] = []

    def make(**look: Any) -> BrowserContext:
        wanted = Look(**look)
        context = browser.new_context(
            viewport={"width": wanted.width, "height": wanted.height},
            color_scheme="dark" if wanted.dark else "light",
            java_script_enabled=wanted.scripts,
            locale="en-GB",
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()

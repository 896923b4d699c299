"""docs/portal.md is true: its commands open a person's page at a running Flowra, and their deeds are on the trail."""

from __future__ import annotations

import http.cookiejar
import json
import shlex
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.actions.start_portal_session import DEFAULT_SECONDS, MAX_SECONDS
from flowra.api.description import description
from tests.docs_desk import REDIRECT, Desk, grants_elsewhere, make_auth_config, make_practice_toolkit
from tests.flowra.installation import Installation
from tests.plain_http import call
from tests.provider import PracticeProvider
from tests.readme import ROOT, blocks

PAGE = ROOT / "docs" / "portal.md"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Installation, str]]:
    installed = Installation(tmp_path / "var", {"FLOWRA_OUTBOUND_ALLOW": "127.0.0.0/8"})
    with installed.serve() as serve:
        yield installed, f"http://127.0.0.1:{serve.port}"


def status_of(browser: urllib.request.OpenerDirector, url: str, form: dict[str, str] | None = None) -> int:
    data = None if form is None else urllib.parse.urlencode(form).encode()
    try:
        with browser.open(url, data) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def a_browser() -> urllib.request.OpenerDirector:
    keeps = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), keeps)


def test_a_developer_opens_a_user_s_own_page(
    running: tuple[Installation, str], provider: PracticeProvider, tmp_path: Path
) -> None:
    installed, url = running
    made = json.loads(installed.manage("create_project", "Acme").stdout.splitlines()[-1])
    client = provider.register_client(redirect_uris=[REDIRECT])
    make_practice_toolkit(url, made["apiKey"], provider)
    (grant,) = grants_elsewhere(provider, client, 1)
    given = {
        "authConfig": {"id": make_auth_config(url, made["apiKey"], client)},
        "connection": {"eUID": "customer_42", "state": {"val": {**grant, "token_type": "Bearer"}}},
    }
    headers = {"x-api-key": made["apiKey"]}
    account = call("POST", f"{url}/api/v1/connected_accounts", body=given, headers=headers).json["id"]
    instead = {
        "http://127.0.0.1:8000": url,
        "FLOWRA_KEY=flw_live_…": f"FLOWRA_KEY={made['apiKey']}",
        "ACCOUNT=ca_…": f"ACCOUNT={account}",
        "manage.py": shlex.quote(str(ROOT / "manage.py")),
    }
    desk = Desk(PAGE, tmp_path, installed, instead)
    asking, trail, _ = blocks(PAGE)

    told = [desk.type(command) for command in asking.commands()]
    portal = json.loads(told[-1])
    assert list(portal) == ["url", "expiresAt"]
    browser, other = a_browser(), a_browser()
    assert status_of(browser, portal["url"]) == status_of(other, portal["url"]) == 200
    with browser.open(portal["url"], b"") as opened:
        home = opened.url
        assert account in opened.read().decode()
    assert status_of(other, portal["url"]) == status_of(other, home) == 410
    assert status_of(browser, f"{home}/{account}/rename", {"displayName": "Sales inbox"}) == 200
    keep_account, ask = trail.commands()
    desk.type(keep_account)
    newest = json.loads(desk.type(ask))["items"][0]
    assert (newest["type"], newest["actor"]["kind"]) == ("account.updated", "end_user")
    assert status_of(browser, f"{home}/{account}/disconnect", {}) == 200


def test_the_times_and_fields_it_names_are_so() -> None:
    text = PAGE.read_text()
    assert (DEFAULT_SECONDS, MAX_SECONDS) == (600, 3_600)
    assert "ten minutes unless told\notherwise, an hour at most" in text
    shown = json.dumps(description())
    for field in ("expiresInSeconds", "expiresAt", "eUID", "locale", "requireConfirmation"):
        assert field in text
        assert f'"{field}"' in shown

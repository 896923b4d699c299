"""docs/using.md is true: its commands use, renew, share and give back a real grant at a running Flowra."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowra.api.description import description
from tests.docs_desk import REDIRECT, Desk, grants_elsewhere, make_auth_config, make_practice_toolkit
from tests.flowra.installation import Installation
from tests.plain_http import call
from tests.provider import PracticeProvider
from tests.readme import ROOT, blocks

PAGE = ROOT / "docs" / "using.md"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Installation, str]]:
    installed = Installation(tmp_path / "var", {"FLOWRA_OUTBOUND_ALLOW": "127.0.0.0/8"})
    with installed.serve() as serve:
        yield installed, f"http://127.0.0.1:{serve.port}"


def test_a_developer_uses_shares_and_gives_back_an_account(
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
    desk = Desk(
        PAGE,
        tmp_path,
        installed,
        {
            "http://127.0.0.1:8000": url,
            "FLOWRA_KEY=flw_live_…": f"FLOWRA_KEY={made['apiKey']}",
            "ACCOUNT=ca_…": f"ACCOUNT={account}",
            "proxy/user": "proxy/userinfo",
            "manage.py": shlex.quote(str(ROOT / "manage.py")),
            "pr_…": made["projectId"],
        },
    )
    setup, proxied, raw, events, renewed, shared, given_back = blocks(PAGE)

    for command in setup.commands():
        desk.type(command)
    for command in proxied.commands():
        assert json.loads(desk.type(command))["email"]
    make_key, keep_key, read = raw.commands()
    told = json.loads(desk.type(make_key).splitlines()[-1])
    desk.instead["READER_KEY=flw_live_…"] = f"READER_KEY={told['apiKey']}"
    desk.type(keep_key)
    credentials = json.loads(desk.type(read))
    assert credentials["headers"]["Authorization"] == f"Bearer {grant['access_token']}"
    assert grant["refresh_token"] not in json.dumps(credentials)
    (ask,) = events.commands()
    newest: dict[str, Any] = json.loads(desk.type(ask))["items"][0]
    assert newest["type"] == "credentials.read"
    assert newest["actor"]["name"] == "exporter"
    assert newest["data"] == {"address": "127.0.0.1"}
    (renew,) = renewed.commands()
    assert json.loads(desk.type(renew))["lastRefreshedAt"]
    share, use = shared.commands()
    assert json.loads(desk.type(share))["sharedWith"] == ["customer_43"]
    assert json.loads(desk.type(use))["email"]
    (delete,) = given_back.commands()
    assert json.loads(desk.type(delete))["success"] is True
    assert json.loads(desk.type(use))["code"] == "account_not_found"


def test_the_codes_it_names_are_those_that_are_raised() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE.read_text()))
    sources = "".join(
        path.read_text() for room in ("accounts", "flowra") for path in (ROOT / room).rglob("*.py")
    )
    codes = {each for each in named if each not in ("refresh_lost", "other_identity")}
    assert codes
    assert [code for code in sorted(codes) if f'"{code}"' not in sources] == []


def test_the_settings_and_fields_it_names_are_there() -> None:
    text = PAGE.read_text()
    shown = json.dumps(description())
    for field in (
        "testRequestEndpoint",
        "duplicateOf",
        "onDuplicate",
        "sharedWith",
        "allowOtherIdentity",
        "failing",
    ):
        assert f"`{field}`" in text or f'"{field}"' in text
        assert f'"{field}"' in shown
    readme = (ROOT / "README.md").read_text()
    assert [name for name in re.findall(r"FLOWRA_(?!URL|KEY)[A-Z_]+", text) if name not in readme] == []

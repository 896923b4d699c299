"""docs/tools.md is true: its commands are typed one by one at a running Flowra, and what it says of errors is so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.actions import record_execution
from authconfigs.catalogue.tool_coherence import SLUG
from flowra import outbound
from tests.docs_desk import Desk
from tests.flowra.installation import Installation
from tests.plain_http import call
from tests.provider import PracticeProvider
from tests.provider.shapes.practice import API_KEY
from tests.readme import ROOT, blocks

PAGE = ROOT / "docs" / "tools.md"
TEXT = PAGE.read_text()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Installation, str]]:
    installed = Installation(tmp_path / "var", {"FLOWRA_OUTBOUND_ALLOW": "127.0.0.0/8"})
    with installed.serve() as serve:
        yield installed, f"http://127.0.0.1:{serve.port}"


def test_a_reader_gets_from_the_list_to_the_log_of_a_tool_of_their_own(
    running: tuple[Installation, str], provider: PracticeProvider, tmp_path: Path
) -> None:
    installed, url = running
    made = json.loads(installed.manage("create_project", "Acme").stdout.splitlines()[-1])
    reader = Desk(
        PAGE,
        tmp_path,
        installed,
        {
            "http://127.0.0.1:8000": url,
            "http://127.0.0.1:8001": provider.origin,
            "flw_live_…": made["apiKey"],
        },
    )
    assert API_KEY in TEXT

    def typed(command: str) -> Any:
        return json.loads(reader.type(command))

    setup, listing, execute, shape, service, tool, restrict, logs = blocks(PAGE)
    for command in setup.commands():
        reader.type(command)

    found, one = [typed(command) for command in listing.commands()]
    assert [each["slug"] for each in found["data"]] == ["SLACK_LIST_CHANNELS", "SLACK_SEND_MESSAGE"]
    assert one["data"]["inputSchema"]["required"] == ["channel", "text"]
    [send] = execute.commands()
    told = typed(send)
    assert (told["code"], told["connectedAccounts"]) == ("no_connected_account", [])

    toolkit, config, export, connect = service.commands()
    assert typed(toolkit)["success"] is True
    reader.instead["ac_…"] = typed(config)["data"]["id"]
    reader.type(export)
    account = typed(connect)
    assert account["status"] == "ACTIVE"

    create, run = tool.commands()
    assert typed(create)["success"] is True
    did = typed(run)
    assert (did.keys(), did["successful"]) == (json.loads(shape.text).keys(), True)
    [sent] = provider.calls.to("/api/key-check")
    assert (sent.request.query_lists, sent.request.json) == ({"tag": ["a", "b"]}, {"note": "Hello"})

    restricted, allowed = [typed(command) for command in restrict.commands()]
    assert restricted["data"]["restrictToFollowingTools"] == ["DESK_CHECK_KEY"]
    assert [each["slug"] for each in allowed["data"]] == ["DESK_CHECK_KEY"]
    [read] = logs.commands()
    [log] = typed(read)["data"]
    assert (log["id"], log["connectedAccountId"]) == (did["logId"], account["id"])
    assert log["arguments"] == {"note": "Hello", "tags": ["a", "b"]}

    headers = {"x-api-key": made["apiKey"], "x-username": "customer_42"}
    wrong = call(
        "POST",
        f"{url}/api/v1/tools/execute/DESK_CHECK_KEY",
        body={"arguments": {"tags": [1]}},
        headers=headers,
    )
    assert [each["field"] for each in wrong.json["errors"]] == ["arguments.tags.0", "arguments.note"]


def test_its_figures_are_the_code_s() -> None:
    assert f"did not answer within {outbound.TOTAL_SECONDS:.0f} seconds" in TEXT
    assert f"cut to {record_execution.MAX_TEXT} characters" in TEXT.replace("\n", " ")


def test_the_codes_that_it_names_are_those_that_are_raised() -> None:
    table = TEXT.split("## When it is not executed", 1)[1].split("\n## ", 1)[0]
    told = set(
        re.findall(r"`([a-z]+(?:_[a-z]+)+)`", " ".join(re.findall(r"^\| \d.*?\|", table, re.MULTILINE)))
    )
    source = "".join(
        path.read_text()
        for folder in ("flowra", "authconfigs", "accounts")
        for path in (ROOT / folder).rglob("*.py")
    )
    assert told >= {"no_connected_account", "several_connected_accounts", "tool_not_allowed"}
    assert [code for code in told if f'"{code}"' not in source] == []


def test_the_tools_that_it_names_have_slugs_that_are_taken() -> None:
    assert all(SLUG.fullmatch(slug) for slug in re.findall(r"tools/execute/([^\"]+)\"", TEXT))

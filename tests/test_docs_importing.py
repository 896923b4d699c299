"""docs/importing.md is true: its scripts and commands move real grants in, and out again, at a running Flowra."""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs_desk import REDIRECT, Desk, grants_elsewhere, make_auth_config, make_practice_toolkit
from tests.flowra.installation import Installation
from tests.provider import PracticeProvider
from tests.readme import ROOT, blocks

PAGE = ROOT / "docs" / "importing.md"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Installation, str]]:
    installed = Installation(tmp_path / "var", {"FLOWRA_OUTBOUND_ALLOW": "127.0.0.0/8"})
    with installed.serve() as serve:
        yield installed, f"http://127.0.0.1:{serve.port}"


def test_a_mover_gets_everything_in_and_out_again(
    running: tuple[Installation, str], provider: PracticeProvider, tmp_path: Path
) -> None:
    installed, url = running
    made = json.loads(installed.manage("create_project", "Acme").stdout.splitlines()[-1])
    key = made["apiKey"]
    client = provider.register_client(redirect_uris=[REDIRECT])
    make_practice_toolkit(url, key, provider)
    here, there = (make_auth_config(url, key, client) for _ in range(2))
    one, *many = grants_elsewhere(provider, client, 4)
    folder = tmp_path / "desk"
    folder.mkdir()
    with (folder / "grants.csv").open("w") as table:
        writer = csv.writer(table)
        writer.writerow(["user", "access_token", "refresh_token", "expires_at", "scope"])
        for number, grant in enumerate(many):
            writer.writerow(
                [f"customer_{number}", grant["access_token"], grant["refresh_token"], "", grant["scope"]]
            )
        writer.writerow(["customer_9", "", "r", "", ""])

    mover = Desk(
        PAGE,
        folder,
        installed,
        {
            "http://127.0.0.1:8000": url,
            "FLOWRA_KEY=flw_live_…": f"FLOWRA_KEY={key}",
            "AUTH_CONFIG=ac_…": f"AUTH_CONFIG={here}",
            "AUTH_CONFIG_THERE=ac_…": f"AUTH_CONFIG_THERE={there}",
            "ACCESS_TOKEN": one["access_token"],
            "REFRESH_TOKEN": one["refresh_token"],
            "manage.py": shlex.quote(str(ROOT / "manage.py")),
            "pr_…": made["projectId"],
        },
    )
    setup, single, to_ndjson, bulk, shape, counted, key_for_a_day, export_all, move = blocks(PAGE)

    for command in setup.commands():
        mover.type(command)
    for command in single.commands():
        assert json.loads(mover.type(command))["status"] == "ACTIVE"

    mover.save("to_ndjson.py", to_ndjson)
    for command in bulk.commands():
        mover.type(command)
    report = [json.loads(line) for line in (folder / "report.ndjson").read_text().splitlines()]
    for shown, told in zip(shape.text.splitlines(), (report[0], report[3]), strict=True):
        assert json.loads(shown).keys() == told.keys()
        assert [each["field"] for each in json.loads(shown).get("errors", ())] == [
            each["field"] for each in told.get("errors", ())
        ]
    good, refused = [mover.type(command) for command in counted.commands()]
    assert (int(good), json.loads(refused)["line"]) == (3, 4)
    for command in bulk.commands():
        mover.type(command)
    again = [json.loads(line) for line in (folder / "report.ndjson").read_text().splitlines()]
    assert [each.get("duplicate", False) for each in again] == [True, True, True, False]
    assert [each.get("id") for each in again] == [each.get("id") for each in report]

    make, keep = key_for_a_day.commands()
    mover.instead["EXPORT_KEY=flw_live_…"] = (
        "EXPORT_KEY=" + json.loads(mover.type(make).splitlines()[-1])["apiKey"]
    )
    mover.type(keep)
    mover.save("export_all.py", export_all)
    for command in move.commands():
        mover.type(command)
    moved = [json.loads(line) for line in (folder / "report.ndjson").read_text().splitlines()]
    assert [each["success"] for each in moved] == [True] * 4
    assert not any("duplicate" in each for each in moved)
    assert not (folder / "moved.ndjson").exists()


def test_what_it_says_of_limits_is_what_is_read() -> None:
    from flowra.api import ndjson

    numbers = [int(each.replace(" ", "")) for each in re.findall(r"\b\d{2,3}(?: 000)+\b", PAGE.read_text())]
    assert {ndjson.MAX_LINES, ndjson.MAX_LINE_BYTES} <= set(numbers)
    assert f"{ndjson.MAX_BODY_BYTES // 1_000_000} MB" in PAGE.read_text()

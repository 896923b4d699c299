"""The proxy as it runs: flat memory, streams as they are sent, callers who go away, many at once on one token."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.accounts.mirror import Mirror, Reached, Told
from tests.flowra.installation import Installation, Serve
from tests.provider import PracticeProvider

MEGABYTE = 1_000_000
PIECE = b"0123456789abcdef" * 4096
PREPARE = """
import django; django.setup()
import json, sys
from datetime import timedelta
from django.utils import timezone
from accounts.actions.store_credential import Grant, store_credential
from accounts.actions.act_as import act_as
from accounts.models import ConnectedAccount, Credential
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.actions.create_api_key import create_api_key
from flowra.models import Project
given = json.loads(sys.stdin.read() if False else GIVEN)
project = Project.objects.get()
ProjectToolkit.objects.create(project=project, slug="practice", name="Practice", definition=given["toolkit"])
config = AuthConfig(project=project, toolkit_slug="practice", name="practice-1", auth_scheme="OAUTH2",
    settings={"client_id": given["client_id"], "scopes": ["profile"]})
config.secrets = {"client_secret": given["client_secret"]}
config.save(force_insert=True)
account = ConnectedAccount.objects.create(project=project, auth_config=config, external_user=act_as(project, "customer_42"),
    toolkit_slug="practice", status="ACTIVE", connected_at=timezone.now(), secret_names=sorted(given["secrets"]),
    expires_at=timezone.now() + timedelta(seconds=given["seconds_left"]))
store_credential(account.pk, Grant(given["secrets"], timezone.now() - timedelta(hours=1), account.expires_at), toolkit_for(project, "practice"))
Credential.objects.update(due_at=None)
print(account.pk)
"""


@dataclass
class Running:
    """A Flowra with one account at the mirror, whose tokens are the practice provider's."""

    serve: Serve
    key: str
    account: str

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.serve.port, timeout=60)

    def ask(
        self, path: str, method: str = "GET", body: Any = None, **headers: str
    ) -> http.client.HTTPResponse:
        connection = self.connection()
        connection.request(
            method,
            f"/api/v1/connected_accounts/{self.account}/proxy/{path}",
            body=body,
            headers={"x-api-key": self.key, **headers},
        )
        return connection.getresponse()

    def web_memory(self) -> int:
        """Of the web's processes together, in bytes, counting shared pages by share."""
        web = self.serve.web()
        assert web is not None
        return sum(each.memory_full_info().pss for each in [web, *web.children(recursive=True)])


def send_all(piece: Callable[[bytes], Any], pieces: int) -> None:
    for _ in range(pieces):
        piece(PIECE)


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProvider]:
    with PracticeProvider() as provider:
        yield provider


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    yield server
    server.close()


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, mirror: Mirror, practice: PracticeProvider
) -> Iterator[Running]:
    data: Path = tmp_path_factory.mktemp("proxy") / "data"
    installation = Installation(
        data, {"FLOWRA_OUTBOUND_ALLOW": "127.0.0.0/8", "FLOWRA_REFRESH_MARGIN_SECONDS": "60"}
    )
    with installation.serve("--workers", "2") as serve:
        made = json.loads(installation.manage("create_project", "Acme").stdout.splitlines()[-1])
        client = practice.register_client(redirect_uris=["https://acme.example/"])
        given = {
            "toolkit": {
                "slug": "practice",
                "name": "Practice",
                "baseUrl": mirror.url,
                "authSchemes": ["OAUTH2"],
                "oauth2": {
                    "authorizationUrl": f"{practice.origin}/authorize",
                    "tokenUrl": f"{practice.origin}/token",
                    "tokenAuthMethod": "client_secret_basic",
                },
            },
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "secrets": {"access_token": "at-first", "refresh_token": _refresh_token(practice, client)},
            "seconds_left": 5,
        }
        done = installation.python(f"GIVEN = {json.dumps(given)!r}\n{PREPARE}")
        assert done.returncode == 0, done.stderr
        yield Running(serve, made["apiKey"], done.stdout.split()[-1])


def _refresh_token(provider: PracticeProvider, client: Any) -> str:
    from tests.provider.records import PEOPLE, Code, Token

    code = Code("c", client, PEOPLE[0], None, ("profile",), {}, {}, time.time() + 60)
    grant = provider.ledger.add_grant(code)
    provider.ledger.add_token(Token("rt-at-first", "refresh", grant, ("profile",), None))
    return "rt-at-first"


def test_forty_callers_with_a_token_that_has_run_out_cost_one_renewal(
    running: Running, mirror: Mirror, practice: PracticeProvider
) -> None:
    time.sleep(5.5)  # the token that was stored runs out by the clock
    practice.calls.clear()
    practice.fail("/token", "slow", seconds=0.3)
    with ThreadPoolExecutor(40) as callers:
        statuses = list(callers.map(lambda _: running.ask("things").status, range(40)))
    assert statuses == [200] * 40
    assert len(practice.calls.to("/token", "POST")) == 1
    assert len({request.headers["authorization"] for request in mirror.reached[-40:]}) == 1


def test_paths_keep_what_is_not_ascii(running: Running, mirror: Mirror) -> None:
    answer = running.ask("files/%C3%A4/%E4%BD%A0?q=%C3%A4&b=%2F&a=1")
    assert answer.status == 200, running.serve.log
    assert mirror.reached[-1].target == "/files/%C3%A4/%E4%BD%A0?q=%C3%A4&b=%2F&a=1"


@pytest.mark.parametrize("megabytes", [256])
def test_large_bodies_pass_both_ways_in_flat_memory(running: Running, mirror: Mirror, megabytes: int) -> None:
    pieces = megabytes * MEGABYTE // len(PIECE)
    taken: list[int] = []

    def echo_size(request: Reached) -> Told:
        taken.append(len(request.body))
        return Told(write=lambda piece: send_all(piece, pieces))

    running.ask("warm").read()
    before = running.web_memory()
    most = [before]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            most.append(running.web_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    mirror.answer = echo_size
    try:
        down = running.ask("large")
        received = 0
        while block := down.read(MEGABYTE):
            received += len(block)
        up = running.ask(
            "large", "POST", (PIECE for _ in range(pieces)), **{"Content-Length": str(pieces * len(PIECE))}
        )
        up.read(10)
    finally:
        over.set()
        watcher.join()
        mirror.answer = lambda _: Told()
    assert received == pieces * len(PIECE)
    assert taken[-1] == pieces * len(PIECE)
    assert max(most) - before < 32 * MEGABYTE


def test_events_arrive_when_they_are_sent(running: Running, mirror: Mirror) -> None:
    go_on = threading.Event()

    def write(piece: Any) -> None:
        piece(b"data: one\n\n")
        go_on.wait(20)
        piece(b"data: two\n\n")

    mirror.answer = lambda _: Told(headers=[("Content-Type", "text/event-stream")], write=write)
    answer = running.ask("events")
    assert answer.readline() == b"data: one\n"
    go_on.set()
    assert answer.read() == b"\ndata: two\n\n"
    mirror.answer = lambda _: Told()


def test_a_stream_that_breaks_off_does_not_look_whole(running: Running, mirror: Mirror) -> None:
    mirror.answer = lambda _: Told(
        headers=[("Content-Length", "1000000"), ("Connection", "close")], body=b"x" * 100_000
    )
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        running.ask("broken").read()
    mirror.answer = lambda _: Told()


def test_a_caller_who_goes_away_gives_the_turn_back(running: Running, mirror: Mirror) -> None:
    ended = threading.Event()

    def write(piece: Any) -> None:
        try:
            for _ in range(10_000):
                piece(PIECE)
        except OSError:
            ended.set()

    mirror.answer = lambda _: Told(write=write)
    for _ in range(3):
        answer = running.ask("endless")
        answer.read(1000)
        answer.close()
        ended.wait(20)
        assert ended.is_set()
        ended.clear()
    mirror.answer = lambda _: Told()


def test_no_log_has_what_the_service_was_sent(running: Running, mirror: Mirror) -> None:
    running.ask("bot12345:secret-in-path/x?token=secret-in-query", **{"x-odd": "secret-in-header"}).read()
    assert "/proxy/" in running.serve.log
    assert "secret-in" not in running.serve.log
    assert psutil.pid_exists(running.serve.process.pid)

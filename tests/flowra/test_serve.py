"""`manage.py serve` as an operator meets it: one command, one screen, parts that live on, a stop in good order."""

from __future__ import annotations

import json
import re
import secrets
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.flowra.installation import (
    ROOT,
    Installation,
    Serve,
    children_of,
    is_open,
    three_free_ports,
    within,
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("serve") / "var")


@pytest.fixture(scope="module")
def serve(installed: Installation) -> Iterator[Serve]:
    """One that all tests look at; those that break something start their own."""
    with installed.serve() as running:
        yield running


@pytest.fixture
def own(installed: Installation, serve: Serve) -> Iterator[Serve]:
    """One more on the same data, to be broken."""
    with installed.serve() as running:
        yield running


def is_ready(serve: Serve) -> bool:
    return serve.get("/readyz")[0] == 200


def test_the_first_run_prints_one_screen_that_says_what_to_do_next(
    serve: Serve, installed: Installation
) -> None:
    screen = serve.screen
    assert len(screen.splitlines()) < 24
    assert max(len(line) for line in screen.splitlines()) < 160
    url = f"http://127.0.0.1:{serve.port}"
    assert f"Flowra is running at {url}" in screen
    assert f"{url}/admin/" in screen
    assert "createsuperuser" in screen
    assert "create_project" in screen
    assert f"{installed.data / 'keys.env'}   keep a copy" in screen


def test_the_first_run_makes_files_that_only_their_owner_reads(serve: Serve, installed: Installation) -> None:
    assert stat.S_IMODE(installed.data.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in installed.data.iterdir()}
    assert {"keys.env", "flowra.sqlite3"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_web_and_worker_run_and_answer(serve: Serve) -> None:
    assert within(lambda: is_ready(serve))
    assert serve.get("/healthz")[0] == 200
    assert serve.get("/api/v1/schema")[0] == 200


def test_the_public_url_follows_the_port(serve: Serve) -> None:
    assert serve.get("/admin/login/")[0] == 200
    assert f"http://127.0.0.1:{serve.port}" in serve.screen
    assert "127.0.0.1:8000" not in serve.screen


def test_idle_it_needs_less_than_250_mb_in_all(serve: Serve) -> None:
    is_ready(serve)
    used = sum(each.memory_full_info().pss for each in serve.family())
    assert used < 250_000_000


def test_a_taken_port_is_told_and_nothing_is_made(serve: Serve, tmp_path: Path) -> None:
    refused = Installation(tmp_path / "var").manage("serve", "--port", str(serve.port))
    assert refused.returncode == 1
    assert refused.stderr.strip() == (
        f"CommandError: Port {serve.port} on 127.0.0.1 is taken by another program. Choose another with --port."
    )
    assert not (tmp_path / "var" / "flowra.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--port", "0"], "--port: 0 is not a port"),
        (["--port", "http"], "--port: http is not a port"),
        (["--workers", "0"], "--workers: 0 is not"),
        (["--host", "no.such.host.invalid"], "not an address of this machine"),
        (["--host", "0.0.0.0", "--demo"], "--demo is for trying out on this machine"),
        (["--surprise"], "unrecognized arguments: --surprise"),
    ],
)
def test_wrong_arguments_are_told_in_words(tmp_path: Path, arguments: list[str], word: str) -> None:
    port = [] if "--port" in arguments else ["--port", str(three_free_ports())]
    refused = Installation(tmp_path / "var").manage("serve", *port, *arguments)
    assert refused.returncode != 0
    assert word in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "var" / "flowra.sqlite3").exists()


def test_a_part_that_dies_is_started_again(own: Serve) -> None:
    for find in (own.web, own.worker):
        before = find()
        assert before is not None
        before.kill()
        assert within(lambda find=find, before=before: find() not in (None, before))  # type: ignore[misc]
        assert within(lambda: len(own.family()) == 4 and is_ready(own))
    assert "web server ended (signal SIGKILL); starting it again" in own.log
    assert "worker ended (signal SIGKILL); starting it again" in own.log


def test_a_stop_ends_everything_and_says_so_by_exit_code_0(own: Serve) -> None:
    family = own.family()
    own.process.send_signal(signal.SIGTERM)
    assert own.process.wait(30) == 0
    assert within(lambda: not any(each.is_running() for each in family))
    assert not is_open(own.port)
    assert "Traceback" not in own.log


def test_a_supervisor_that_is_killed_leaves_no_orphans(own: Serve) -> None:
    family = own.family()
    own.process.kill()
    own.process.wait()
    assert within(lambda: not any(each.is_running() for each in family), 30)
    assert not is_open(own.port)


class HalfSent:
    """A request whose body's end is held back: in flight for as long as one likes."""

    def __init__(self, port: int, key: str) -> None:
        body = json.dumps({"name": "Renamed in flight"}).encode()
        self.rest = body[-5:]
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        head = (
            f"PATCH /api/v1/users/profile HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: {key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.socket.sendall(head.encode() + body[:-5])

    def finish(self) -> str:
        self.socket.settimeout(60)
        self.socket.sendall(self.rest)
        answer = b""
        while got := self.socket.recv(65536):
            answer += got
        return answer.decode()


@pytest.fixture(scope="module")
def key(installed: Installation, serve: Serve) -> str:
    made = installed.manage("create_project", "In flight")
    text: str = json.loads(made.stdout.splitlines()[-1])["apiKey"]
    return text


def test_a_stop_lets_a_request_in_flight_end(own: Serve, key: str) -> None:
    request = HalfSent(own.port, key)
    time.sleep(1)
    own.process.send_signal(signal.SIGTERM)
    time.sleep(1.5)
    assert own.process.poll() is None
    answer = request.finish()
    assert answer.startswith("HTTP/1.1 200")
    assert "Renamed in flight" in answer
    assert own.process.wait(30) == 0


def test_a_second_signal_cuts_short_what_does_not_end(own: Serve, key: str) -> None:
    family = own.family()
    request = HalfSent(own.port, key)
    time.sleep(1)
    own.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert own.process.poll() is None
    own.process.send_signal(signal.SIGINT)
    assert own.process.wait(10) == 128 + signal.SIGINT
    assert within(lambda: not any(each.is_running() for each in family))
    request.socket.close()


def test_several_web_processes_share_the_port(installed: Installation, serve: Serve) -> None:
    with installed.serve("--workers", "2") as two:
        assert within(lambda: is_ready(two))
        web = two.web()
        assert web is not None
        assert len(children_of(web)) == 2


def test_two_first_runs_at_once_both_come_up(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "var")
    screens: list[str] = []

    def run() -> None:
        with installation.serve() as running:
            screens.append(running.screen)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(screens) == 2


def test_it_refuses_to_start_without_the_key_that_secrets_need(installed: Installation, serve: Serve) -> None:
    other = Installation(installed.data, {"FLOWRA_ENCRYPTION_KEYS": secrets.token_hex(32)})
    refused = other.manage("serve", "--port", str(three_free_ports()))
    assert refused.returncode == 1
    assert re.search(
        r"need the encryption key [0-9a-f]{8}, which FLOWRA_ENCRYPTION_KEYS does not have", refused.stderr
    )
    assert "Traceback" not in refused.stderr


def test_it_refuses_to_start_with_what_must_be_mended(tmp_path: Path) -> None:
    clients = tmp_path / "clients.toml"
    clients.write_text('[no-such-toolkit]\nclient_id = "x"\n')
    environment = {"FLOWRA_MANAGED_CLIENTS": str(clients), "FLOWRA_OUTBOUND_ALLOW": "0.0.0.0/0"}
    refused = Installation(tmp_path / "var", environment).manage("serve", "--port", str(three_free_ports()))
    assert refused.returncode == 1
    assert "authconfigs.E002: " in refused.stderr
    assert "there is no toolkit no-such-toolkit" in refused.stderr
    assert "flowra.E003: FLOWRA_OUTBOUND_ALLOW has 0.0.0.0/0" in refused.stderr
    assert not (tmp_path / "var" / "flowra.sqlite3").exists()


def test_the_worker_command_runs_alone_and_ends_in_good_order(installed: Installation, serve: Serve) -> None:
    worker = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "worker"], env=installed.env(), stderr=subprocess.PIPE
    )
    assert worker.stderr is not None
    assert b"The worker is running" in worker.stderr.readline()
    assert children_of(psutil.Process(worker.pid)) == []
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    worker.stderr.close()

"""An installation to measure: a data directory, a database of some size, and its server."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST_START_SECONDS = 60


@dataclass(frozen=True)
class Installation:
    """`environment` is what every process of it runs with."""

    directory: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """What a Python process of it prints; what it logs goes to the log. Raises CalledProcessError."""
        with (self.directory / "log").open("ab") as log:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", *arguments],
                cwd=ROOT,
                env=self.environment,
                check=True,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        return done.stdout

    def seeded(self, size: int) -> dict[str, Any]:
        """Migrates, makes `size` accounts and answers what to ask for."""
        self.run("-m", "django", "migrate", "--verbosity", "0")
        facts: dict[str, Any] = json.loads(self.run("-m", "tests.bench.seed", str(size)).splitlines()[-1])
        return facts

    @contextlib.contextmanager
    def working(self) -> Iterator[subprocess.Popen[bytes]]:
        """A worker of it."""
        with self._running(["manage.py", "worker"]) as process:
            yield process

    @contextlib.contextmanager
    def serving(
        self, arguments: Sequence[str], port: int, path: str = "/healthz"
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A server of it, once it answers."""
        with self._running(arguments) as process:
            wait_for_answer(port, path)
            yield process

    @contextlib.contextmanager
    def _running(self, arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        with (self.directory / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def make_installation(directory: Path, database_url: str = "", **environment: str) -> Installation:
    """One with keys of its own and nothing in it; `environment` is what it runs with besides."""
    directory.mkdir(mode=0o700)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FLOWRA_", "DATABASE_URL"))
    }
    return Installation(
        directory,
        kept
        | {
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "FLOWRA_DATA_DIR": str(directory),
            "FLOWRA_ENCRYPTION_KEYS": secrets.token_hex(32),
            "FLOWRA_SECRET_KEY": secrets.token_hex(40),
            "DATABASE_URL": database_url,
            "PYTHONPATH": str(ROOT),
        }
        | environment,
    )


def free_port() -> int:
    """A port on loopback that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_answer(port: int, path: str) -> None:
    """Until anything is answered there; raises TimeoutError."""
    until = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
            )
            if connection.recv(20).startswith(b"HTTP/1.1 "):
                return
        time.sleep(0.01)
    raise TimeoutError(f"nothing answered on port {port}")

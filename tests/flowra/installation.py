"""An installation of its own in a directory of a test, run by `manage.py` as an operator would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
# The machine may be busy: these are for what never comes.
PATIENCE_SECONDS = 90


def within(what: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def three_free_ports() -> int:
    """The first of three ports in a row that nobody listens on: Flowra's and the demo's two."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if first < 65000 and all(not is_open(first + more) for more in range(3)):
            return first


def is_open(port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Serve:
    """A running `serve`: its output so far, its processes, its address."""

    process: subprocess.Popen[bytes]
    port: int
    out: Path
    err: Path

    @property
    def screen(self) -> str:
        """What it printed."""
        return self.out.read_text()

    @property
    def log(self) -> str:
        """What it logged."""
        return self.err.read_text()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 when nobody answered."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def family(self) -> list[psutil.Process]:
        """The supervisor and all that it started."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *children_of(supervisor, recursive=True)]

    def parts(self) -> list[psutil.Process]:
        """What the supervisor itself started."""
        return children_of(psutil.Process(self.process.pid))

    def web(self) -> psutil.Process | None:
        """The web server: the one part that has processes of its own."""
        return next((each for each in self.parts() if children_of(each)), None)

    def worker(self) -> psutil.Process | None:
        """The worker, where no demo runs and the web server is up."""
        web = self.web()
        return next((each for each in self.parts() if each != web), None) if web else None


def children_of(process: psutil.Process, *, recursive: bool = False) -> list[psutil.Process]:
    """Its processes now; none when it ended while we asked."""
    try:
        found: list[psutil.Process] = process.children(recursive=recursive)
    except psutil.NoSuchProcess:
        return []
    return found


@dataclass
class Installation:
    """Its data directory and what its environment has besides."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)

    def env(self) -> dict[str, str]:
        """Of this process only what is not Flowra's."""
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FLOWRA_", "DJANGO_"))
            and name not in ("DATABASE_URL", "SENTRY_DSN", "EMAIL_URL")
        }
        return {**own, "FLOWRA_DATA_DIR": str(self.data), **self.environment}

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command, run to its end."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=self.data.parent,
            env=self.env(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Some lines in the installation's environment, as the settings see it."""
        env = {**self.env(), "DJANGO_SETTINGS_MODULE": "flowra.settings"}
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )

    @contextmanager
    def serve(self, *arguments: str) -> Iterator[Serve]:
        """`serve` on a free port until the block ends; it has printed its screen when the block begins."""
        port = three_free_ports()
        self.data.parent.mkdir(parents=True, exist_ok=True)
        out, err = self.data.parent / f"{port}.out", self.data.parent / f"{port}.err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port), *arguments],
                cwd=self.data.parent,
                env=self.env(),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        serve = Serve(process, port, out, err)
        family: list[psutil.Process] = []
        try:
            assert within(lambda: "Ctrl-C ends it." in serve.screen or process.poll() is not None)
            assert process.poll() is None, serve.log
            family = serve.family()
            yield serve
        finally:
            if process.poll() is None:
                family = serve.family()
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            for each in family:
                if each.is_running() and each.status() != psutil.STATUS_ZOMBIE:
                    each.kill()

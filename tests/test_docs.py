"""The README is true: what it tells to type is typed here, in a fresh checkout, and does what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.readme import ROOT, blocks, linked_files, rows

SHOWN_URL = "http://127.0.0.1:8000"
# What a reader puts in, found in what was answered before.
PLACEHOLDERS = {
    "flw_live_…": re.compile(r'"apiKey": ?"(flw_live_[^"]+)"'),
    "ac_…": re.compile(r'"id": ?"(ac_[^"]+)"'),
}


@dataclass
class Reader:
    """Someone who types what the README says, with what came back before in mind."""

    folder: Path
    environment: dict[str, str]
    url: str = SHOWN_URL
    seen: str = ""
    exports: list[str] = field(default_factory=list)

    def in_own_words(self, text: str) -> str:
        """The text with this reader's address, key and ids in it."""
        for placeholder, pattern in PLACEHOLDERS.items():
            found = pattern.findall(self.seen)
            if placeholder in text:
                assert found, f"nothing before tells what to put for {placeholder} in: {text}"
                text = text.replace(placeholder, found[-1])
        return text.replace('"…"', '"the-secret-of-an-app"').replace(SHOWN_URL, self.url)

    def type(self, command: str) -> str:
        """Runs it as a shell would; answers what it printed."""
        command = self.in_own_words(command)
        if command.startswith("export "):
            self.exports.append(command)
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join([*self.exports, command])],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
        self.seen += run.stdout
        return run.stdout


def free_ports_in_a_row() -> int:
    """A port whose two neighbours are free as well: `serve --demo` likes three in a row."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def borrow_this_environment(checkout: Path) -> None:
    """Gives a checkout what this run has installed, instead of installing all of it anew."""
    venv = checkout / ".venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(Path(sys.prefix) / name)
    for name in ("requirements.lock", "pyproject.toml"):
        os.utime(checkout / name, (0, 0))
    (venv / ".run").touch()


@contextmanager
def running(reader: Reader, command: str) -> Iterator[str]:
    """Types a command that goes on until Ctrl-C; answers what it printed until Flowra was running."""
    process = subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=reader.folder,
        env=reader.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = threading.Timer(120, os.killpg, (process.pid, signal.SIGKILL))
    deadline.start()
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        else:
            pytest.fail(f"{command} ended:\n{''.join(lines)}")
        family = psutil.Process(process.pid).children(recursive=True)
        yield "".join(lines)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
        assert [each for each in family if each.is_running()] == [], "Ctrl-C ends all of it"
    finally:
        deadline.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def test_a_reader_gets_from_the_checkout_to_the_first_link(tmp_path: Path) -> None:
    enter, *run = blocks()[0].commands()
    assert run == ["make run"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLOWRA_", "DJANGO_"))}
    kept.pop("DATABASE_URL", None)
    kept.pop("MAKEFLAGS", None)
    environment = {**kept, "HOME": str(tmp_path), "SERVE": f"--port {free_ports_in_a_row()}"}
    reader = Reader(tmp_path, environment)
    reader.type(f"git clone --quiet {ROOT} flowra")
    reader.folder = Path(reader.type(f"{enter} && pwd").strip())
    borrow_this_environment(reader.folder)
    environment["PATH"] = f"{reader.folder / '.venv/bin'}{os.pathsep}{environment['PATH']}"

    with running(reader, run[0]) as screen:
        found = re.search(r"Flowra is running at (\S+)", screen)
        assert found, screen
        reader.url = found[1]
        assert "Acme" in screen
        for block in blocks()[1:]:
            if block.language == "sh":
                for command in block.commands():
                    printed = reader.type(command)
                    if "curl" in command:
                        assert json.loads(printed).get("success") is not False, printed
            elif block.language == "python":
                assert f"{reader.url}/connect/" in said_by_the_client(reader, block.text)
        assert "redirectUrl" in reader.seen


def said_by_the_client(reader: Reader, script: str) -> str:
    """What a script prints in an app's own environment, where the official client is installed."""
    python = os.environ.get("FLOWRA_TEST_SDK_PYTHON") or ROOT / ".venv/sdk/bin/python"
    elsewhere = reader.folder.parent
    run = subprocess.run(
        [python, "-c", reader.in_own_words(script)],
        cwd=elsewhere,
        env=reader.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_every_shell_block_is_one_that_was_typed() -> None:
    assert [block.language for block in blocks() if block.language not in ("sh", "python")] == []
    assert shutil.which("curl"), "the README's calls are made with curl: install it"


def test_what_it_links_to_is_there() -> None:
    assert [name for name in linked_files() if not (ROOT / name).exists()] == []


def test_every_room_on_its_map_is_there() -> None:
    named = [
        name
        for row in rows("The map of the house")
        for name in re.findall(r"`([\w*]*[./][\w./*]*)`", " ".join(row))
    ]
    floors = ("", "flowra/", "authconfigs/", "accounts/")
    missing = [name for name in named if not any(list(ROOT.glob(floor + name)) for floor in floors)]
    assert missing == []


def test_every_setting_that_it_names_is_read_and_every_one_that_is_read_is_named() -> None:
    named = {name for row in rows("Settings") for name in re.findall(r"`([A-Z][A-Z_]+)`", row[0])}
    code = "".join((ROOT / "flowra" / name).read_text() for name in ("settings.py", "keys_at_first_run.py"))
    read = set(re.findall(r'"((?:FLOWRA|DATABASE|EMAIL|SENTRY)_[A-Z_]+)"', code))
    assert (named - read, read - named - {"DATABASE_URL"}) == (set(), set())

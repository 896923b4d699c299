"""`python -m tests.provider.demo` and `python -m tests.provider` run on their own, small, and end when told to."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.plain_http import call

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 45 * 1024 * 1024
DEMO = [
    *("--flowra-url", "http://127.0.0.1:9", "--auth-config-id", "ac_x", "--client-id", "flowra-demo"),
    *("--redirect-uri", "http://127.0.0.1:9/back"),
]


def start(module: str, arguments: list[str], **environment: str) -> subprocess.Popen[str]:
    known = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=known | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def when_ready(file: Path) -> dict[str, Any]:
    for _ in range(200):
        if file.exists():
            told: dict[str, Any] = json.loads(file.read_text())
            return told
        time.sleep(0.05)
    raise AssertionError("it never said that it is ready")


def test_provider_and_acme_are_one_small_process(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    secrets = {"PRACTICE_CLIENT_SECRET": "demo-secret", "FLOWRA_API_KEY": "flw_test_x"}
    process = start("tests.provider.demo", [*DEMO, "--ready-file", str(ready)], **secrets)
    try:
        told = when_ready(ready)
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        assert "flw_test_x" not in ready.read_text()
        assert call("GET", told["acme"]).status == 502
        form = {"grant_type": "refresh_token", "refresh_token": "none"}
        refused = call("POST", told["provider"] + "/token", form=form, basic=("flowra-demo", "demo-secret"))
        assert refused.json["error"] == "invalid_grant"
        assert psutil.Process(process.pid).memory_info().rss < LARGEST
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.communicate()


def test_the_provider_alone_tells_where_it_is() -> None:
    process = start("tests.provider", ["--client-id", "an-app", "--redirect-uri", "http://127.0.0.1:9/back"])
    try:
        assert process.stdout is not None
        origin = process.stdout.readline().split()[-1]
        assert call("GET", origin).status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.communicate()


def test_without_its_key_the_demo_says_what_is_missing() -> None:
    process = start("tests.provider.demo", DEMO)
    words = process.communicate(timeout=20)[1]
    assert process.returncode == 2
    assert "FLOWRA_API_KEY is not in the environment" in words


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_it_runs_on_loopback_only(host: str) -> None:
    process = start("tests.provider", ["--host", host])
    assert "loopback only" in process.communicate(timeout=20)[1]
    assert process.returncode != 0

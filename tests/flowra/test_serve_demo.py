"""`manage.py serve --demo`: something to press at once, made once, and on this machine only."""

from __future__ import annotations

import json
import re
import sqlite3
import urllib.request
from pathlib import Path

import pytest

from tests.flowra.installation import Installation, Serve, is_open, within


def shown(serve: Serve, what: str) -> str:
    """The URL beside that word on the screen."""
    found = re.search(rf"^  {what}\s+(http\S+)", serve.screen, re.MULTILINE)
    assert found is not None, serve.screen
    return found[1]


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def count(installation: Installation, table: str, where: str = "1 = 1") -> int:
    with sqlite3.connect(installation.data / "flowra.sqlite3", timeout=30) as database:
        number: int = database.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]
        return number


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("demo") / "var")


def test_the_demo_comes_up_ready_and_a_second_start_makes_nothing_twice(installed: Installation) -> None:
    with installed.serve("--demo") as first:
        assert len(first.screen.splitlines()) < 24
        assert "Connect Practice" in read(shown(first, "Open first"))
        issuer = shown(first, "Provider")
        assert json.loads(read(f"{issuer}/.well-known/openid-configuration"))["issuer"] == issuer
        password = re.search(r"as admin, password (\S+)", first.screen)
        assert password is not None
        check = installed.python(
            "import django; django.setup()\n"
            "from django.contrib.auth import authenticate\n"
            f"print(authenticate(username='admin', password={password[1]!r}).is_superuser)"
        )
        assert check.stdout.strip() == "True", check.stderr
        assert password[1].encode() not in (installed.data / "flowra.sqlite3").read_bytes()
        assert within(lambda: first.get("/readyz")[0] == 200)
        used = sum(each.memory_full_info().pss for each in first.family())
        assert used < 250_000_000
        family = first.family()
    with sqlite3.connect(installed.data / "flowra.sqlite3", timeout=30) as database:
        # Even a key that somebody took back says which project is the demo's.
        database.execute("UPDATE flowra_apikey SET revoked_at = created_at")
        database.execute("UPDATE flowra_project SET name = 'Acme, renamed'")
    assert within(lambda: not any(each.is_running() for each in family))

    with installed.serve("--demo") as second:
        assert "password" not in second.screen.replace("changepassword", "")
        assert "manage.py changepassword admin" in second.screen
        assert "Connect Practice" in read(shown(second, "Open first"))
        assert count(installed, "flowra_project") == 1
        assert count(installed, "authconfigs_projecttoolkit") == 1
        assert count(installed, "authconfigs_authconfig") == 1
        assert count(installed, "auth_user") == 1
        assert count(installed, "flowra_apikey", "revoked_at IS NULL") == 1


def test_no_secret_of_the_demo_shows_in_the_list_of_processes(installed: Installation) -> None:
    with installed.serve("--demo") as running:
        lines = [" ".join(each.cmdline()) for each in running.family()]
        assert not any(re.search(r"flw_live|secret|password", line) for line in lines)


def test_the_provider_is_started_again_when_it_dies_and_ends_with_the_supervisor(
    installed: Installation,
) -> None:
    with installed.serve("--demo") as running:
        port = int(shown(running, "Provider").rsplit(":", 1)[1])
        provider = next(
            each
            for each in running.parts()
            if any(connection.laddr.port == port for connection in each.net_connections("tcp"))
        )
        provider.kill()
        assert within(lambda: is_open(port) and provider not in running.parts())
        family = running.family()
        running.process.kill()
        running.process.wait()
        assert within(lambda: not any(each.is_running() for each in family))


@pytest.mark.parametrize("public", ["https://connect.example.com"])
def test_there_is_no_demo_in_public(tmp_path: Path, public: str) -> None:
    refused = Installation(tmp_path / "var", {"FLOWRA_PUBLIC_URL": public}).manage(
        "serve", "--demo", "--port", "18999"
    )
    assert refused.returncode == 1
    assert "--demo is for trying out on this machine" in refused.stderr
    assert not (tmp_path / "var" / "flowra.sqlite3").exists()

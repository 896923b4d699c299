"""`check --deploy` says what is unsafe, each with an id and a mend, and nothing of a good installation."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage

from flowra import checks
from tests.flowra.installation import Installation


@pytest.fixture
def good(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings of a good installation in public."""
    monkeypatch.setenv("FLOWRA_ENCRYPTION_KEYS", secrets.token_hex(32))
    settings.FLOWRA_PUBLIC_URL = "https://connect.example.com"
    settings.ALLOWED_HOSTS = ["connect.example.com"]
    settings.FLOWRA_OUTBOUND_ALLOW = ()
    settings.DEBUG = False
    settings.SECRET_KEY = secrets.token_hex(40)
    settings.FLOWRA_DATA_DIR = tmp_path
    settings.BASE_DIR = tmp_path
    settings.FLOWRA_MANAGED_CLIENTS = ""
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", "flowra")
    return settings


def found() -> dict[str, CheckMessage]:
    messages = [
        *checks.check_reach(),
        *checks.check_files(),
        *checks.check_secret_key(),
        *checks.check_deployment(),
    ]
    assert all(message.hint for message in messages)
    return {str(message.id): message for message in messages}


def test_a_good_installation_has_nothing_to_mend(good: Any) -> None:
    assert found() == {}


def allow(*networks: str) -> Callable[[Any, Path], None]:
    def change(settings: Any, _: Path) -> None:
        settings.FLOWRA_OUTBOUND_ALLOW = tuple(ipaddress.ip_network(each) for each in networks)

    return change


def setting(name: str, value: Any) -> Callable[[Any, Path], None]:
    return lambda settings, _: setattr(settings, name, value)


def readable(name: str, mode: int) -> Callable[[Any, Path], None]:
    def change(settings: Any, directory: Path) -> None:
        (directory / name).write_text("x")
        (directory / name).chmod(mode)
        if name == "clients.toml":
            settings.FLOWRA_MANAGED_CLIENTS = str(directory / name)
        if name == "flowra.sqlite3":
            directory.chmod(0o755)
            settings.DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"
            settings.DATABASES["default"]["NAME"] = str(directory / name)

    return change


@pytest.mark.parametrize(
    ("change", "ids"),
    [
        (setting("DEBUG", True), {"flowra.E001"}),
        (setting("ALLOWED_HOSTS", ["*"]), {"flowra.E002"}),
        (setting("ALLOWED_HOSTS", ["other.example.com"]), {"flowra.E004"}),
        (setting("ALLOWED_HOSTS", [".example.com"]), set()),
        (allow("0.0.0.0/0"), {"flowra.E003"}),
        (allow("169.254.169.254/32"), {"flowra.E003"}),
        (allow("::/0"), {"flowra.E003"}),
        (allow("8.0.0.0/6"), {"flowra.W003"}),
        (allow("10.1.2.3/32", "fd00::7/128"), set()),
        (readable("keys.env", 0o644), {"flowra.E005"}),
        (readable(".env", 0o640), {"flowra.E005"}),
        (readable("keys.env", 0o600), set()),
        (readable("clients.toml", 0o644), {"flowra.W006"}),
        (readable("clients.toml", 0o640), set()),
        (readable("flowra.sqlite3", 0o644), {"flowra.W005", "flowra.W011"}),
        (setting("SECRET_KEY", "short"), {"flowra.E007"}),
        (setting("SECRET_KEY", "a" * 60), {"flowra.E007"}),
        (setting("FLOWRA_PUBLIC_URL", "http://127.0.0.1:8000"), {"flowra.W010", "flowra.E004"}),
    ],
)
def test_each_fault_is_found_by_its_id(
    good: Any, tmp_path: Path, change: Callable[[Any, Path], None], ids: set[str]
) -> None:
    change(good, tmp_path)
    assert found().keys() == ids


def test_keys_beside_the_data_are_told(good: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWRA_ENCRYPTION_KEYS")
    assert found().keys() == {"flowra.W012"}


def test_the_command_finds_nothing_in_a_good_configuration(tmp_path: Path) -> None:
    told = Installation(
        tmp_path / "var",
        {
            "DATABASE_URL": "postgresql://flowra@127.0.0.1:1/flowra",
            "FLOWRA_PUBLIC_URL": "https://connect.example.com",
            "FLOWRA_ENCRYPTION_KEYS": secrets.token_hex(32),
            "FLOWRA_SECRET_KEY": secrets.token_hex(40),
        },
    ).manage("check", "--deploy", "--fail-level", "WARNING")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("System check identified no issues")


def test_the_command_tells_of_an_embedded_one_what_it_is_good_for(tmp_path: Path) -> None:
    told = Installation(tmp_path / "var").manage("check", "--deploy")
    assert told.returncode == 0
    assert [id for id in ("flowra.W010", "flowra.W011", "flowra.W012") if id not in told.stderr] == []
    assert told.stderr.count("HINT:") == 3

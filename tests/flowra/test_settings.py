"""Settings are read from the environment; a wrong one is refused in words that say how to mend it."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.flowra.installation import Installation

POSTGRESQL = {"DATABASE_URL": "postgresql://flowra@db.example.com/flowra"}
KEYS = {"FLOWRA_ENCRYPTION_KEYS": secrets.token_hex(32), "FLOWRA_SECRET_KEY": secrets.token_hex(40)}


def value(directory: Path, name: str, **environment: str) -> str:
    told = Installation(directory / "var", environment).python(
        f"import flowra.settings as s; print(({name}))"
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_with_nothing_given_it_is_an_embedded_database_for_this_machine_alone(tmp_path: Path) -> None:
    told = value(
        tmp_path,
        "s.FLOWRA_PUBLIC_URL, s.DEBUG, s.ALLOWED_HOSTS, s.FLOWRA_OUTBOUND_ALLOW, s.SESSION_COOKIE_SECURE, "
        "s.DATABASES['default']['NAME'], s.FLOWRA_MANAGED_CLIENTS",
    )
    assert told == str(
        (
            "http://127.0.0.1:8000",
            False,
            ["localhost", "127.0.0.1", "[::1]"],
            (),
            False,
            str(tmp_path / "var" / "flowra.sqlite3"),
            "",
        )
    )


def test_an_https_address_makes_cookies_secure_and_its_host_the_only_one(tmp_path: Path) -> None:
    told = value(
        tmp_path,
        "s.FLOWRA_PUBLIC_URL, s.ALLOWED_HOSTS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
        "s.CSRF_TRUSTED_ORIGINS, s.SECURE_HSTS_SECONDS > 0",
        FLOWRA_PUBLIC_URL="https://connect.example.com/",
    )
    url = "https://connect.example.com"
    assert told == str((url, ["connect.example.com"], True, True, [url], True))


def test_the_public_url_is_kept_as_browsers_write_it(tmp_path: Path) -> None:
    assert value(tmp_path, "s.FLOWRA_PUBLIC_URL", FLOWRA_PUBLIC_URL="HTTPS://Connect.Example.com:443/") == (
        "https://connect.example.com"
    )


def test_several_keys_are_taken_the_first_one_writes(tmp_path: Path) -> None:
    keys = ",".join(secrets.token_hex(32) for _ in range(3))
    told = value(tmp_path, "len(s.FLOWRA_KEY_RING.ids())", **{**KEYS, "FLOWRA_ENCRYPTION_KEYS": keys})
    assert told == "3"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (
            {"FLOWRA_PUBLIC_URL": "http://connect.example.com"},
            "FLOWRA_PUBLIC_URL must be https, except on loopback",
        ),
        ({"FLOWRA_PUBLIC_URL": "connect.example.com"}, "FLOWRA_PUBLIC_URL must be a scheme and a host"),
        (
            {"FLOWRA_PUBLIC_URL": "https://example.com/flowra"},
            "FLOWRA_PUBLIC_URL must be a scheme and a host",
        ),
        ({"FLOWRA_PUBLIC_URL": "https://example.com?x=1"}, "FLOWRA_PUBLIC_URL must be a scheme and a host"),
        ({"FLOWRA_PUBLIC_URL": "https://[x"}, "FLOWRA_PUBLIC_URL must be a scheme and a host"),
        (
            {"FLOWRA_PUBLIC_URL": "https://u:hunter2@example.com"},
            "FLOWRA_PUBLIC_URL must be a scheme and a host",
        ),
        ({"FLOWRA_PUBLIC_URL": "https://example.com:99999"}, "FLOWRA_PUBLIC_URL must be a scheme and a host"),
        ({"DATABASE_URL": "postgresql://u:hunter2/@db:port/x"}, "DATABASE_URL is not a URL"),
        ({"FLOWRA_DATA_DIR": "/proc/nowhere"}, "set FLOWRA_DATA_DIR to a folder that this user may write"),
        ({"EMAIL_URL": "pigeon://hunter2"}, "EMAIL_URL must be like smtp+tls://"),
        ({"FLOWRA_OUTBOUND_ALLOW": "10.0.0.0/8,loopback"}, "FLOWRA_OUTBOUND_ALLOW must be CIDRs"),
        ({"DATABASE_URL": "mysql://db/flowra"}, "DATABASE_URL must be sqlite:///… or postgresql://…"),
        ({"FLOWRA_ENCRYPTION_KEYS": "hunter2"}, "FLOWRA_ENCRYPTION_KEYS has a malformed key"),
        ({"FLOWRA_ENCRYPTION_KEYS": "00" * 32}, "FLOWRA_ENCRYPTION_KEYS has a key that is not random"),
        (POSTGRESQL, "FLOWRA_ENCRYPTION_KEYS and FLOWRA_SECRET_KEY must be given"),
        ({**POSTGRESQL, "FLOWRA_ENCRYPTION_KEYS": secrets.token_hex(32)}, "FLOWRA_SECRET_KEY must be given"),
        ({"FLOWRA_DEBUG": "perhaps"}, "FLOWRA_DEBUG"),
        (
            {"FLOWRA_EXECUTION_LOG_DAYS": "0"},
            "FLOWRA_EXECUTION_LOG_DAYS must be a whole number from 1 to 3650",
        ),
        ({"FLOWRA_LOG_FORMAT": "xml"}, "FLOWRA_LOG_FORMAT must be console or json"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(
    tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    refused = Installation(tmp_path / "var", environment).manage("check")
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "hunter2" not in refused.stderr


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "var")
    installation.python("import flowra.settings")
    (tmp_path / "var" / "flowra.sqlite3").write_bytes(b"not a database at all " * 500)
    refused = installation.manage("serve", "--port", "18998")
    assert refused.returncode == 1
    assert "flowra.sqlite3 cannot be used: file is not a database" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_missing_key_comes_with_how_to_make_one(tmp_path: Path) -> None:
    refused = Installation(tmp_path / "var", POSTGRESQL).manage("serve")
    assert "Make one with: python -c" in refused.stderr


def test_postgresql_comes_with_a_pool(tmp_path: Path) -> None:
    told = value(tmp_path, "'pool' in s.DATABASES['default']['OPTIONS']", **POSTGRESQL, **KEYS)
    assert told == "True"


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("", "flowra@connect.example.com"),
        ("smtp+tls://ops%40example.com:pw@mail.example.com:587", "ops@example.com"),
        ("smtp+tls://apikey:pw@mail.example.com:587", "flowra@connect.example.com"),
        ("smtp+tls://apikey:pw@mail.example.com:587/?from=flowra@example.com", "flowra@example.com"),
    ],
)
def test_mail_has_a_sender_that_a_server_takes(tmp_path: Path, url: str, sender: str) -> None:
    told = value(
        tmp_path,
        "s.DEFAULT_FROM_EMAIL, s.EMAIL_TIMEOUT",
        FLOWRA_PUBLIC_URL="https://connect.example.com",
        EMAIL_URL=url,
    )
    assert told == str((sender, 20))

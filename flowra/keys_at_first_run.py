"""Keys of an installation: given by the environment, or made once beside the embedded SQLite database.

Made keys live in `FLOWRA_DATA_DIR/keys.env`, readable by its owner alone. They are never made anew beside a
database that already exists: its secrets would be unreadable, so that is refused with what to do.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

FILE_NAME = "keys.env"
HOW_TO_MAKE_ONE = 'python -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'


@dataclass(frozen=True, slots=True)
class Keys:
    """The installation's keys: `encryption` newest first, base64 or hex of 32 bytes each; `secret` signs cookies."""

    encryption: tuple[str, ...]
    secret: str

    def __repr__(self) -> str:
        return f"Keys({len(self.encryption)} encryption keys)"


def keys_of_installation(environment: Mapping[str, str], data_dir: Path, sqlite_file: Path | None) -> Keys:
    """The keys given in `environment`, else those in the data directory, else freshly made ones.

    `sqlite_file` is None when the database is not the embedded one: then both must be given.
    Raises ImproperlyConfigured, saying what is missing and how to make it.
    """
    given = {
        name: environment.get(name, "").strip() for name in ("FLOWRA_ENCRYPTION_KEYS", "FLOWRA_SECRET_KEY")
    }
    missing = [name for name, value in given.items() if not value]
    if missing and sqlite_file is None:
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} must be given when DATABASE_URL is not SQLite. "
            f"Make one with: {HOW_TO_MAKE_ONE}"
        )
    if missing and sqlite_file is not None:
        try:
            stored = _stored_keys(data_dir / FILE_NAME, sqlite_file)
        except OSError as error:
            raise ImproperlyConfigured(
                f"The keys in {data_dir / FILE_NAME} cannot be read or made ({error.strerror})."
            ) from error
        for name in missing:
            given[name] = stored.get(name, "")
            if not given[name]:
                raise ImproperlyConfigured(f"{data_dir / FILE_NAME} has no {name}; restore that file.")
    encryption = tuple(key.strip() for key in given["FLOWRA_ENCRYPTION_KEYS"].split(",") if key.strip())
    return Keys(encryption=encryption, secret=given["FLOWRA_SECRET_KEY"])


def _stored_keys(path: Path, sqlite_file: Path) -> dict[str, str]:
    if not path.exists():
        if sqlite_file.exists() and sqlite_file.stat().st_size > 0:
            raise ImproperlyConfigured(
                f"The database {sqlite_file.name} exists and its keys do not: {path.name} is missing beside it. "
                "Restore that file, or give FLOWRA_ENCRYPTION_KEYS and FLOWRA_SECRET_KEY."
            )
        _make_keys(path)
    lines = (line.partition("=") for line in path.read_text().splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in lines if value}


def _make_keys(path: Path) -> None:
    """Writes the file whole and links it into place, so that of two first runs at once exactly one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{FILE_NAME}.{secrets.token_hex(8)}")
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("# Without these keys the database beside them cannot be read. Keep a copy elsewhere.\n")
        file.write(f"FLOWRA_ENCRYPTION_KEYS={key}\nFLOWRA_SECRET_KEY={secrets.token_urlsafe(48)}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()

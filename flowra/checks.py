"""What is unsafe about an installation, each with an id and a mend: `manage.py check`, and more with `--deploy`.

What no installation may have (no keys, a malformed one, http off loopback) is not here: with that the settings
themselves refuse to start. E: must be mended. W: should be, or be meant.
"""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from flowra.keys_at_first_run import FILE_NAME, HOW_TO_MAKE_ONE

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Where clouds tell a machine its own credentials.
METADATA = tuple(
    ipaddress.ip_address(each)
    for each in ("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200")
)
WIDEST_ALLOWED = {4: 8, 6: 32}
SHORTEST_SECRET = 40
LEAST_LETTERS = 10


def _is_public() -> bool:
    return urlsplit(settings.FLOWRA_PUBLIC_URL).hostname not in LOOPBACK


def _is_sqlite() -> bool:
    engine: str = settings.DATABASES["default"]["ENGINE"]
    return engine.endswith("sqlite3")


@register(Tags.security)
def check_reach(**_: Any) -> Sequence[CheckMessage]:
    """E001 debugging in public, E002 any host, E003 and W003 what Flowra itself may call."""
    return [*_public(), *_outbound()]


def _public() -> Iterator[CheckMessage]:
    if settings.DEBUG and _is_public():
        yield Error(
            "FLOWRA_DEBUG is on at a public URL: error pages show settings and data.",
            hint="Unset FLOWRA_DEBUG.",
            id="flowra.E001",
        )
    if "*" in settings.ALLOWED_HOSTS and _is_public():
        yield Error(
            "FLOWRA_ALLOWED_HOSTS takes any host name: links could be made to point elsewhere.",
            hint="Name the hosts, or unset it: the public URL's host is the default.",
            id="flowra.E002",
        )
    host = urlsplit(settings.FLOWRA_PUBLIC_URL).hostname
    if not any(_matches(host or "", each) for each in settings.ALLOWED_HOSTS):
        yield Error(
            f"FLOWRA_ALLOWED_HOSTS does not have {host}, the public URL's host: every page answers 400.",
            hint=f"Add {host} to FLOWRA_ALLOWED_HOSTS.",
            id="flowra.E004",
        )


def _matches(host: str, pattern: str) -> bool:
    host = f"[{host}]" if ":" in host else host
    return pattern in ("*", host) or (
        pattern.startswith(".") and (host.endswith(pattern) or host == pattern[1:])
    )


def _outbound() -> Iterator[CheckMessage]:
    for network in settings.FLOWRA_OUTBOUND_ALLOW:
        if any(each in network for each in METADATA if each.version == network.version):
            yield Error(
                f"FLOWRA_OUTBOUND_ALLOW has {network}, where a cloud tells this machine's own credentials.",
                hint="Allow only the addresses of the services that must be reached, as /32 or /128.",
                id="flowra.E003",
            )
        elif network.prefixlen < WIDEST_ALLOWED[network.version]:
            yield Warning(
                f"FLOWRA_OUTBOUND_ALLOW has {network}: whoever may register a toolkit can reach all of it.",
                hint="Allow only the addresses of the services that must be reached.",
                id="flowra.W003",
            )


@register(Tags.security)
def check_files(**_: Any) -> Sequence[CheckMessage]:
    """E005 the files with keys, W005 the data directory, W006 the operator's clients: who else may read them."""
    return list(_files())


def _files() -> Iterator[CheckMessage]:
    for keys in (settings.FLOWRA_DATA_DIR / FILE_NAME, settings.BASE_DIR / ".env"):
        if _mode(keys) & 0o077:
            yield Error(
                f"{keys} can be read by others, and holds what opens every stored secret.",
                hint=f"chmod 600 {keys}",
                id="flowra.E005",
            )
    if _is_sqlite():
        database = Path(settings.DATABASES["default"]["NAME"])
        if _mode(database) & 0o077 and _mode(database.parent) & 0o077:
            yield Warning(
                f"{database} can be read by others of this machine.",
                hint=f"chmod 700 {database.parent}",
                id="flowra.W005",
            )
    if settings.FLOWRA_MANAGED_CLIENTS and _mode(Path(settings.FLOWRA_MANAGED_CLIENTS)) & 0o007:
        yield Warning(
            f"{settings.FLOWRA_MANAGED_CLIENTS} (FLOWRA_MANAGED_CLIENTS) holds client secrets and can be read by anyone.",
            hint=f"chmod o= {settings.FLOWRA_MANAGED_CLIENTS}",
            id="flowra.W006",
        )


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


@register(Tags.security)
def check_secret_key(**_: Any) -> Sequence[CheckMessage]:
    """E007 when cookies could be forged: the key that signs them is short or plain."""
    key = str(settings.SECRET_KEY)
    if len(key) >= SHORTEST_SECRET and len(set(key)) >= LEAST_LETTERS and "insecure" not in key:
        return []
    return [
        Error(
            f"FLOWRA_SECRET_KEY is weak: it has fewer than {SHORTEST_SECRET} characters, or few different ones.",
            hint=f"Make one with: {HOW_TO_MAKE_ONE}",
            id="flowra.E007",
        )
    ]


@register(Tags.security, deploy=True)
def check_deployment(**_: Any) -> Sequence[CheckMessage]:
    """W010 no public URL yet, W011 SQLite in public, W012 keys beside the data."""
    return list(_deployment())


def _deployment() -> Iterator[CheckMessage]:
    if not _is_public():
        yield Warning(
            f"The public URL is {settings.FLOWRA_PUBLIC_URL}: only this machine can open it.",
            hint="Set FLOWRA_PUBLIC_URL to the https address under which people and services reach this Flowra.",
            id="flowra.W010",
        )
    if _is_sqlite():
        yield Warning(
            "The database is the embedded SQLite file: good for one machine, and one machine only.",
            hint="Set DATABASE_URL to a postgresql:// address before you run Flowra on a second machine.",
            id="flowra.W011",
        )
    if not os.environ.get("FLOWRA_ENCRYPTION_KEYS", "").strip():
        yield Warning(
            f"The encryption keys lie in {settings.FLOWRA_DATA_DIR / FILE_NAME}, beside the data that they open.",
            hint="Give FLOWRA_ENCRYPTION_KEYS and FLOWRA_SECRET_KEY by the environment, from where secrets are kept, "
            "and keep a copy apart from the database's backups.",
            id="flowra.W012",
        )

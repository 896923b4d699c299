"""What a demo's provider remembers from one start to the next: the grants, in a file that only its owner reads.

Tests never use it. Tokens are in it as they are: they open nothing but this practice provider.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from .ledger import Ledger
from .records import PEOPLE, Grant, Token


class Keepsake:
    """The file at `path`. A file that makes no sense is as good as none: the provider starts empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._last = b""

    def load(self, ledger: Ledger) -> None:
        """Puts the kept grants back, those of apps that `ledger` knows."""
        try:
            kept = json.loads(self._path.read_bytes())["grants"]
            grants = [grant for each in kept if (grant := _grant(each, ledger))]
        except (OSError, ValueError, KeyError, TypeError):
            return
        for grant in grants:
            ledger.put_back(grant)

    def save(self, ledger: Ledger) -> None:
        """Writes the grants that live, where they have changed; the file appears whole or not at all."""
        with self._lock:
            told = json.dumps({"grants": [_told(grant) for grant in ledger.grants if grant.is_live]}).encode()
            if told == self._last:
                return
            draft = self._path.with_name(self._path.name + ".part")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(told)
            draft.replace(self._path)
            self._last = told


def _told(grant: Grant) -> dict[str, Any]:
    tokens = [{k: v for k, v in vars(token).items() if k != "grant"} for token in list(grant.tokens)]
    return {
        "id": grant.id,
        "service": grant.service,
        "client_id": grant.client.client_id,
        "person": grant.person.email,
        "scopes": grant.scopes,
        "asked": dict(grant.asked),
        "path": dict(grant.path),
        "made_at": grant.made_at,
        "tokens": tokens,
    }


def _grant(kept: dict[str, Any], ledger: Ledger) -> Grant | None:
    """The grant, or None where its app or person is gone. Raises where the file is not one of ours."""
    client = ledger.client(kept["service"], kept["client_id"])
    person = next((one for one in PEOPLE if one.email == kept["person"]), None)
    if client is None or person is None:
        return None
    scopes, asked, path = tuple(kept["scopes"]), kept["asked"], kept["path"]
    grant = Grant(kept["id"], client, person, scopes, asked, path, kept["made_at"])
    for token in kept["tokens"]:
        grant.tokens.append(Token(**{**token, "scopes": tuple(token["scopes"]), "grant": grant}))
    return grant

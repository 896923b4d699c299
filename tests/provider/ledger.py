"""What the practice provider remembers, thread-safe."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

from .records import Client, Code, Grant, Person, Token


class Ledger:
    """Everything the provider remembers. `lock` makes a step that reads and then writes one step."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._clients: dict[tuple[str, str], Client] = {}
        self._codes: dict[str, Code] = {}
        self._grants: dict[str, Grant] = {}
        self._tokens: dict[str, Token] = {}
        self._keys: dict[tuple[str, str], Person] = {}
        self._notes: dict[Person, list[dict[str, object]]] = {}

    def add_client(self, client: Client) -> None:
        with self.lock:
            self._clients[client.service, client.client_id] = client

    def client(self, service: str, client_id: str) -> Client | None:
        with self.lock:
            return self._clients.get((service, client_id))

    def add_key(self, service: str, key: str, person: Person) -> None:
        """Lets `key` (an API key, or `user:password`) in at `service` as `person`."""
        with self.lock:
            self._keys[service, key] = person

    def remove_key(self, service: str, key: str) -> None:
        with self.lock:
            self._keys.pop((service, key), None)

    def key_owner(self, service: str, key: str) -> Person | None:
        with self.lock:
            return self._keys.get((service, key))

    def add_note(self, person: Person, text: str) -> dict[str, object]:
        """One more message of `person`; the newest hundred are kept."""
        with self.lock:
            note: dict[str, object] = {
                "id": f"msg-{secrets.token_hex(4)}",
                "from": person.email,
                "text": text,
            }
            self._notes[person] = [*self._notes.get(person, []), note][-100:]
            return note

    def notes(self, person: Person) -> list[dict[str, object]]:
        with self.lock:
            return list(self._notes.get(person, []))

    def add_code(self, code: Code) -> None:
        with self.lock:
            self._codes[code.value] = code

    def code(self, value: str) -> Code | None:
        with self.lock:
            return self._codes.get(value)

    @property
    def codes(self) -> list[Code]:
        with self.lock:
            return list(self._codes.values())

    def add_grant(self, code: Code) -> Grant:
        with self.lock:
            identifier = f"grant-{secrets.token_hex(6)}"
            grant = Grant(
                identifier, code.client, code.person, code.scopes, code.asked, code.path, time.time()
            )
            self._grants[grant.id] = grant
            code.grant_id = grant.id
            return grant

    def put_back(self, grant: Grant) -> None:
        """A grant of an earlier run, with its tokens."""
        with self.lock:
            self._grants[grant.id] = grant
            self._tokens.update({token.value: token for token in grant.tokens})

    def add_token(self, token: Token) -> None:
        with self.lock:
            self._tokens[token.value] = token
            token.grant.tokens.append(token)

    def token(self, value: str, service: str | None = None) -> Token | None:
        """The token of that value, dead or alive; with `service`, only where it was given out there."""
        with self.lock:
            token = self._tokens.get(value)
            return token if token and service in (None, token.grant.service) else None

    @property
    def grants(self) -> list[Grant]:
        with self.lock:
            return list(self._grants.values())

    def grant(self, identifier: str) -> Grant | None:
        with self.lock:
            return self._grants.get(identifier)

    def end_grants(self, because: str, which: Callable[[Grant], bool]) -> int:
        """Revokes the live grants that `which` picks, all their tokens with them; answers how many."""
        with self.lock:
            ended = [grant for grant in self._grants.values() if grant.is_live and which(grant)]
            for grant in ended:
                grant.revoked_because = because
            return len(ended)

    def forget(self) -> None:
        """Drops codes, grants and tokens; registered apps and keys stay."""
        with self.lock:
            self._codes.clear()
            self._grants.clear()
            self._tokens.clear()
            self._notes.clear()

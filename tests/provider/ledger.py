"""What the practice provider remembers: people, apps, codes, grants, tokens. In memory, thread-safe.

The objects carry the methods that Authlib asks of its client, code and token models.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in. `number` is the id for services that count."""

    number: int
    email: str
    name: str

    @property
    def id(self) -> str:
        return f"person-{self.number}"

    @property
    def handle(self) -> str:
        return self.email.partition("@")[0]


PEOPLE = (
    Person(1001, "sales@example.com", "Sales"),
    Person(1002, "support@example.com", "Support"),
    Person(1003, "ops@example.com", "Operations"),
)


class RefreshRule(Enum):
    """What becomes of the refresh token when it is used."""

    ROTATES = "rotates"  # a new one comes, the old one is refused, and its reuse ends the grant
    REPLACES = "replaces"  # a new one comes, the old one goes on working
    KEEPS = "keeps"  # none comes, the old one goes on working
    NONE = "none"  # there is none at all


@dataclass(frozen=True)
class AnswerStyle:
    """How a token answer is written; the default is RFC 6749 section 5.1 to the letter."""

    form_encoded: bool = False
    content_type: str | None = None
    errors_as_200: bool = False
    nested_under: str | None = None
    expires_in_as_text: bool = False
    scope_separator: str = " "
    omit: frozenset[str] = frozenset()


@dataclass
class Client:
    """An app registered at one service. Changing a field takes effect with the next request."""

    client_id: str
    client_secret: str | None
    redirect_uris: tuple[str, ...]
    service: str
    auth_methods: frozenset[str]
    name: str
    scopes: frozenset[str] | None
    expires_in: int | None
    refresh: RefreshRule
    style: AnswerStyle

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The asked scopes, or None (refused by the caller) where one is not among this app's."""
        asked = (scope or "").split()
        if self.scopes is not None and not self.scopes.issuperset(asked):
            return None
        return " ".join(dict.fromkeys(asked))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        expected = (self.client_secret or "").encode()
        return bool(expected) and hmac.compare_digest(expected, client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.auth_methods

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code" or (
            grant_type == "refresh_token" and self.refresh is not RefreshRule.NONE
        )


@dataclass
class Code:
    """An authorization code, one use, one minute.

    `asked` is the authorization request it answers, `path` the values in that endpoint's path (a subdomain).
    """

    value: str
    client: Client
    person: Person
    redirect_uri: str | None
    scopes: tuple[str, ...]
    asked: Mapping[str, str]
    path: Mapping[str, str]
    expires_at: float
    spent: bool = False
    grant_id: str | None = None

    @property
    def code_challenge(self) -> str | None:
        return self.asked.get("code_challenge")

    @property
    def code_challenge_method(self) -> str | None:
        return self.asked.get("code_challenge_method")

    def get_redirect_uri(self) -> str | None:
        return self.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.scopes)

    def get_nonce(self) -> str | None:
        return self.asked.get("nonce")

    def get_auth_time(self) -> int | None:
        return None

    def get_acr(self) -> str | None:
        return None

    def get_amr(self) -> list[str] | None:
        return None


@dataclass
class Grant:
    """What one person allowed one app at one service: made when the code is exchanged, ended by

    revocation.
    """

    id: str
    client: Client
    person: Person
    scopes: tuple[str, ...]
    asked: Mapping[str, str]
    path: Mapping[str, str]
    made_at: float
    revoked_because: str | None = None
    tokens: list[Token] = field(default_factory=list)

    @property
    def service(self) -> str:
        return self.client.service

    @property
    def is_live(self) -> bool:
        return self.revoked_because is None

    def is_for_same(self, other: Grant) -> bool:
        """Whether both grants are one person's to one app."""
        mine, others = self.client, other.client
        same_app = (mine.service, mine.client_id) == (others.service, others.client_id)
        return same_app and self.person == other.person


@dataclass
class Token:
    """An access or refresh token of a grant.

    `role` tells tokens of one answer apart (Slack's bot and user).
    """

    value: str
    kind: str
    grant: Grant
    scopes: tuple[str, ...]
    expires_at: float | None
    role: str = ""
    dead_because: str | None = None

    def check_client(self, client: Client) -> bool:
        return self.grant.client.client_id == client.client_id

    def get_scope(self) -> str:
        return " ".join(self.scopes)

    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= time.time()

    def is_revoked(self) -> bool:
        return self.dead_because is not None or not self.grant.is_live

    @property
    def is_live(self) -> bool:
        return not self.is_revoked() and not self.is_expired()


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

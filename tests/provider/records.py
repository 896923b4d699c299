"""People, apps, codes, grants and tokens, with the methods that Authlib asks of its models."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
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
    """What one person allowed one app at one service: made with the code's exchange, ended by revocation."""

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

    @property
    def can_go_on(self) -> bool:
        """Whether the app can get a new token, or has one where there was never anything to refresh with."""
        kinds = {token.kind for token in self.tokens}
        lasting = "refresh" if "refresh" in kinds else "access"
        return any(token.is_live for token in self.tokens if token.kind == lasting)

    def is_for_same(self, other: Grant) -> bool:
        """Whether both grants are one person's to one app."""
        mine, others = self.client, other.client
        same_app = (mine.service, mine.client_id) == (others.service, others.client_id)
        return same_app and self.person == other.person


@dataclass
class Token:
    """An access or refresh token of a grant. `role` tells tokens of one answer apart (Slack's bot and user)."""

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

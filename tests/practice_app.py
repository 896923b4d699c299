"""An app registered at the practice provider: an OAuth client that shares no code with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.plain_http import Answer, call, pkce_pair, query_of, with_query
from tests.provider import Client, PracticeProvider

BACK = "http://127.0.0.1:9/back?tenant=1"
SCOPE = "openid profile email messages:read messages:write"


@dataclass
class App:
    """An OAuth client that reads the provider's metadata and nothing else."""

    provider: PracticeProvider
    client: Client
    pkce: tuple[str, str] = field(default_factory=pkce_pair)

    @property
    def metadata(self) -> dict[str, Any]:
        told: dict[str, Any] = call(
            "GET", f"{self.provider.origin}/.well-known/oauth-authorization-server"
        ).json
        return told

    def ask(self, **changes: str) -> str:
        """The authorization URL; a changed field of "" is left out."""
        fields = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": BACK,
            "scope": SCOPE,
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": self.pkce[1],
            "code_challenge_method": "S256",
        }
        return with_query(self.metadata["authorization_endpoint"], **{**fields, **changes})

    def code(self, account: str = "sales@example.com", **changes: str) -> str:
        return query_of(self.provider.visit(self.ask(**changes), account))["code"]

    def exchange(self, code: str, **changes: str) -> Answer:
        fields = {"code": code, "redirect_uri": BACK, "code_verifier": self.pkce[0], **changes}
        return self.token_call(grant_type="authorization_code", **fields)

    def refresh(self, token: str, **changes: str) -> Answer:
        return self.token_call(grant_type="refresh_token", refresh_token=token, **changes)

    def token_call(self, **fields: str) -> Answer:
        return call("POST", self.metadata["token_endpoint"], form=fields, basic=self.credentials)

    def revoke(self, token: str, **fields: str) -> Answer:
        form = {"token": token, **fields}
        return call("POST", self.metadata["revocation_endpoint"], form=form, basic=self.credentials)

    @property
    def credentials(self) -> tuple[str, str]:
        return self.client.client_id, self.client.client_secret or ""

    def tokens(self, account: str = "sales@example.com") -> dict[str, Any]:
        answer = self.exchange(self.code(account))
        assert answer.status == 200
        told: dict[str, Any] = answer.json
        return told

    def me(self, token: str) -> Answer:
        return call("GET", f"{self.provider.origin}/api/me", bearer=token)

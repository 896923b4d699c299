"""ID tokens (OpenID Connect), signed with a key that lives as long as the process.

Apart from `authorization.py` because it brings in the cryptography package: only shapes that sign load it.
"""

# mypy: disable-error-code="import-untyped"
# mypy: disallow-subclassing-any=False

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from authlib.oidc.core.grants.code import OpenIDCode
from joserfc.jwk import RSAKey

from .records import Client, Person

_making = threading.Lock()


@cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "practice", "use": "sig", "alg": "RS256"}, private=True)


def signing_key() -> RSAKey:
    """The one RSA key, made at first use."""
    with _making:
        return _key()


def public_keys() -> dict[str, Any]:
    """The JWK set for `jwks_uri`."""
    return {"keys": [dict(signing_key().as_dict(private=False))]}


def person_claims(person: Person, scopes: set[str]) -> dict[str, Any]:
    """What userinfo and ID tokens say of `person` under `scopes` (OpenID Connect Core section 5.4)."""
    claims: dict[str, Any] = {"sub": person.id}
    if "profile" in scopes:
        claims |= {"name": person.name, "preferred_username": person.handle}
    if "email" in scopes:
        claims |= {"email": person.email, "email_verified": True}
    return claims


class PracticeIdToken(OpenIDCode):
    def __init__(self, issuer: str) -> None:
        super().__init__(require_nonce=False)
        self._issuer = issuer

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self._issuer, "aud": [client.client_id]}

    def get_client_algorithm(self, client: Client) -> str:
        return "RS256"

    def get_encode_header(self, client: Client) -> dict[str, Any]:
        return {"alg": "RS256", "kid": "practice"}

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return signing_key()

    def exists_nonce(self, nonce: str, request: object) -> bool:
        return False

    def generate_user_info(self, user: Person, scope: str) -> dict[str, Any]:
        return person_claims(user, set(scope.split()))

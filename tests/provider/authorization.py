"""The authorization server proper: Authlib's, over the ledger.

Why Authlib's framework-agnostic core and not django-oauth-toolkit or Authlib's Django or Flask
integrations: the practice provider plays services whose paths, bodies and answers differ, lives in memory,
starts in a fraction of a second beside Flowra in the same small process, and must have no second Django
settings module. The core brings the parts one should not write oneself (request validation, client
authentication, the code and refresh grants, PKCE, revocation, bearer validation, `iss`, ID tokens) and asks
only for a request object and a place to keep things.

Authlib ships no types, so its classes are touched in `wire`, `grants`, `token_gate` and here alone.
"""

# mypy: disable-error-code="import-untyped"
# mypy: disallow-subclassing-any=False

from __future__ import annotations

import re
import secrets
import time
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Error
from authlib.oauth2.rfc6749 import InvalidScopeError
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc9207 import IssuerParameter

from .grants import PracticeCodeGrant, PracticeRefreshGrant, PracticeRevocation, S256Challenge
from .ledger import Ledger
from .records import Client, Code, Person, Token
from .shape import Revocation, Shape
from .wire import OAuthRequest, Outcome


class _Issuer(IssuerParameter):
    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


class PracticeAuthorizationServer(AuthorizationServer):
    """Authlib's server for one shape over one ledger."""

    def __init__(self, shape: Shape, ledger: Ledger, issuer: str) -> None:
        super().__init__()
        self.shape = shape
        self.ledger = ledger
        self.issuer = issuer
        access_prefix, refresh_prefix = shape.token_prefixes
        self.register_token_generator(
            "default",
            BearerTokenGenerator(
                lambda **_: access_prefix + secrets.token_urlsafe(24),
                lambda **_: refresh_prefix + secrets.token_urlsafe(24),
                lambda client, grant_type: client.expires_in,
            ),
        )
        extensions: list[Any] = []
        if shape.pkce != "ignored":
            extensions.append(S256Challenge(required=shape.pkce == "required"))
        if shape.signs_id_tokens:
            from .id_tokens import PracticeIdToken

            extensions.append(PracticeIdToken(issuer))
        self.register_grant(PracticeCodeGrant, extensions)
        self.register_grant(PracticeRefreshGrant)
        self.register_endpoint(PracticeRevocation)
        self._issuer_extension = _Issuer(issuer)
        if shape.announces_iss:
            self._issuer_extension(self)

    def query_client(self, client_id: str) -> Client | None:
        return self.ledger.client(self.shape.slug, client_id)

    def agreed_before(self, code: Code) -> bool:
        """Whether this person's live grant for the same app already has a refresh token."""
        return any(
            grant.is_live
            and (grant.service, grant.client.client_id) == (code.client.service, code.client.client_id)
            and grant.person == code.person
            and any(token.kind == "refresh" for token in grant.tokens)
            for grant in self.ledger.grants
        )

    def end(self, token: Token) -> None:
        """Revokes `token` and whatever goes with it at this service."""
        ledger, grant, why = self.ledger, token.grant, "revoked by the app"
        rule = self.shape.revocation
        if rule is Revocation.PERSON:
            ledger.end_grants(why, lambda other: other.is_for_same(grant))
        elif rule is Revocation.GRANT or (rule is Revocation.BY_KIND and token.kind == "refresh"):
            ledger.end_grants(why, lambda other: other is grant)
        token.dead_because = token.dead_because or why
        if rule is Revocation.TOKEN and not any(other.is_live for other in grant.tokens):
            ledger.end_grants(why, lambda other: other is grant)

    def save_token(self, token: dict[str, Any], request: OAuthRequest) -> None:
        grant = request.grant
        if grant is None:
            raise RuntimeError("a token without a grant")
        scopes = tuple(str(token.get("scope", "")).split())
        lifetime = token.get("expires_in")
        expires_at = time.time() + lifetime if lifetime else None
        self.ledger.add_token(Token(token["access_token"], "access", grant, scopes, expires_at))
        if "refresh_token" in token:
            self.ledger.add_token(Token(token["refresh_token"], "refresh", grant, grant.scopes, None))

    def validate_requested_scope(self, scope: str | None) -> None:
        known, pattern = self.shape.scopes, re.compile(self.shape.scope_pattern)
        for asked in (scope or "").split():
            if (known and asked not in known) or not pattern.fullmatch(asked):
                raise InvalidScopeError()

    def create_oauth2_request(self, request: OAuthRequest) -> OAuthRequest:
        return request

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Outcome:
        return Outcome(status, body, list(headers))

    def consent(self, request: OAuthRequest, person: Person | None) -> Any | Outcome:
        """Authlib's checked grant for the consent page, or the answer that refuses the request."""
        try:
            return self.get_consent_grant(request, person)
        except OAuth2Error as error:
            outcome: Outcome = self.handle_error_response(request, error)
            if self.shape.announces_iss:
                self._issuer_extension.add_issuer_parameter(self, outcome)
            return outcome
        except ValueError:
            # Authlib puts the caller's words into its error and then refuses them for their characters.
            return self.handle_response(400, {"error": "invalid_request"}, [])

    def decide(self, request: OAuthRequest, grant: Any, person: Person | None) -> Outcome:
        """The redirect back to the app: with a code, or `access_denied` where `person` is None."""
        outcome: Outcome = self.create_authorization_response(request, grant_user=person, grant=grant)
        return outcome

    def exchange(self, request: OAuthRequest) -> Outcome:
        """The token endpoint's answer, found and recorded in one step."""
        with self.ledger.lock:
            try:
                outcome: Outcome = self.create_token_response(request)
            except ValueError:
                outcome = self.handle_response(400, {"error": "invalid_request"}, [])
            outcome.client = request.client or self.query_client(request.payload.client_id)
            outcome.grant = request.grant
            return outcome

    def revoke(self, request: OAuthRequest) -> Outcome:
        """The RFC 7009 revocation endpoint's answer."""
        with self.ledger.lock:
            try:
                outcome: Outcome = self.create_endpoint_response("revocation", request)
                return outcome
            except ValueError:
                return self.handle_response(400, {"error": "invalid_request"}, [])

"""What the code, the refresh token, PKCE and revocation do here: Authlib checks, the ledger remembers."""

# mypy: disable-error-code="import-untyped"
# mypy: disallow-subclassing-any=False

from __future__ import annotations

import time
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from .records import Client, Code, Person, RefreshRule, Token
from .wire import OAuthRequest

CODE_SECONDS = 60


class PracticeCodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code: str, request: OAuthRequest) -> None:
        fields = request.payload.data
        scopes = tuple((request.scope or "").split())
        self.server.ledger.add_code(
            Code(
                value=code,
                client=request.client,
                person=request.user,
                redirect_uri=fields.get("redirect_uri"),
                scopes=scopes,
                asked=dict(fields),
                path=request.path_values,
                expires_at=time.time() + CODE_SECONDS,
            )
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """The unspent code. A second use ends what the first one gave (RFC 6749 section 4.1.2)."""
        found: Code | None = self.server.ledger.code(code)
        if found is None or found.client.client_id != client.client_id or found.expires_at <= time.time():
            return None
        if found.path != self.request.path_values:
            return None
        if found.spent:
            self.server.ledger.end_grants("code used twice", lambda grant: grant.id == found.grant_id)
            return None
        return found

    def generate_token(self, *, include_refresh_token: bool = True, **kwargs: Any) -> Any:
        code: Code = self.request.authorization_code
        known = self.server.agreed_before(code)
        offered = include_refresh_token and self.server.shape.offers_refresh(code.asked, known)
        self.request.grant = self.server.ledger.add_grant(code)
        return super().generate_token(include_refresh_token=offered, **kwargs)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        authorization_code.spent = True

    def authenticate_user(self, authorization_code: Code) -> Person:
        return authorization_code.person


class PracticeRefreshGrant(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = PracticeCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:
        return self.request.client.refresh in (RefreshRule.ROTATES, RefreshRule.REPLACES)

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        """The live refresh token. Using a spent one ends its whole family (RFC 9700 section 4.14.2)."""
        found: Token | None = self.server.ledger.token(refresh_token, self.server.shape.slug)
        if found is None or found.kind != "refresh" or found.grant.path != self.request.path_values:
            return None
        if found.dead_because == "rotated":
            grant = found.grant
            self.server.ledger.end_grants("refresh token used twice", lambda other: other is grant)
        return found if found.is_live else None

    def authenticate_user(self, refresh_token: Token) -> Person:
        self.request.grant = refresh_token.grant
        return refresh_token.grant.person

    def revoke_old_credential(self, refresh_token: Token) -> None:
        if self.request.client.refresh is RefreshRule.ROTATES:
            refresh_token.dead_because = "rotated"


class S256Challenge(CodeChallenge):
    """PKCE with S256 alone; where required, it is required of every client, not only of public ones."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        fields = grant.request.payload.data
        if self.required and not fields.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge': PKCE is required")
        if fields.get("code_challenge") and fields.get("code_challenge_method") != "S256":
            raise InvalidRequestError("The 'code_challenge_method' must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class PracticeRevocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = PracticeCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        """The token, unless it is none any more: those do nothing and are answered 200 (RFC 7009, 2.2)."""
        found: Token | None = self.server.ledger.token(token_string, self.server.shape.slug)
        return found if found is not None and not found.is_revoked() else None

    def revoke_token(self, token: Token, request: OAuthRequest) -> None:
        self.server.end(token)

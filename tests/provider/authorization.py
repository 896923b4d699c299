"""The authorization server proper: Authlib's, over the ledger.

Why Authlib's framework-agnostic core and not django-oauth-toolkit or Authlib's Django or Flask
integrations: the practice provider plays services whose paths, bodies and answers differ, lives in memory,
starts in a fraction of a second beside Flowra in the same small process, and must have no second Django
settings module. The core brings the parts one should not write oneself (request validation, client
authentication, the code and refresh grants, PKCE, revocation, bearer validation, `iss`, ID tokens) and asks
only for a request object and a place to keep things.

Authlib ships no types, so this is the one module that touches its classes.
"""

# mypy: disable-error-code="import-untyped"
# mypy: disallow-subclassing-any=False

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request, ResourceProtector
from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError, OAuth2Payload
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter

from .ledger import Client, Code, Grant, Ledger, Person, RefreshRule, Token
from .shape import Path, Revocation, Shape

CODE_SECONDS = 60


@dataclass
class Outcome:
    """What Authlib answers: `payload` is a dict for JSON, or text."""

    status: int
    payload: Any
    headers: list[tuple[str, str]]
    client: Client | None = None
    grant: Grant | None = None

    @property
    def location(self) -> str | None:
        return next((value for name, value in self.headers if name == "Location"), None)

    @location.setter
    def location(self, url: str) -> None:
        self.headers = [("Location", url)]


class OAuthPayload(OAuth2Payload):
    def __init__(self, fields: Mapping[str, str], lists: Mapping[str, list[str]]) -> None:
        self._fields = dict(fields)
        self._lists = dict(lists)

    @property
    def data(self) -> dict[str, str]:
        return self._fields

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._lists


class OAuthRequest(OAuth2Request):
    """A request as Authlib wants it: `fields` is the query at the authorization endpoint, else the body."""

    def __init__(
        self,
        method: str,
        uri: str,
        headers: Mapping[str, str],
        fields: Mapping[str, str],
        lists: Mapping[str, list[str]] | None = None,
        path: Path | None = None,
    ) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = OAuthPayload(fields, lists or {name: [value] for name, value in fields.items()})
        self.path_values = path or {}
        self.grant: Grant | None = None

    @property
    def args(self) -> dict[str, str]:
        fields: dict[str, str] = self.payload.data
        return fields

    @property
    def form(self) -> dict[str, str]:
        return self.args


class PracticeCodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code: str, request: OAuthRequest) -> None:
        fields = request.payload.data
        scopes = tuple((request.scope or "").split())
        expires_at = time.time() + CODE_SECONDS
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
        found: Token | None = self.server.ledger.token(token_string, self.server.shape.slug)
        return found

    def revoke_token(self, token: Token, request: OAuthRequest) -> None:
        self.server.end(token)


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


class _LedgerTokens(BearerTokenValidator):
    def __init__(self, ledger: Ledger, service: str) -> None:
        super().__init__()
        self._ledger = ledger
        self._service = service

    def authenticate_token(self, token_string: str) -> Token | None:
        found = self._ledger.token(token_string, self._service)
        return found if found and found.kind == "access" else None


class TokenGate:
    """Lets a request with a live access token of one service through (RFC 6750)."""

    def __init__(self, ledger: Ledger, service: str) -> None:
        self._protector = ResourceProtector()
        self._protector.register_token_validator(_LedgerTokens(ledger, service))

    def admit(self, headers: Mapping[str, str], scopes: tuple[str, ...]) -> Token | Outcome:
        """The request's token, or the 401 or 403 that refuses it. `scopes`: any one of them is enough."""
        request = OAuthRequest("GET", "http://127.0.0.1/", headers, {})
        try:
            token: Token = self._protector.validate_request(list(scopes), request)
            return token
        except OAuth2Error as error:
            status, body, answer_headers = error()
            if isinstance(body, dict) and status == 401:
                answer_headers = [pair for pair in answer_headers if pair[0] != "WWW-Authenticate"]
                answer_headers.append(("WWW-Authenticate", f'Bearer error="{body["error"]}"'))
            return Outcome(status, body, answer_headers)

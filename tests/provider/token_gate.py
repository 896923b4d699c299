"""The door of the API: who brings a live access token is let in (RFC 6750)."""

# mypy: disable-error-code="import-untyped"
# mypy: disallow-subclassing-any=False

from __future__ import annotations

from collections.abc import Mapping

from authlib.oauth2 import OAuth2Error, ResourceProtector
from authlib.oauth2.rfc6750 import BearerTokenValidator

from .ledger import Ledger
from .records import Token
from .wire import OAuthRequest, Outcome


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

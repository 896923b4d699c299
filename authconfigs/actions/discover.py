"""What an authorization server tells of itself, from its issuer (RFC 8414; OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flowra import outbound
from flowra.errors import FlowraError, InvalidInput, ProviderFailed

FIELD = "oauth2.issuer"
MAX_BYTES = 500_000

_URLS = {
    "authorizationUrl": "authorization_endpoint",
    "tokenUrl": "token_endpoint",
    "revocationUrl": "revocation_endpoint",
    "userinfoUrl": "userinfo_endpoint",
    "registrationUrl": "registration_endpoint",
}
# In order of preference: a secret in a header is in fewer logs than one in a body (RFC 6749, 2.3.1).
_METHODS = ("client_secret_basic", "client_secret_post", "none")


class NoDocument(InvalidInput):
    """400: the issuer tells nothing of itself."""

    code = "no_discovery_document"


def discover(issuer: str) -> dict[str, Any]:
    """The issuer's endpoints and ways, by the names of a definition's `oauth2`; only what it tells.

    Asks at RFC 8414's address first, then at OpenID Connect's. Raises NoDocument when neither has one,
    InvalidInput when it is another issuer's (field `oauth2.issuer`); outbound's failures when it cannot be reached.
    """
    outbound.refuse_inward(FIELD, issuer)
    statuses = []
    for url in _addresses(issuer):
        status, document = _document_at(url)
        if document is not None:
            return _told_by(document, issuer)
        statuses.append(status)
    if statuses[-1] >= 500:
        raise ProviderFailed(
            f"The issuer answers with status {statuses[-1]}. Try again in a few minutes.",
            code="issuer_in_trouble",
        )
    raise NoDocument.field(FIELD, "has no discovery document; give authorizationUrl and tokenUrl instead")


def _addresses(issuer: str) -> tuple[str, str]:
    parts = urlsplit(issuer)
    if parts.query or parts.fragment:
        raise InvalidInput.field(FIELD, "may have neither query nor fragment")
    path = parts.path.rstrip("/")
    # RFC 8414, 3.1, puts the well-known part before the issuer's path, OpenID Connect Discovery, 4.1, after it.
    return (
        urlunsplit((parts.scheme, parts.netloc, f"/.well-known/oauth-authorization-server{path}", "", "")),
        urlunsplit((parts.scheme, parts.netloc, f"{path}/.well-known/openid-configuration", "", "")),
    )


def _document_at(url: str) -> tuple[int, Mapping[str, Any] | None]:
    """The answer's status, and the document where there is one."""
    answer = outbound.send("GET", url, headers={"Accept": "application/json"}, max_bytes=MAX_BYTES)
    if answer.status != 200:
        return answer.status, None
    try:
        document = json.loads(answer.content)
    except (ValueError, RecursionError):
        return answer.status, None
    return answer.status, document if isinstance(document, dict) else None


def _told_by(document: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    # RFC 8414, 3.3: the two must be identical, or somebody else speaks for the issuer.
    named = document.get("issuer")
    if named != issuer:
        is_plain = isinstance(named, str) and named.isascii() and named.isprintable() and len(named) <= 200
        raise InvalidInput.field(
            FIELD,
            "is not the issuer that its discovery document names; they must be identical"
            + (f". It names {named}" if is_plain and named else ""),
        )
    told: dict[str, Any] = {}
    for ours, theirs in _URLS.items():
        value = document.get(theirs)
        if isinstance(value, str) and value:
            try:
                outbound.refuse_inward(FIELD, value)
            except FlowraError as error:
                raise InvalidInput.field(FIELD, f"its {theirs} cannot be used: {error.message}") from error
            told[ours] = value
    methods = _texts(document, "token_endpoint_auth_methods_supported")
    if methods is not None:
        told["tokenAuthMethod"] = next((method for method in _METHODS if method in methods), _METHODS[0])
    else:
        # RFC 8414, 2: the default when omitted.
        told["tokenAuthMethod"] = _METHODS[0]
    challenges = _texts(document, "code_challenge_methods_supported")
    if challenges is not None:
        told["pkce"] = "S256" in challenges
    # RFC 9207, 3.
    if document.get("authorization_response_iss_parameter_supported") is True:
        told["sendsIss"] = True
    return told


def _texts(document: Mapping[str, Any], name: str) -> list[str] | None:
    value = document.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else None

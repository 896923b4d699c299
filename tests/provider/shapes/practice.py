"""Practice itself: everything by the book (RFC 6749, 7636, 7009, 8414, 9207; OpenID Connect)."""

from __future__ import annotations

from typing import Any

from ..id_tokens import person_claims, public_keys
from ..message import Reply, Request, as_json
from ..records import Person
from ..service import Refused, Service
from ..shape import Path, Revocation, Route, Shape

SCOPES = {
    "openid": "Know that it is you",
    "profile": "See your name",
    "email": "See your e-mail address",
    "messages:read": "Read your messages",
    "messages:write": "Send messages as you",
    "offline_access": "Stay connected while you are away",
}

API_KEY = "practice-key-0123456789"
BASIC_USER = "practice"
BASIC_PASSWORD = "practice-password"


def metadata(service: Service, request: Request, path: Path) -> Reply:
    """RFC 8414 and OpenID Connect Discovery in one document, as most servers have it."""
    shape, issuer = service.shape, service.issuer
    methods = list(shape.client_auth)
    return as_json(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}{shape.authorize_path}",
            "token_endpoint": f"{issuer}{shape.token_path}",
            "revocation_endpoint": f"{issuer}{shape.revoke_path}",
            "userinfo_endpoint": issuer + "/userinfo",
            "jwks_uri": issuer + "/jwks.json",
            "scopes_supported": list(shape.scopes),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_methods_supported": methods,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": shape.announces_iss,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "name", "preferred_username", "email", "email_verified"],
        }
    )


def userinfo(service: Service, request: Request, path: Path) -> Reply:
    token = service.admit(request, "openid")
    return as_json(person_claims(token.grant.person, set(token.scopes)))


def jwks(service: Service, request: Request, path: Path) -> Reply:
    return as_json(public_keys())


def me(service: Service, request: Request, path: Path) -> Reply:
    """Who the token is for; any live token will do."""
    token = service.admit(request)
    return as_json(_described(token.grant.person) | {"scopes": list(token.scopes)})


def read_messages(service: Service, request: Request, path: Path) -> Reply:
    token = service.admit(request, "messages:read")
    return as_json({"messages": service.ledger.notes(token.grant.person)})


def write_message(service: Service, request: Request, path: Path) -> Reply:
    token = service.admit(request, "messages:write")
    text = request.json.get("text")
    if not isinstance(text, str) or not text.strip():
        return as_json({"error": "invalid_request", "error_description": "text: a sentence to send"}, 400)
    return as_json(service.ledger.add_note(token.grant.person, text), 201)


def key_check(service: Service, request: Request, path: Path) -> Reply:
    """Whose key this is, given as a header, in the query, as a bearer or as HTTP Basic."""
    owner = _key_owner(service, request)
    if owner is None:
        raise Refused(
            as_json({"error": "invalid_key"}, 401, [("WWW-Authenticate", 'Basic realm="practice"')])
        )
    return as_json(_described(owner))


def _key_owner(service: Service, request: Request) -> Person | None:
    given = [request.headers.get("X-Practice-Key"), request.query.get("api_key"), request.bearer]
    if request.basic:
        given.append(":".join(request.basic))
    return next((owner for key in given if key and (owner := service.key_owner(key))), None)


def _described(person: Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.name, "email": person.email}


PRACTICE = Shape(
    slug="practice",
    name="Practice",
    authorize_path="/authorize",
    token_path="/token",
    revoke_path="/revoke",
    revocation=Revocation.BY_KIND,
    pkce="required",
    announces_iss=True,
    signs_id_tokens=True,
    scopes=SCOPES,
    ready_keys=(API_KEY, f"{BASIC_USER}:{BASIC_PASSWORD}"),
    routes=(
        Route("GET", "/.well-known/oauth-authorization-server", metadata),
        Route("GET", "/.well-known/openid-configuration", metadata),
        Route("GET", "/jwks.json", jwks),
        Route("GET", "/userinfo", userinfo),
        Route("POST", "/userinfo", userinfo),
        Route("GET", "/api/me", me),
        Route("GET", "/api/messages", read_messages),
        Route("POST", "/api/messages", write_message),
        Route("GET", "/api/key-check", key_check),
        Route("POST", "/api/key-check", key_check),
    ),
)

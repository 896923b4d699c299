"""Outlook at Microsoft's identity platform v2.0 and Graph: a tenant in the path, and no call that revokes.

https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
https://learn.microsoft.com/en-us/graph/api/user-get
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..id_tokens import public_keys
from ..message import Reply, Request, as_json
from ..records import Grant, RefreshRule
from ..service import Service
from ..shape import Path, Revocation, Route, Shape

GRAPH = "https://graph.microsoft.com/"
OPENID = ("openid", "profile", "email", "offline_access")
CODES = {"invalid_grant": 70008, "invalid_client": 7000215, "invalid_request": 900144, "invalid_scope": 70011}
LOGIN = "/login.microsoftonline.com/{tenant*}"


def scope_trouble(request: Request, fields: Mapping[str, str]) -> str | None:
    """A scope is one of OpenID's four or a permission of Graph: `Mail.Read`, or the whole URL."""
    asked = fields.get("scope", "").split()
    if not asked:
        return "AADSTS900144: The request body must contain the following parameter: 'scope'."
    strange = [s for s in asked if s not in OPENID and "." not in s.removeprefix(GRAPH)]
    return (
        f"AADSTS70011: The provided value for the input parameter 'scope' is not valid: {strange}"
        if strange
        else None
    )


def offers_refresh(asked: Mapping[str, str], known: bool) -> bool:
    return "offline_access" in asked.get("scope", "").split()


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    """Graph's permissions by their whole names, and never `offline_access`."""
    named = [
        s if s in OPENID or s.startswith(GRAPH) else GRAPH + s for s in grant.scopes if s != "offline_access"
    ]
    return {**plain, "scope": " ".join(named), "ext_expires_in": plain.get("expires_in")}


def refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    code = CODES.get(error["error"], 50000)
    words = f"AADSTS{code}: {error.get('error_description') or error['error']}"
    trace = "255d1aef-8c98-452f-ac51-23d051240864"
    return status, {
        "error": error["error"],
        "error_description": words,
        "error_codes": [code],
        "timestamp": "2026-11-23 12:00:00Z",
        "trace_id": trace,
        "correlation_id": trace,
    }


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    code = "InvalidAuthenticationToken" if status == 401 else "Authorization_RequestDenied"
    words = "Access token is empty or expired." if status == 401 else "Insufficient privileges."
    return status, {"error": {"code": code, "message": words, "innerError": {}}}


def adds_to_callback(asked: Mapping[str, str], scopes: tuple[str, ...]) -> dict[str, str]:
    return {"session_state": "6e1c5a0e-3b1f-4c0a-9d1a-2f6f1f0a7a11"}


def me(service: Service, request: Request, path: Path) -> Reply:
    """`mail` is null for an account without a mailbox of its own; `userPrincipalName` is always there."""
    person = service.admit(request, "User.Read", GRAPH + "User.Read", "User.ReadWrite").grant.person
    return as_json(
        {
            "@odata.context": GRAPH + "v1.0/$metadata#users/$entity",
            "businessPhones": [],
            "displayName": person.name,
            "givenName": person.name,
            "jobTitle": None,
            "mail": person.email if person.number % 2 else None,
            "userPrincipalName": person.email,
            "id": f"48d31887-5fad-4d73-a9f5-3c356e68{person.number}",
        }
    )


def userinfo(service: Service, request: Request, path: Path) -> Reply:
    token = service.admit(request, "openid")
    person = token.grant.person
    told = {"sub": f"OLu859SGc2Sr9ZsqbkG-{person.number}", "name": person.name}
    return as_json(told | ({"email": person.email} if "email" in token.scopes else {}))


def metadata(service: Service, request: Request, path: Path) -> Reply:
    tenant = f"{service.origin}/login.microsoftonline.com/{path['tenant']}"
    return as_json(
        {
            "issuer": f"{tenant}/v2.0",
            "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
            "token_endpoint": f"{tenant}/oauth2/v2.0/token",
            "userinfo_endpoint": f"{service.origin}/graph.microsoft.com/oidc/userinfo",
            "jwks_uri": f"{tenant}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "scopes_supported": list(OPENID),
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }
    )


def keys(service: Service, request: Request, path: Path) -> Reply:
    return as_json(public_keys())


OUTLOOK = Shape(
    slug="outlook",
    name="Microsoft",
    authorize_path=LOGIN + "/oauth2/v2.0/authorize",
    token_path=LOGIN + "/oauth2/v2.0/token",
    revocation=Revocation.NONE,
    issuer_path="/login.microsoftonline.com/common/v2.0",
    signs_id_tokens=True,
    client_auth=("client_secret_post", "client_secret_basic"),
    refresh=RefreshRule.REPLACES,
    expires_in=3599,
    token_prefixes=("EwB4A8l6BAAU.", "M.C507_"),
    offers_refresh=offers_refresh,
    answer=answer,
    refusal=refusal,
    api_refusal=api_refusal,
    objects_to_asking=scope_trouble,
    adds_to_callback=adds_to_callback,
    routes=(
        Route("GET", "/graph.microsoft.com/v1.0/me", me),
        Route("GET", "/graph.microsoft.com/oidc/userinfo", userinfo),
        Route("GET", LOGIN + "/discovery/v2.0/keys", keys),
        Route("GET", LOGIN + "/v2.0/.well-known/openid-configuration", metadata),
    ),
)

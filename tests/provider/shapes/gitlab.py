"""GitLab.com: RFC 6749 as Doorkeeper has it; access and refresh token are one record and die together.

https://docs.gitlab.com/api/oauth2/  https://docs.gitlab.com/integration/oauth_provider/
"""

from __future__ import annotations

import time
from typing import Any

from ..id_tokens import public_keys
from ..message import Reply, Request, as_json
from ..records import Grant, RefreshRule
from ..service import Service
from ..shape import Path, Revocation, Route, Shape

SCOPES = {
    "api": "Read and change everything you can",
    "read_api": "Read everything you can",
    "read_user": "Read your profile",
    "read_repository": "Read the code of your projects",
    "write_repository": "Change the code of your projects",
    "read_registry": "Read container images",
    "write_registry": "Change container images",
    "create_runner": "Make runners",
    "openid": "Know that it is you",
    "profile": "Read your public profile",
    "email": "Read your e-mail address",
}


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    return {**plain, "created_at": int(time.time())}


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if status == 403:
        words = "The request requires higher privileges than provided by the access token."
        return 403, {
            "error": "insufficient_scope",
            "error_description": words,
            "scope": "api read_api read_user",
        }
    return 401, {"error": "invalid_token", "error_description": "Token was revoked."}


def user(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.gitlab.com/api/users/#retrieve-the-current-user"""
    person = service.admit(request, "api", "read_api", "read_user").grant.person
    return as_json(
        {
            "id": person.number,
            "username": person.handle,
            "name": person.name,
            "state": "active",
            "web_url": f"https://gitlab.com/{person.handle}",
            "email": person.email,
            "commit_email": person.email,
            "two_factor_enabled": True,
        }
    )


def userinfo(service: Service, request: Request, path: Path) -> Reply:
    token = service.admit(request, "openid")
    person = token.grant.person
    told = {"sub": str(person.number), "name": person.name, "nickname": person.handle}
    if "email" in token.scopes:
        told["email"] = person.email
    return as_json(told)


def metadata(service: Service, request: Request, path: Path) -> Reply:
    """https://gitlab.com/.well-known/openid-configuration"""
    issuer = service.issuer
    return as_json(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "revocation_endpoint": f"{issuer}/oauth/revoke",
            "introspection_endpoint": f"{issuer}/oauth/introspect",
            "userinfo_endpoint": f"{issuer}/oauth/userinfo",
            "jwks_uri": f"{issuer}/oauth/discovery/keys",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["plain", "S256"],
        }
    )


def keys(service: Service, request: Request, path: Path) -> Reply:
    return as_json(public_keys())


GITLAB = Shape(
    slug="gitlab",
    name="GitLab",
    authorize_path="/gitlab.com/oauth/authorize",
    token_path="/gitlab.com/oauth/token",
    revoke_path="/gitlab.com/oauth/revoke",
    revocation=Revocation.GRANT,
    issuer_path="/gitlab.com",
    signs_id_tokens=True,
    token_bodies=("form", "json"),
    refresh=RefreshRule.ROTATES,
    expires_in=7200,
    scopes=SCOPES,
    token_prefixes=("", ""),
    answer=answer,
    api_refusal=api_refusal,
    routes=(
        Route("GET", "/gitlab.com/api/v4/user", user),
        Route("GET", "/gitlab.com/oauth/userinfo", userinfo),
        Route("POST", "/gitlab.com/oauth/userinfo", userinfo),
        Route("GET", "/gitlab.com/oauth/discovery/keys", keys),
        Route("GET", "/gitlab.com/.well-known/openid-configuration", metadata),
        Route("GET", "/gitlab.com/.well-known/oauth-authorization-server", metadata),
    ),
)

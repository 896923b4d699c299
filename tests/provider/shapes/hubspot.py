"""HubSpot: form posts with the client's secret inside, granted scopes as a list, identity by introspection.

https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/token-introspect
https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/revoke-token
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ..message import Reply, Request, as_json
from ..records import Client, Grant, RefreshRule, Token
from ..service import Service
from ..shape import Path, Revocation, Route, Shape

HUB_ID = 62515
HUB_DOMAIN = "practice.example.com"
APP_ID = 456
API = "/api.hubapi.com"
STATUSES = {"invalid_grant": "BAD_AUTH_CODE", "invalid_client": "BAD_CLIENT_ID"}
BAD_REFRESH_TOKEN = "BAD_REFRESH_TOKEN"


def needs_scopes(request: Request, fields: Mapping[str, str]) -> str | None:
    return None if fields.get("scope") else "Authorization failed because the scope parameter is missing."


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    return {
        "token_type": "bearer",
        "refresh_token": plain.get("refresh_token"),
        "access_token": plain["access_token"],
        "expires_in": plain["expires_in"],
        "hub_id": HUB_ID,
        "user_id": grant.person.number,
        "scopes": list(grant.scopes),
    }


def refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Both the status of the older endpoints and RFC 6749's error, which the newer ones have."""
    if error["error"] == BAD_REFRESH_TOKEN:
        return 400, {
            "status": BAD_REFRESH_TOKEN,
            "message": "missing or unknown refresh token",
            "correlationId": str(uuid4()),
        }
    words = error.get("error_description") or "missing or invalid auth code"
    return 400, {
        "status": STATUSES.get(error["error"], "BAD_REQUEST"),
        "message": words,
        "error": error["error"],
        "error_description": words,
        "correlationId": str(uuid4()),
    }


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    category = "EXPIRED_AUTHENTICATION" if status == 401 else "MISSING_SCOPES"
    told = {
        "status": "error",
        "message": "The OAuth token used to make this call is not good.",
        "category": category,
    }
    return status, {**told, "correlationId": str(uuid4())}


def introspect(service: Service, request: Request, path: Path) -> Reply:
    client = service.admit_client(request, request.form)
    token = service.token(request.form.get("token", ""), client)
    return as_json({"active": False} if token is None else _described(token, client))


def legacy_information(service: Service, request: Request, path: Path) -> Reply:
    """`GET /oauth/v1/access-tokens/{token}`, switched off with v1 on 2027-02-16."""
    token = service.token(path["token"])
    if token is None or token.kind != "access":
        return as_json(
            {"status": "error", "message": "Token is invalid", "category": "INVALID_AUTHENTICATION"}, 400
        )
    return as_json(_described(token, token.grant.client))


def _described(token: Token, client: Client) -> dict[str, Any]:
    person = token.grant.person
    return {
        "token_use": f"{token.kind}_token",
        "active": True,
        "token": token.value,
        "hub_id": HUB_ID,
        "user_id": person.number,
        "client_id": client.client_id,
        "app_id": APP_ID,
        "scopes": list(token.scopes),
        "expires_in": int(token.expires_at - time.time()) if token.expires_at else None,
        "is_private_distribution": False,
        "token_type": token.kind,
        "user": person.email,
        "hub_domain": HUB_DOMAIN,
    }


def revoke(service: Service, request: Request, path: Path) -> Reply:
    """Refresh tokens only: the access tokens made with it go on for their half hour. Its success says nothing."""
    client = service.admit_client(request, request.form)
    token = service.token(request.form.get("token", ""), client)
    if token is not None and token.kind != "refresh":
        return as_json(
            {"status": "error", "message": "Token is no refresh token", "category": "VALIDATION_ERROR"}, 400
        )
    if token is not None:
        service.end(token)
    return Reply(200)


def legacy_delete(service: Service, request: Request, path: Path) -> Reply:
    """`DELETE /oauth/v1/refresh-tokens/{token}`: the token in the path is all it asks for."""
    token = service.token(path["token"])
    if token is None or token.kind != "refresh":
        return as_json(
            {"status": "error", "message": "Token is invalid", "category": "OBJECT_NOT_FOUND"}, 404
        )
    service.end(token)
    return Reply(204)


def details(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.hubspot.com/docs/api-reference/account-account-info-v3"""
    service.admit(request)
    told = {
        "portalId": HUB_ID,
        "accountType": "STANDARD",
        "timeZone": "Europe/Berlin",
        "companyCurrency": "EUR",
    }
    return as_json({**told, "uiDomain": "app.hubspot.com", "dataHostingLocation": "na1"})


HUBSPOT = Shape(
    slug="hubspot",
    name="HubSpot",
    authorize_path="/app.hubspot.com/oauth/authorize",
    token_path=f"{API}/oauth/2026-03/token",
    revocation=Revocation.REFRESH_TOKEN,
    pkce="ignored",
    client_auth=("client_secret_post",),
    refresh=RefreshRule.KEEPS,
    expires_in=1800,
    token_prefixes=("CK", ""),
    objects_to_asking=needs_scopes,
    answer=answer,
    refusal=refusal,
    renewal_errors={"invalid_grant": BAD_REFRESH_TOKEN},
    api_refusal=api_refusal,
    routes=(
        Route("POST", f"{API}/oauth/v1/token", Service.exchange),
        Route("POST", f"{API}/oauth/2026-03/token/introspect", introspect),
        Route("POST", f"{API}/oauth/2026-03/token/revoke", revoke),
        Route("GET", f"{API}/oauth/v1/access-tokens/{{token*}}", legacy_information),
        Route("DELETE", f"{API}/oauth/v1/refresh-tokens/{{token*}}", legacy_delete),
        Route("GET", f"{API}/account-info/v3/details", details),
    ),
)

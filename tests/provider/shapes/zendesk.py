"""Zendesk: every account has a host of its own; JSON at the token endpoint, revocation by deleting the token.

https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
https://developer.zendesk.com/documentation/api-basics/authentication/revoking-oauth-token
"""

from __future__ import annotations

from typing import Any

from ..message import Reply, Request, as_json
from ..records import Grant, RefreshRule
from ..service import Refused, Service
from ..shape import Path, Revocation, Route, Shape

HOST = "/{subdomain}.zendesk.com"
REFRESH_SECONDS = 7_776_000
SCOPE = r"read|write|impersonate|[a-z_]+:(read|write)"


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    return {**plain, "token_type": "bearer", "refresh_token_expires_in": REFRESH_SECONDS}


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if status == 403:
        return 403, {"error": "Forbidden", "description": "Missing the following required scopes: read"}
    words = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return 401, {"error": "invalid_token", "error_description": words}


def me(service: Service, request: Request, path: Path) -> Reply:
    """https://developer.zendesk.com/api-reference/ticketing/users/users/#show-self: nobody in particular has no id."""
    if request.bearer is None:
        return as_json({"user": {"id": None, "name": "Anonymous user", "email": "invalid@example.com"}})
    token = service.admit(request, "read", "users:read")
    _same_host(token.grant, path)
    person = token.grant.person
    url = f"https://{path['subdomain']}.zendesk.com/api/v2/users/{person.number}.json"
    told = {"id": person.number, "url": url, "name": person.name, "email": person.email, "role": "agent"}
    return as_json({"user": {**told, "verified": True, "active": True}})


def delete_current(service: Service, request: Request, path: Path) -> Reply:
    token = service.admit(request)
    _same_host(token.grant, path)
    service.end(token)
    return Reply(204)


def _same_host(grant: Grant, path: Path) -> None:
    """A token of one account is nothing at another one's host."""
    if grant.path.get("subdomain") != path["subdomain"]:
        status, error = api_refusal(401, {})
        raise Refused(as_json(error, status))


ZENDESK = Shape(
    slug="zendesk",
    name="Zendesk",
    authorize_path=HOST + "/oauth/authorizations/new",
    token_path=HOST + "/oauth/tokens",
    revocation=Revocation.GRANT,
    client_auth=("client_secret_post", "none"),
    token_bodies=("json", "form"),
    refresh=RefreshRule.ROTATES,
    expires_in=172_800,
    scope_pattern=SCOPE,
    token_prefixes=("", ""),
    answer=answer,
    api_refusal=api_refusal,
    routes=tuple(
        route
        for ending in ("", ".json")
        for route in (
            Route("GET", f"{HOST}/api/v2/users/me{ending}", me),
            Route("DELETE", f"{HOST}/api/v2/oauth/tokens/current{ending}", delete_current),
        )
    ),
)

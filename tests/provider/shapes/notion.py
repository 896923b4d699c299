"""Notion: HTTP Basic and a JSON body at the token endpoint, no scopes, no expiry, the person nested in the answer.

https://developers.notion.com/docs/authorization  https://developers.notion.com/reference/create-a-token
https://developers.notion.com/reference/revoke-token
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from ..message import Reply, Request, as_json
from ..records import Grant, Person, RefreshRule
from ..service import Service
from ..shape import Path, Revocation, Route, Shape

WORKSPACE = {
    "workspace_id": str(uuid5(NAMESPACE_URL, "notion/practice")),
    "workspace_name": "Practice's Notion",
    "workspace_icon": None,
}


def needs_owner(request: Request, fields: Mapping[str, str]) -> str | None:
    """`owner=user` is the one value there is, and it must be there."""
    return None if fields.get("owner") == "user" else "The parameter owner must be user."


def needs_version(request: Request, fields: Mapping[str, str]) -> str | None:
    """Every call but the authorization says by which version of the API it wants to be understood."""
    return None if request.headers.get("Notion-Version") else "Notion-Version header should be present."


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    return {
        "access_token": plain["access_token"],
        "token_type": "bearer",
        "refresh_token": plain.get("refresh_token"),
        "bot_id": bot_id(grant),
        **WORKSPACE,
        "owner": {"type": "user", "user": described(grant.person)},
        "duplicated_template_id": None,
        "request_id": str(uuid4()),
    }


def described(person: Person) -> dict[str, Any]:
    """A user object. https://developers.notion.com/reference/user"""
    return {
        "object": "user",
        "id": str(uuid5(NAMESPACE_URL, person.id)),
        "name": person.name,
        "avatar_url": None,
        "type": "person",
        "person": {"email": person.email},
    }


def bot_id(grant: Grant) -> str:
    """One bot a person and app."""
    return str(uuid5(NAMESPACE_URL, f"{grant.client.client_id}/{grant.person.id}"))


def refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    words = error.get("error_description") or error["error"]
    return status, {"object": "error", "status": status, "code": error["error"], "message": words}


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 401, {"object": "error", "status": 401, "code": "unauthorized", "message": "API token is invalid."}


def me(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.notion.com/reference/get-self: the app's bot, with its owner inside."""
    token = service.admit(request)
    missing = needs_version(request, {})
    if missing:
        return _no(400, "missing_version", missing)
    owner = {"type": "user", "user": described(token.grant.person)}
    bot = {"owner": owner, "workspace_name": WORKSPACE["workspace_name"]}
    told = {
        "object": "user",
        "id": bot_id(token.grant),
        "name": "Acme",
        "avatar_url": None,
        "type": "bot",
        "bot": bot,
    }
    return as_json(told)


def revoke(service: Service, request: Request, path: Path) -> Reply:
    """Basic and JSON; an access token, and the grant with it."""
    client = service.admit_client(request)
    missing = needs_version(request, {})
    if missing:
        return _no(400, "missing_version", missing)
    value = request.json.get("token")
    token = service.token(value, client) if isinstance(value, str) else None
    if token is None or token.kind != "access":
        return _no(400, "invalid_grant" if value else "invalid_request", "Invalid token.")
    service.end(token)
    return as_json({"request_id": str(uuid4())})


def _no(status: int, code: str, words: str) -> Reply:
    return as_json({"object": "error", "status": status, "code": code, "message": words}, status)


NOTION = Shape(
    slug="notion",
    name="Notion",
    authorize_path="/api.notion.com/v1/oauth/authorize",
    token_path="/api.notion.com/v1/oauth/token",
    revocation=Revocation.GRANT,
    pkce="ignored",
    client_auth=("client_secret_basic",),
    token_bodies=("json",),
    refresh=RefreshRule.ROTATES,
    expires_in=None,
    token_prefixes=("ntn_", "nrt_"),
    objects_to_asking=needs_owner,
    objects_to_token_call=needs_version,
    answer=answer,
    refusal=refusal,
    api_refusal=api_refusal,
    routes=(
        Route("GET", "/api.notion.com/v1/users/me", me),
        Route("POST", "/api.notion.com/v1/oauth/revoke", revoke),
    ),
)

"""Linear: scopes asked by comma and told by blank, a day's tokens that rotate, identity by GraphQL.

https://linear.app/developers/oauth-2-0-authentication
https://linear.app/developers/graphql
"""

from __future__ import annotations

import re
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..message import Reply, Request, as_json
from ..records import Grant, Person, RefreshRule
from ..service import Service
from ..shape import Path, Revocation, Route, Shape

SCOPES = {
    "read": "Read what you can read",
    "write": "Change what you can change",
    "issues:create": "Make issues and their attachments",
    "comments:create": "Make comments",
    "timeSchedule:write": "Make and change time schedules",
    "admin": "Do what an administrator can",
    "app:assignable": "Be given issues",
    "app:mentionable": "Be mentioned",
}


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    """`read` is always granted."""
    return {**plain, "scope": " ".join(dict.fromkeys(["read", *grant.scopes]))}


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 401, _errors("Authentication required, not authenticated", "AUTHENTICATION_ERROR")


def graphql(service: Service, request: Request, path: Path) -> Reply:
    """Just enough of GraphQL to answer `{ viewer { … } organization { … } }` with the fields that were asked."""
    person = service.admit(request).grant.person
    query = request.json.get("query")
    if not isinstance(query, str):
        return as_json(
            _errors("POST body missing, invalid Content-Type, or JSON object has no keys.", "BAD_REQUEST"),
            400,
        )
    known = {"viewer": _viewer(person), "organization": _organization()}
    asked = re.findall(r"(\w+)\s*\{([^{}]*)\}", query)
    data: dict[str, Any] = {}
    for name, fields in asked:
        unknown = [field for field in fields.split() if field not in known.get(name, {})]
        if unknown or name not in known:
            words = f'Cannot query field "{(unknown or [name])[0]}"'
            return as_json(_errors(words, "GRAPHQL_VALIDATION_FAILED"), 400)
        data[name] = {field: known[name][field] for field in fields.split()}
    if not data:
        return as_json(_errors("Syntax Error", "GRAPHQL_PARSE_FAILED"), 400)
    return as_json({"data": data})


def _viewer(person: Person) -> dict[str, Any]:
    identifier = str(uuid5(NAMESPACE_URL, f"linear/{person.id}"))
    return {
        "id": identifier,
        "name": person.name,
        "displayName": person.handle,
        "email": person.email,
        "active": True,
    }


def _organization() -> dict[str, Any]:
    return {"id": str(uuid5(NAMESPACE_URL, "linear/practice")), "name": "Practice", "urlKey": "practice"}


def revoke(service: Service, request: Request, path: Path) -> Reply:
    """Either token in a form, or an access token as the bearer. 400 for one that cannot be revoked."""
    value = request.form.get("token") or request.form.get("access_token") or request.bearer
    if not value:
        return as_json({"error": "invalid_request", "error_description": "No token was given."}, 401)
    token = service.token(value)
    if token is None:
        return as_json({"error": "invalid_request", "error_description": "Token was already revoked."}, 400)
    service.end(token)
    return as_json({"success": True})


def _errors(words: str, code: str) -> dict[str, Any]:
    return {"errors": [{"message": words, "extensions": {"code": code, "userError": True}}]}


LINEAR = Shape(
    slug="linear",
    name="Linear",
    authorize_path="/linear.app/oauth/authorize",
    token_path="/api.linear.app/oauth/token",
    revocation=Revocation.GRANT,
    refresh=RefreshRule.ROTATES,
    expires_in=86399,
    scopes=SCOPES,
    asked_scope_separator=",",
    token_prefixes=("lin_oauth_", "lin_refresh_"),
    answer=answer,
    api_refusal=api_refusal,
    routes=(
        Route("POST", "/api.linear.app/graphql", graphql),
        Route("POST", "/api.linear.app/oauth/revoke", revoke),
    ),
)

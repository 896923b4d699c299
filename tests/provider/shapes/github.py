"""GitHub: form-encoded answers unless JSON is asked for, errors with status 200, scopes by comma, no expiry.

A GitHub App whose tokens run out is a client with `refresh` and `expires_in`.

https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..message import Reply, Request, as_json
from ..records import AnswerStyle, Grant, RefreshRule
from ..service import Refused, Service
from ..shape import Path, Revocation, Route, Shape

DOCS = "https://docs.github.com/rest"
REFRESH_SECONDS = 15_897_600
# https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#normalized-scopes
CONTAINED = {
    "repo": {"repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"},
    "user": {"read:user", "user:email", "user:follow"},
    "admin:org": {"write:org", "read:org"},
    "write:org": {"read:org"},
    "project": {"read:project"},
}
ERRORS = {
    "invalid_grant": ("bad_verification_code", "The code passed is incorrect or expired."),
    "bad_refresh_token": ("bad_refresh_token", "The refresh token passed is incorrect or expired."),
    "invalid_client": (
        "incorrect_client_credentials",
        "The client_id and/or client_secret passed are incorrect.",
    ),
}


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    """Token, kind and the scopes, without those that another one contains; lifetimes where there are any."""
    contained = set().union(*(CONTAINED.get(scope, set()) for scope in grant.scopes))
    kept = " ".join(scope for scope in grant.scopes if scope not in contained)
    told = {"access_token": plain["access_token"], "scope": kept, "token_type": "bearer"}
    if "refresh_token" in plain:
        lives = {name: plain[name] for name in ("expires_in", "refresh_token")}
        told |= {**lives, "refresh_token_expires_in": REFRESH_SECONDS}
    return told


def refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    name, words = ERRORS.get(error["error"], (error["error"], error.get("error_description", "")))
    return 200, {"error": name, "error_description": words, "error_uri": DOCS}


def style_for(request: Request, style: AnswerStyle) -> AnswerStyle:
    """JSON only where `Accept` says so."""
    return replace(style, form_encoded="application/json" not in request.headers.get("Accept", ""))


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 401, {"message": "Bad credentials", "documentation_url": DOCS, "status": "401"}


def user(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.github.com/en/rest/users/users#get-the-authenticated-user: `email` is the public one, or null."""
    _need_user_agent(request)
    token = service.admit(request)
    person = token.grant.person
    told = {
        "login": person.handle,
        "id": person.number,
        "type": "User",
        "html_url": f"https://github.com/{person.handle}",
        "name": person.name,
        "email": None,
    }
    return as_json(told, headers=[("X-OAuth-Scopes", ", ".join(token.scopes))])


def emails(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.github.com/en/rest/users/emails"""
    _need_user_agent(request)
    token = service.admit(request)
    if not {"user", "user:email"} & set(token.scopes):
        raise Refused(as_json({"message": "Not Found", "documentation_url": DOCS, "status": "404"}, 404))
    address = {"email": token.grant.person.email, "primary": True, "verified": True, "visibility": "private"}
    return as_json([address])


def delete_grant(service: Service, request: Request, path: Path) -> Reply:
    """Ends all that one person gave the app: HTTP Basic with the client, JSON body with one of its tokens."""
    return _delete(service, request, path, whole_grant=True)


def delete_token(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token: that token alone."""
    return _delete(service, request, path, whole_grant=False)


def _delete(service: Service, request: Request, path: Path, *, whole_grant: bool) -> Reply:
    _need_user_agent(request)
    client = service.admit_client(request)
    value = request.json.get("access_token")
    if client.client_id != path["client_id"]:
        return as_json({"message": "Not Found", "documentation_url": DOCS, "status": "404"}, 404)
    token = service.token(value, client) if isinstance(value, str) else None
    if token is None:
        words = (
            "Validation Failed"
            if isinstance(value, str)
            else 'Invalid request. "access_token" wasn\'t supplied.'
        )
        return as_json({"message": words, "documentation_url": DOCS, "status": "422"}, 422)
    if whole_grant:
        service.end(token)
    else:
        service.drop(token.value)
    return Reply(204)


def _need_user_agent(request: Request) -> None:
    """https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent"""
    if not request.headers.get("User-Agent"):
        raise Refused(as_json({"message": "Request forbidden: no User-Agent header"}, 403))


GITHUB = Shape(
    slug="github",
    name="GitHub",
    authorize_path="/github.com/login/oauth/authorize",
    token_path="/github.com/login/oauth/access_token",
    revocation=Revocation.PERSON,
    client_auth=("client_secret_post",),
    token_bodies=("form", "json"),
    refresh=RefreshRule.NONE,
    expires_in=None,
    style=AnswerStyle(scope_separator=","),
    token_prefixes=("gho_", "ghr_"),
    answer=answer,
    refusal=refusal,
    renewal_errors={"invalid_grant": "bad_refresh_token"},
    api_refusal=api_refusal,
    style_for=style_for,
    routes=(
        Route("GET", "/api.github.com/user", user),
        Route("GET", "/api.github.com/user/emails", emails),
        Route("DELETE", "/api.github.com/applications/{client_id*}/grant", delete_grant),
        Route("DELETE", "/api.github.com/applications/{client_id*}/token", delete_token),
    ),
)

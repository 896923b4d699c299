"""Slack: OAuth v2 with a bot's and a person's tokens in one answer, and every refusal a 200 with `ok: false`.

An app that has turned token rotation on is a client with `refresh` and `expires_in`: of its bot's tokens, or of the
person's where it asked for no bot.

https://docs.slack.dev/authentication/installing-with-oauth
https://docs.slack.dev/reference/methods/oauth.v2.access
https://docs.slack.dev/authentication/using-token-rotation
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..message import Reply, Request, as_json
from ..records import PEOPLE, AnswerStyle, Grant, Person, RefreshRule, Token
from ..service import Refused, Service
from ..shape import Path, Revocation, Route, Shape

TEAM = {"id": "T0PRACTICE", "name": "Practice Team"}
APP_ID = "A0PRACTICE"
ERRORS = {
    "invalid_grant": "invalid_code",
    "invalid_client": "bad_client_secret",
    "invalid_request": "invalid_arguments",
    "unsupported_grant_type": "invalid_grant_type",
    "token_expired": "token_expired",
    "insufficient_scope": "missing_scope",
}


def user_id(person: Person) -> str:
    """What Slack calls a person: `U` and capitals."""
    return f"U0P{person.number}"


def needs_some_scope(request: Request, fields: Mapping[str, str]) -> str | None:
    """An installation asks for a bot's scopes, a person's, or both; lists are by comma."""
    if not fields.get("scope") and not fields.get("user_scope"):
        return "invalid_scope: ask for at least one scope"
    if " " in fields.get("user_scope", ""):
        return "invalid_scope: user_scope is a list by comma"
    return None


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    """The bot's token above, the person's under `authed_user`; what was not asked for is not there."""
    told: dict[str, Any] = {
        "ok": True,
        "app_id": APP_ID,
        "team": TEAM,
        "enterprise": None,
        "is_enterprise_install": False,
    }
    person_scopes = tuple(part for part in grant.asked.get("user_scope", "").split(",") if part)
    lives = {name: plain[name] for name in ("expires_in", "refresh_token") if "refresh_token" in plain}
    bot = {"token_type": "bot", "scope": ",".join(grant.scopes), "bot_user_id": "U0PBOT"}
    if any(token.dead_because == "rotated" for token in grant.tokens):
        return (
            told
            | {"access_token": plain["access_token"], **lives}
            | (bot if grant.scopes else _as_person(service, plain, person_scopes))
        )
    told["authed_user"] = {"id": user_id(grant.person)}
    if person_scopes:
        lifetime = None if grant.scopes else plain.get("expires_in")
        token = service.mint(grant, "user", person_scopes, lifetime, "xoxp-")
        told["authed_user"] |= {
            "scope": ",".join(person_scopes),
            "access_token": token.value,
            "token_type": "user",
            **({} if grant.scopes else lives),
        }
    if grant.scopes:
        told |= {"access_token": plain["access_token"], **bot, **lives}
    else:
        service.drop(plain["access_token"])
    return told


def _as_person(service: Service, plain: dict[str, Any], scopes: tuple[str, ...]) -> dict[str, Any]:
    """A renewed token of a person's stands above, as a bot's does."""
    token = service.ledger.token(plain["access_token"], "slack")
    if token is not None:
        token.role, token.scopes = "user", scopes
    return {"token_type": "user", "scope": ",".join(scopes)}


def refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 200, {"ok": False, "error": ERRORS.get(error["error"], error["error"])}


def admit(service: Service, request: Request, *scopes: str) -> Token:
    """The live token of the call, as a bearer or in the body. Refuses as Slack does: 200 and `ok: false`."""
    value = request.bearer or request.form.get("token") or request.query.get("token")
    known = service.ledger.token(value, "slack") if value else None
    if known is None:
        raise Refused(_no("invalid_auth" if value else "not_authed"))
    if not known.is_live:
        raise Refused(_no("token_revoked" if known.is_revoked() else "token_expired"))
    if scopes and not set(scopes) & set(known.scopes):
        raise Refused(
            as_json(
                {
                    "ok": False,
                    "error": "missing_scope",
                    "needed": scopes[0],
                    "provided": ",".join(known.scopes),
                }
            )
        )
    return known


def auth_test(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.slack.dev/reference/methods/auth.test"""
    token = admit(service, request)
    told = {"ok": True, "url": "https://practice.slack.com/", "team": TEAM["name"], "team_id": TEAM["id"]}
    if token.role == "user":
        told |= {"user": token.grant.person.handle, "user_id": user_id(token.grant.person)}
    else:
        told |= {"user": "acme", "user_id": "U0PBOT", "bot_id": "B0PBOT"}
    return as_json(told)


def users_info(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.slack.dev/reference/methods/users.info: arguments by query or form, e-mail by its own scope."""
    token = admit(service, request, "users:read")
    wanted = request.query.get("user") or request.form.get("user")
    person = next((one for one in PEOPLE if user_id(one) == wanted), None)
    if person is None:
        return _no("user_not_found")
    profile = {"real_name": person.name, "display_name": person.handle}
    if "users:read.email" in token.scopes:
        profile["email"] = person.email
    told = {
        "id": wanted,
        "team_id": TEAM["id"],
        "name": person.handle,
        "real_name": person.name,
        "profile": profile,
    }
    return as_json({"ok": True, "user": {**told, "deleted": False, "is_bot": False}})


def auth_revoke(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.slack.dev/reference/methods/auth.revoke: the token that makes the call, and no other access token.

    Its bot is deactivated by it, so that what would renew it is of no use any more.
    """
    token = admit(service, request)
    if request.query.get("test") == "1" or request.form.get("test") == "1":
        return as_json({"ok": True, "revoked": False})
    for other in token.grant.tokens:
        if other.kind == "refresh":
            service.drop(other.value)
    service.end(token)
    return as_json({"ok": True, "revoked": True})


def _no(error: str) -> Reply:
    return as_json({"ok": False, "error": error})


SLACK = Shape(
    slug="slack",
    name="Slack",
    authorize_path="/slack.com/oauth/v2/authorize",
    token_path="/slack.com/api/oauth.v2.access",
    revocation=Revocation.TOKEN,
    pkce="ignored",
    client_auth=("client_secret_basic", "client_secret_post"),
    refresh=RefreshRule.NONE,
    expires_in=None,
    asked_scope_separator=",",
    style=AnswerStyle(scope_separator=","),
    token_prefixes=("xoxb-", "xoxe-1-"),
    objects_to_asking=needs_some_scope,
    answer=answer,
    refusal=refusal,
    renewal_errors={"invalid_grant": "invalid_refresh_token"},
    routes=tuple(
        Route(method, f"/slack.com/api/{name}", deed)
        for name, deed in (("auth.test", auth_test), ("users.info", users_info), ("auth.revoke", auth_revoke))
        for method in ("GET", "POST")
    ),
)

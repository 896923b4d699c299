"""Discord: RFC 6749 and 7009, forms only; any token revoked ends all that the person gave the app.

https://discord.com/developers/docs/topics/oauth2
https://discord.com/developers/docs/resources/user#get-current-user
"""

from __future__ import annotations

from typing import Any

from ..message import Reply, Request, as_json
from ..records import RefreshRule
from ..service import Service
from ..shape import Path, Revocation, Route, Shape

SCOPES = {
    "identify": "Know your user name and picture",
    "email": "Know your e-mail address",
    "connections": "Know the accounts you linked",
    "guilds": "Know which servers you are in",
    "guilds.members.read": "Know your roles in servers",
    "guilds.join": "Add you to servers",
    "webhook.incoming": "Post to one channel",
    "bot": "Add a bot to a server",
    "applications.commands": "Add commands to a server",
    "openid": "Know that it is you",
}
# The API answers under any of its versions and without one.
VERSIONS = ("/discord.com/api", "/discord.com/api/v10")


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    words = "401: Unauthorized" if status == 401 else "Missing Access"
    return status, {"message": words, "code": 0 if status == 401 else 50001}


def me(service: Service, request: Request, path: Path) -> Reply:
    token = service.admit(request, "identify")
    person = token.grant.person
    told = {
        "id": f"80351110224678{person.number}",
        "username": person.handle,
        "discriminator": "0",
        "global_name": person.name,
        "avatar": None,
        "locale": "en-US",
        "mfa_enabled": True,
        "public_flags": 0,
    }
    if "email" in token.scopes:
        told |= {"email": person.email, "verified": True}
    return as_json(told)


DISCORD = Shape(
    slug="discord",
    name="Discord",
    authorize_path="/discord.com/oauth2/authorize",
    other_authorize_paths=("/discord.com/api/oauth2/authorize",),
    token_path="/discord.com/api/oauth2/token",
    revoke_path="/discord.com/api/oauth2/token/revoke",
    revocation=Revocation.PERSON,
    client_auth=("client_secret_basic", "client_secret_post"),
    refresh=RefreshRule.ROTATES,
    expires_in=604800,
    scopes=SCOPES,
    token_prefixes=("", ""),
    api_refusal=api_refusal,
    routes=(
        *(Route("GET", f"{version}/users/@me", me) for version in VERSIONS),
        Route("POST", "/discord.com/api/v10/oauth2/token", Service.exchange),
        Route("POST", "/discord.com/api/v10/oauth2/token/revoke", Service.revoke),
    ),
)

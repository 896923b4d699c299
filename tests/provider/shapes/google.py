"""Google, for Gmail, Calendar and Drive: one account, one client, one consent for all three.

https://developers.google.com/identity/protocols/oauth2/web-server
https://developers.google.com/identity/openid-connect/openid-connect
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..id_tokens import public_keys
from ..message import Reply, Request, as_json
from ..records import Grant, Person, RefreshRule
from ..service import Service
from ..shape import Path, Revocation, Route, Shape

APIS = "https://www.googleapis.com/auth/"
MAIL = "https://mail.google.com/"
LONG_NAMES = {"email": APIS + "userinfo.email", "profile": APIS + "userinfo.profile"}


def unknown_scope(request: Request, fields: Mapping[str, str]) -> str | None:
    """Google shows its own page (400, invalid_scope) for a scope that there is not."""
    asked = fields.get("scope", "").split()
    if not asked:
        return "Missing required parameter: scope"
    strange = [s for s in asked if s not in ("openid", "email", "profile", MAIL) and not s.startswith(APIS)]
    return f"Some requested scopes were invalid: {', '.join(strange)}" if strange else None


def offers_refresh(asked: Mapping[str, str], known: bool) -> bool:
    """Offline access only; and where one is out already, only when the person was asked again."""
    wants = asked.get("access_type") == "offline"
    return wants and (not known or "consent" in asked.get("prompt", "").split())


def answer(service: Service, grant: Grant, plain: dict[str, Any]) -> dict[str, Any]:
    """Scopes under their long names; with `include_granted_scopes`, those of earlier consents too."""
    if grant.asked.get("include_granted_scopes") == "true":
        before = [s for other in service.ledger.grants if _live_elsewhere(other, grant) for s in other.scopes]
        grant.scopes = tuple(dict.fromkeys([*grant.scopes, *before]))
        for token in grant.tokens:
            token.scopes = grant.scopes
    return {**plain, "scope": " ".join(LONG_NAMES.get(scope, scope) for scope in grant.scopes)}


def _live_elsewhere(other: Grant, grant: Grant) -> bool:
    return other is not grant and other.is_live and other.is_for_same(grant)


def adds_to_callback(asked: Mapping[str, str], scopes: tuple[str, ...]) -> dict[str, str]:
    named = " ".join(LONG_NAMES.get(scope, scope) for scope in scopes)
    return {"scope": named, "authuser": "0", "prompt": asked.get("prompt", "none")}


def api_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """https://cloud.google.com/apis/design/errors"""
    if status == 403:
        words, reason = "Request had insufficient authentication scopes.", "PERMISSION_DENIED"
    else:
        words, reason = "Request had invalid authentication credentials.", "UNAUTHENTICATED"
    return status, {"error": {"code": status, "message": words, "status": reason}}


def userinfo(service: Service, request: Request, path: Path) -> Reply:
    token = service.admit(request, "openid", "email", "profile")
    person = token.grant.person
    told: dict[str, Any] = {"sub": subject(person)}
    if "profile" in token.scopes:
        told |= {
            "name": person.name,
            "given_name": person.name,
            "picture": "https://lh3.googleusercontent.com/a/x",
        }
    if "email" in token.scopes:
        told |= {"email": person.email, "email_verified": True, "hd": "example.com"}
    return as_json(told)


def subject(person: Person) -> str:
    """Google's ids are 21 digits, too many for a float."""
    return f"11842900000000000{person.number}"


def revoke(service: Service, request: Request, path: Path) -> Reply:
    """Either token, in the query or a form, without the client; it ends all that the person gave the app."""
    value = request.query.get("token") or request.form.get("token")
    token = service.token(value) if value else None
    if token is None:
        words = "Token expired or revoked" if value else "Missing required parameter: token"
        name = "invalid_token" if value else "invalid_request"
        return as_json({"error": name, "error_description": words}, 400)
    service.end(token)
    return as_json({})


def mail_profile(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.google.com/workspace/gmail/api/reference/rest/v1/users/getProfile"""
    names = ("modify", "readonly", "compose", "metadata")
    person = service.admit(request, MAIL, *(f"{APIS}gmail.{name}" for name in names)).grant.person
    return as_json({"emailAddress": person.email, "messagesTotal": 42, "threadsTotal": 21, "historyId": "7"})


def calendars(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.google.com/workspace/calendar/api/v3/reference/calendarList/list"""
    names = ("calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly")
    person = service.admit(request, *(APIS + name for name in names)).grant.person
    own = {"kind": "calendar#calendarListEntry", "id": person.email, "summary": person.email, "primary": True}
    return as_json({"kind": "calendar#calendarList", "items": [own]})


def about_drive(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get: `fields` must be given."""
    names = (
        "drive",
        "drive.file",
        "drive.readonly",
        "drive.appdata",
        "drive.metadata",
        "drive.metadata.readonly",
    )
    person = service.admit(request, *(APIS + name for name in names)).grant.person
    if not request.query.get("fields"):
        words = "The 'fields' parameter is required for this method."
        return as_json({"error": {"code": 400, "message": words}}, 400)
    return as_json({"user": {"displayName": person.name, "emailAddress": person.email, "me": True}})


def metadata(service: Service, request: Request, path: Path) -> Reply:
    """https://accounts.google.com/.well-known/openid-configuration"""
    origin = service.origin
    return as_json(
        {
            "issuer": service.issuer,
            "authorization_endpoint": f"{origin}/accounts.google.com/o/oauth2/v2/auth",
            "token_endpoint": f"{origin}/oauth2.googleapis.com/token",
            "revocation_endpoint": f"{origin}/oauth2.googleapis.com/revoke",
            "userinfo_endpoint": f"{origin}/openidconnect.googleapis.com/v1/userinfo",
            "jwks_uri": f"{origin}/www.googleapis.com/oauth2/v3/certs",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
        }
    )


def keys(service: Service, request: Request, path: Path) -> Reply:
    return as_json(public_keys())


GOOGLE = Shape(
    slug="google",
    name="Google",
    plays=("gmail", "google-calendar", "google-drive"),
    authorize_path="/accounts.google.com/o/oauth2/v2/auth",
    token_path="/oauth2.googleapis.com/token",
    revocation=Revocation.PERSON,
    issuer_path="/accounts.google.com",
    signs_id_tokens=True,
    client_auth=("client_secret_post", "client_secret_basic"),
    refresh=RefreshRule.KEEPS,
    expires_in=3599,
    token_prefixes=("ya29.", "1//"),
    offers_refresh=offers_refresh,
    answer=answer,
    api_refusal=api_refusal,
    objects_to_asking=unknown_scope,
    adds_to_callback=adds_to_callback,
    routes=(
        Route("POST", "/oauth2.googleapis.com/revoke", revoke),
        Route("GET", "/openidconnect.googleapis.com/v1/userinfo", userinfo),
        Route("GET", "/www.googleapis.com/oauth2/v3/userinfo", userinfo),
        Route("GET", "/www.googleapis.com/oauth2/v3/certs", keys),
        Route("GET", "/gmail.googleapis.com/gmail/v1/users/me/profile", mail_profile),
        Route("GET", "/www.googleapis.com/calendar/v3/users/me/calendarList", calendars),
        Route("GET", "/www.googleapis.com/drive/v3/about", about_drive),
        Route("GET", "/accounts.google.com/.well-known/openid-configuration", metadata),
    ),
)

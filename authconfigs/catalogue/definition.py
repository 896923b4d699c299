"""A project's own toolkit: the contract's JSON, read into the same dataclasses as the catalogue's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowra.errors import InvalidInput

from .coherence import check_toolkit
from .fill import names_in
from .strict import Fault, read_table
from .toolkit import ApiKeyPlace, Call, Field, Identity, OAuth2, ScopeText, Toolkit

_WIRE_OAUTH2 = {
    "issuer": "issuer",
    "authorizationUrl": "authorization_url",
    "tokenUrl": "token_url",
    "registrationUrl": "registration_url",
    "defaultScopes": "default_scopes",
    "scopeSeparator": "scope_separator",
    "tokenAuthMethod": "token_auth_method",
    "authorizationParams": "authorization_params",
    "tokenParams": "token_params",
    # What discovery adds to a definition: RFC 8414, 2; RFC 9207, 3.
    "pkce": "pkce",
    "sendsIss": "sends_iss",
}
# Every key that a definition may have, in itself and in two of its tables.
KEYS: dict[str, tuple[str, ...]] = {
    "": (
        "slug",
        "name",
        "description",
        "logo",
        "baseUrl",
        "authSchemes",
        "categories",
        "getCurrentUserEndpoint",
        "oauth2",
        "apiKey",
        "authConfigDetails",
    ),
    "oauth2": (*_WIRE_OAUTH2, "revocationUrl", "userinfoUrl", "identity"),
    "apiKey": ("in", "name", "prefix"),
}
_WIRE_FIELD = {
    "name": "name",
    "displayName": "display_name",
    "type": "type",
    "description": "description",
    "required": "required",
    "default": "default",
}
_OF_THE_SCHEMES = (
    "client_id",
    "client_secret",
    "scopes",
    "user_scopes",
    "api_key",
    "username",
    "password",
    "token",
)
# OpenID Connect Core 1.0, 5.1; the rest are the names that most services use.
_USUAL_ID = ("sub", "id", "user.id", "data.id")
_USUAL_NAME = ("name", "preferred_username", "user.name", "data.name", "login", "username")
_USUAL_EMAIL = ("email", "user.email", "data.email")


# What the scopes that mean the same everywhere let an app do (OpenID Connect Core 1.0, 5.4 and 11).
OF_OPENID_CONNECT = {
    "openid": ScopeText("know that it is you", "identity"),
    "profile": ScopeText("see your name and picture", "identity"),
    "email": ScopeText("see your e-mail address", "identity"),
    "phone": ScopeText("see your phone number", "identity"),
    "address": ScopeText("see your postal address", "identity"),
    "offline_access": ScopeText("stay connected while you are away", "identity"),
}


def toolkit_from_definition(definition: Mapping[str, Any], *, id: str) -> Toolkit:
    """The toolkit of a definition whose `oauth2` names its URLs, by the caller or by discovery.

    Raises InvalidInput naming the wire's field (`oauth2.tokenUrl`) for what cannot work.
    """
    try:
        toolkit = read_table(
            Toolkit,
            {
                "slug": definition["slug"],
                "name": definition["name"],
                "base_url": definition["baseUrl"],
                "auth_schemes": definition["authSchemes"],
                "description": " ".join(str(definition.get("description") or "").split()),
                "categories": definition.get("categories") or (),
                "logo": definition.get("logo") or "",
            },
            id=id,
            oauth2=_oauth2(definition),
            api_key=_api_key(definition),
            identity=_identity(definition),
            config_fields=_fields(definition, "authConfigCreation"),
            connection_fields=_fields(definition, "connectedAccountInitiation"),
            test_call=_test_call(definition),
            scopes=OF_OPENID_CONNECT,
        )
        if toolkit.logo and not toolkit.logo.startswith(("https://", "http://")):
            raise Fault("logo", "must be a URL")
        check_toolkit(toolkit, https_only=False)
    except Fault as fault:
        raise InvalidInput.field(_on_the_wire(fault.key), fault.message) from fault
    except KeyError as error:
        raise InvalidInput.field(str(error.args[0]), "is needed") from error
    return toolkit


def _object(value: Any, key: str) -> Mapping[str, Any] | None:
    if value is not None and not isinstance(value, Mapping):
        raise Fault(key, "must be an object")
    return value


def _list(value: Any, key: str) -> Sequence[Any]:
    if value is not None and (not isinstance(value, Sequence) or isinstance(value, str)):
        raise Fault(key, "must be a list")
    return value or ()


def _oauth2(definition: Mapping[str, Any]) -> OAuth2 | None:
    given = _object(definition.get("oauth2"), "oauth2")
    if given is None:
        return None
    table = {ours: given[wire] for wire, ours in _WIRE_OAUTH2.items() if given.get(wire) is not None}
    if given.get("revocationUrl"):
        table["revoke"] = {"url": given["revocationUrl"]}
    return read_table(OAuth2, table, "oauth2")


def _api_key(definition: Mapping[str, Any]) -> ApiKeyPlace | None:
    given = _object(definition.get("apiKey"), "apiKey")
    if given is None:
        return None
    table = {"place": given.get("in"), "name": given.get("name"), "prefix": given.get("prefix") or ""}
    return read_table(
        ApiKeyPlace, {name: value for name, value in table.items() if value is not None}, "apiKey"
    )


def _identity(definition: Mapping[str, Any]) -> Identity | None:
    """Where it is told: the userinfo endpoint, else the current user's, else the ID token."""
    oauth2 = definition.get("oauth2") or {}
    url = oauth2.get("userinfoUrl") or definition.get("getCurrentUserEndpoint")
    named = _object(oauth2.get("identity"), "oauth2.identity") or {}
    paths = {name: [path] for name, path in named.items() if path}
    if not url and not paths:
        return None
    return read_table(
        Identity,
        {
            "source": "call" if url else "id_token",
            "id": _USUAL_ID,
            "name": _USUAL_NAME,
            "email": _USUAL_EMAIL,
            **paths,
            **({"call": {"url": _path_or_url(url)}} if url else {}),
        },
        "oauth2.identity",
    )


def _test_call(definition: Mapping[str, Any]) -> Call | None:
    url = definition.get("getCurrentUserEndpoint")
    return read_table(Call, {"url": _path_or_url(url)}, "getCurrentUserEndpoint") if url else None


def _path_or_url(url: Any) -> Any:
    """Services write `users/me` as often as `/users/me`."""
    return url if not isinstance(url, str) or "://" in url or url.startswith("/") else f"/{url}"


def _fields(definition: Mapping[str, Any], moment: str) -> tuple[Field, ...]:
    """The definition's own fields of that moment, and names in its URLs that nobody else is asked for.

    The schemes' fields are left out: they are asked for anyway.
    """
    found: dict[str, Field] = {}
    for place, details in enumerate(_list(definition.get("authConfigDetails"), "authConfigDetails")):
        each = _object(details, f"authConfigDetails.{place}") or {}
        for index, one in enumerate(_list(each.get(moment), f"authConfigDetails.{moment}")):
            given = _object(one, f"authConfigDetails.{moment}.{index}") or {}
            if given.get("name") in _OF_THE_SCHEMES:
                continue
            table = {ours: given[wire] for wire, ours in _WIRE_FIELD.items() if given.get(wire) is not None}
            table.setdefault("display_name", table.get("name", ""))
            table["secret"] = table.get("type") == "password"
            field = read_table(Field, table, f"authConfigDetails.{moment}.{index}")
            found[field.name] = field
    if moment == "connectedAccountInitiation":
        elsewhere = {each.name for each in _fields(definition, "authConfigCreation")} | {
            "client_id",
            "username",
        }
        for name in _names_in_urls(definition):
            if name not in found and name not in elsewhere:
                found[name] = Field(name=name, display_name=name.replace("_", " ").capitalize())
    return tuple(found.values())


def _names_in_urls(definition: Mapping[str, Any]) -> list[str]:
    urls = [definition.get("baseUrl"), *(definition.get("oauth2") or {}).values()]
    return [name for url in urls if isinstance(url, str) and "://" in url for name in names_in(url)]


_WIRE_KEYS = {ours: wire for wire, ours in _WIRE_OAUTH2.items()} | {
    "base_url": "baseUrl",
    "auth_schemes": "authSchemes",
    "api_key": "apiKey",
    "place": "in",
    "revoke": "revocationUrl",
    "test_call": "getCurrentUserEndpoint",
    "display_name": "displayName",
}


def _on_the_wire(key: str) -> str:
    parts = [_WIRE_KEYS.get(part, part) for part in key.split(".")]
    if parts[-2:] == ["revocationUrl", "url"] or parts[:1] == ["getCurrentUserEndpoint"]:
        parts = [part for part in parts if part not in ("url", "method")]
    if parts[:2] == ["identity", "call"]:
        return "oauth2.userinfoUrl"
    return ".".join(parts)

"""A project's definition of its own toolkit, checked as a whole: its form, its slug, its addresses, its discovery."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from authconfigs.catalogue.definition import KEYS, toolkit_from_definition
from authconfigs.catalogue.load import all_toolkits
from flowra import outbound
from flowra.errors import Conflict, FieldProblem, InvalidInput
from flowra.near_match import near_match
from flowra.origins import origin_of

from .discover import NoDocument, discover
from .toolkit_for import MAX_SLUG

URL_FIELDS = ("authorizationUrl", "tokenUrl", "revocationUrl", "userinfoUrl", "registrationUrl")
MAX_NAME = 100
MAX_URL = 2000
_TEMPLATE = re.compile(r"\{[a-z_][a-z0-9_]*\}")
# What the flow itself sets, and what no definition may set in its stead (RFC 6749, 4.1; RFC 7636, 4; OIDC Core, 3.1.2.1).
OWN_PARAMETERS = {
    "authorizationParams": (
        "client_id",
        "redirect_uri",
        "response_type",
        "state",
        "scope",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "request",
        "request_uri",
    ),
    "tokenParams": (
        "client_id",
        "client_secret",
        "grant_type",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
    ),
}


def checked_definition(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The definition with what discovery adds to it. Calls out: not for use in a transaction.

    Raises InvalidInput naming the field (`oauth2.tokenUrl`), Conflict (field `slug`) for one of the catalogue's slugs,
    outbound's failures when the issuer cannot be asked.
    """
    whole = {name: value for name, value in definition.items() if value is not None}
    _check_keys(whole)
    _check_texts(whole)
    if whole.get("slug") in all_toolkits():
        raise Conflict(
            f"{whole['slug']} is one of Flowra's own toolkits; choose another slug.",
            code="slug_taken",
            errors=[FieldProblem("slug", "is one of Flowra's own toolkits")],
        )
    for field, url in _urls(whole):
        _check_address(field, url)
    oauth2 = whole.get("oauth2")
    if isinstance(oauth2, Mapping):
        _check_parameters(oauth2)
        whole["oauth2"] = _with_discovery(oauth2)
    toolkit_from_definition(whole, id="")
    return whole


def _check_keys(definition: Mapping[str, Any]) -> None:
    for under, known in KEYS.items():
        table = definition.get(under) if under else definition
        if isinstance(table, Mapping):
            for name in table:
                if name not in known:
                    field = f"{under}.{name}" if under else str(name)
                    raise InvalidInput.field(field[:100], f"is unknown.{near_match(str(name), known)}")


def _check_texts(definition: Mapping[str, Any]) -> None:
    for field in ("slug", "name", "baseUrl"):
        value = definition.get(field)
        if not isinstance(value, str) or not value.strip():
            raise InvalidInput.field(field, "is needed" if value is None else "must be a text, and not empty")
    if len(definition["slug"]) > MAX_SLUG:
        raise InvalidInput.field("slug", f"may have at most {MAX_SLUG} characters")
    if len(definition["name"]) > MAX_NAME or not definition["name"].isprintable():
        raise InvalidInput.field("name", f"must be one line of at most {MAX_NAME} characters")


def _urls(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("baseUrl", "logo", "getCurrentUserEndpoint"):
        value = definition.get(field)
        if isinstance(value, str) and value and (field != "getCurrentUserEndpoint" or "://" in value):
            yield field, value
    oauth2 = definition.get("oauth2")
    if isinstance(oauth2, Mapping):
        for field in (*URL_FIELDS, "issuer"):
            value = oauth2.get(field)
            if isinstance(value, str) and value:
                yield f"oauth2.{field}", value


def _check_address(field: str, url: str) -> None:
    """Whose host is a template is checked when it is known, at each call."""
    if len(url) > MAX_URL:
        raise InvalidInput.field(field, f"may have at most {MAX_URL} characters")
    try:
        host = urlsplit(url).netloc
    except ValueError as error:
        raise InvalidInput.field(field, "is no URL") from error
    if _TEMPLATE.search(host):
        return
    plain = _TEMPLATE.sub("x", url)
    if origin_of(plain) is None:
        raise InvalidInput.field(field, "must be a plain http or https URL")
    outbound.refuse_inward(field, plain)


def _check_parameters(oauth2: Mapping[str, Any]) -> None:
    for field, own in OWN_PARAMETERS.items():
        given = oauth2.get(field)
        if isinstance(given, Mapping):
            for name in given:
                if str(name).lower() in own:
                    raise InvalidInput.field(
                        f"oauth2.{field}.{name}", "is set by Flowra and cannot be set here"
                    )


def _with_discovery(oauth2: Mapping[str, Any]) -> dict[str, Any]:
    """Explicit values win; with both endpoints given, an issuer that tells nothing is no fault."""
    explicit = {name: value for name, value in oauth2.items() if value not in (None, "")}
    issuer = explicit.get("issuer")
    told: dict[str, Any] = {}
    if isinstance(issuer, str):
        try:
            told = discover(issuer)
        except (NoDocument, outbound.OutboundFailed):
            if not (explicit.get("authorizationUrl") and explicit.get("tokenUrl")):
                raise
    whole = {**told, **explicit}
    for field in ("authorizationUrl", "tokenUrl"):
        if not whole.get(field):
            raise InvalidInput.field(f"oauth2.{field}", "is needed: give it, or an issuer that tells it")
    return whole

"""Whose account is it: read once, when a connection is made, from where the toolkit says it is told."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.oauth2.jwt_claims import unverified_claims
from accounts.oauth2.token_response import Tokens
from accounts.service_call import call_service
from authconfigs.catalogue.quirks import identity_quirk
from authconfigs.catalogue.toolkit import Identity, Toolkit
from flowra.errors import FlowraError
from flowra.redaction import scrub

logger = logging.getLogger("flowra.identity")

MAX_LENGTH = 255
MAX_PROFILE_BYTES = 32_000
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
# OpenID Connect Core 1.0, 5.1.
STANDARD_CLAIMS = Identity(
    source="id_token", id=("sub",), name=("name", "preferred_username"), email=("email",)
)


@dataclass(frozen=True, slots=True)
class WhoItIs:
    """Empty texts where the service does not say; `profile` is its whole answer, without secrets."""

    id: str = ""
    name: str = ""
    email: str = ""
    workspace: str = ""
    profile: Mapping[str, Any] | None = field(default=None, repr=False)


def who_it_is(
    toolkit: Toolkit,
    *,
    auth_scheme: str,
    secrets: Mapping[str, str],
    values: Mapping[str, str],
    tokens: Tokens | None = None,
    through: str = "",
) -> WhoItIs:
    """Asks the service, or reads what it told with the tokens. Never raises: a connection works without a name on it."""
    claims = unverified_claims(tokens.id_token) if tokens and tokens.id_token else {}
    identity = toolkit.identity
    if identity is None:
        return _read(STANDARD_CLAIMS, claims)
    with_tokens: Mapping[str, Any] = tokens.told if tokens else {}
    told: Any = claims if identity.source == "id_token" else with_tokens
    if identity.source == "call" and identity.call is not None:
        try:
            told = {
                **with_tokens,
                **call_service(
                    toolkit,
                    identity.call,
                    auth_scheme=auth_scheme,
                    secrets=secrets,
                    values={**_texts_in(with_tokens), **values},
                    through=through,
                ).object(),
            }
        except FlowraError as error:
            logger.warning("The identity at %s could not be read: %s", toolkit.slug, error.problem_code)
            who = _read(identity, with_tokens)
            return who if who.id else _read(STANDARD_CLAIMS, claims)
    try:
        told = identity_quirk(identity.quirk)(dict(told))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        logger.warning("The identity at %s has an unknown shape.", toolkit.slug)
    return _read(identity, told)


def identity_given(told: Mapping[str, Any]) -> WhoItIs:
    """What somebody else found out before: `id`, `name`, `email`, `workspace`, cleaned as if the service had said it."""
    id, name, email, workspace = (_text_at(told, (each,)) for each in ("id", "name", "email", "workspace"))
    return WhoItIs(id, name, email, workspace)


def _read(identity: Identity, told: Mapping[str, Any]) -> WhoItIs:
    return WhoItIs(
        id=_text_at(told, identity.id),
        name=_text_at(told, identity.name),
        email=_text_at(told, identity.email),
        workspace=_text_at(told, identity.workspace),
        profile=_bounded(told),
    )


def _texts_in(told: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The texts of a nested answer by flat names: `authed_user.id` as `authed_user_id`."""
    found: dict[str, str] = {}
    for name, value in told.items():
        if isinstance(value, str) and value:
            found[prefix + name] = value
        elif isinstance(value, Mapping) and not prefix:
            found |= _texts_in(value, f"{name}_")
    return found


def _text_at(told: Any, paths: Sequence[str]) -> str:
    """The first of several dotted paths where a text or a whole number is."""
    for path in paths:
        value = told
        for step in path.split("."):
            if isinstance(value, Mapping):
                value = value.get(step)
            elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            else:
                value = None
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = _UNSEEN.sub("", str(value)).strip()[:MAX_LENGTH]
            if text:
                return text
    return ""


def _bounded(told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if not told:
        return None
    profile: Mapping[str, Any] = scrub(dict(told))
    return profile if len(json.dumps(profile)) <= MAX_PROFILE_BYTES else None

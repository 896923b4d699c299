"""What an auth config is given of a client: which values, whether they will do, which of them are secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authconfigs.catalogue.toolkit import Field, Toolkit
from authconfigs.schemes import Scheme
from flowra.errors import FieldProblem, InvalidInput
from flowra.near_match import near_match
from flowra.redaction import MASK, last_four

MAX_VALUE = 2000
MAX_SECRET = 8000
MAX_SCOPES = 200
SCOPE_LISTS = ("scopes", "user_scopes")
CLIENT = ("client_id", "client_secret")
# RFC 6749, 3.3: printable ASCII without space, quote and backslash; a comma separates at some services.
_SCOPE = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,300}")
# RFC 6749, appendix A: a client's id and secret are printable ASCII. What else would end or split a header line.
_SENDABLE = re.compile(r"[\x20-\x7e]*")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is not secret (client_id, scopes, a tenant), and what is."""

    public: dict[str, Any] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict, repr=False)


def checked_credentials(
    toolkit: Toolkit,
    scheme: Scheme,
    given: Mapping[str, Any],
    *,
    is_managed: bool,
    before: Credentials | None = None,
    named: str = "",
) -> Credentials:
    """`given` laid over `before`: null takes an optional value away, a masked secret sent back leaves it as it is.

    Raises InvalidInput naming each value that is unknown, missing or unusable, as `{named}client_id`.
    """
    before = before or Credentials()
    asked = fields_asked(toolkit, scheme, is_managed=is_managed)
    known = {each.name: each for each in asked}
    public, secret = dict(before.public), dict(before.secret)
    problems: list[FieldProblem] = []
    for name, value in given.items():
        each = known.get(name)
        if each is None:
            if name in (*CLIENT, *SCOPE_LISTS) and value in (None, "", []):
                continue
            problems.append(FieldProblem(named + str(name)[:100], _unknown(name, known, is_managed)))
            continue
        home: dict[str, Any] = secret if each.secret else public
        if value in (None, ""):
            home.pop(name, None)
            continue
        try:
            if name in SCOPE_LISTS:
                home[name] = _scopes(value, toolkit)
            elif not (each.secret and _is_mask(value, secret.get(name))):
                home[name] = _text(value, each)
        except ValueError as error:
            problems.append(FieldProblem(named + name, str(error)))
    named_already = {problem.field for problem in problems}
    problems += [
        FieldProblem(named + each.name, f"is needed: the {each.display_name} at {toolkit.name}")
        for each in asked
        if each.required
        and each.default is None
        and each.name not in {**public, **secret}
        and named + each.name not in named_already
    ]
    if problems:
        raise InvalidInput.fields(problems)
    return Credentials(public, secret)


def fields_asked(toolkit: Toolkit, scheme: Scheme, *, is_managed: bool) -> tuple[Field, ...]:
    """What such an auth config is made of; with the operator's client, all but the client."""
    fields = scheme.auth_config_fields(toolkit)
    return tuple(each for each in fields if each.name not in CLIENT) if is_managed else fields


def _unknown(name: str, known: Mapping[str, Field], is_managed: bool) -> str:
    if is_managed and name in CLIENT:
        return "is the operator's for this type; leave it out, or use use_custom_auth"
    if not known:
        return "is unknown: nothing is asked for here. Keys and passwords are each account's own"
    return f"is unknown.{near_match(name, known)}"


def _scopes(value: Any, toolkit: Toolkit) -> list[str]:
    separator = toolkit.oauth2.scope_separator if toolkit.oauth2 else " "
    if isinstance(value, str):
        value = [part for part in re.split(rf"[\s{re.escape(separator)}]+", value) if part]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("must be a list of texts")
    if len(value) > MAX_SCOPES:
        raise ValueError(f"may be at most {MAX_SCOPES}")
    for each in value:
        if not _SCOPE.fullmatch(each):
            raise ValueError(
                "each must be one scope: printable, without spaces, commas, quotes or backslashes"
            )
    return list(dict.fromkeys(value))


def _text(value: Any, each: Field) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    text = value.strip()
    if len(text) > (MAX_SECRET if each.secret else MAX_VALUE):
        raise ValueError("is too long")
    if not text or not _SENDABLE.fullmatch(text):
        raise ValueError("has characters that cannot be sent: only printable ASCII can")
    if each.pattern is not None and not re.fullmatch(each.pattern, text):
        example = f", like {each.example}" if each.example else ""
        raise ValueError(f"does not look like a {each.display_name}{example}")
    return text


def _is_mask(value: Any, stored: str | None) -> bool:
    if not isinstance(value, str) or MASK not in value:
        return False
    if stored is None or value != last_four(stored):
        raise ValueError("is a mask, not a secret")
    return True

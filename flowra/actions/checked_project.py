"""What a project may be called, where its people may be sent back to, and who is written to about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from flowra.errors import FieldProblem, InvalidInput
from flowra.origins import origin_of

MAX_NAME = 100
MAX_ORIGINS = 50
MAX_SCHEMES = 20
_SCHEME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")


def checked_name(name: str, field: str = "name") -> str:
    """The name as it is stored; raises InvalidInput for one that is empty, too long, or would not show as it reads."""
    stripped = name.strip()
    if not stripped or len(stripped) > MAX_NAME:
        raise InvalidInput.field(field, f"must be 1 to {MAX_NAME} characters")
    # Characters that turn the direction of a text, or show as nothing, are not printable: a name with them on the
    # connect page would read as another.
    if not stripped.isprintable():
        raise InvalidInput.field(field, "must be one line of characters that can be seen")
    return stripped


def checked_origins(origins: Sequence[str], field: str = "callbackOrigins") -> list[str]:
    """Each as `scheme://host[:port]`, once; raises InvalidInput naming the one that is no origin."""
    if len(origins) > MAX_ORIGINS:
        raise InvalidInput.field(field, f"may be at most {MAX_ORIGINS}")
    found: list[str] = []
    problems: list[FieldProblem] = []
    for index, given in enumerate(origins):
        origin = origin_of(given)
        if origin is None or urlsplit(given).path not in ("", "/") or "?" in given or "#" in given:
            problems.append(
                FieldProblem(f"{field}.{index}", "must be an origin, like https://app.example.com")
            )
        elif origin not in found:
            found.append(origin)
    if problems:
        raise InvalidInput.fields(problems)
    return found


def checked_schemes(schemes: Sequence[str], field: str = "customSchemes") -> list[str]:
    """A mobile app's own URI schemes, each once; RFC 8252, 7.1: its domain backwards, so that no other app has it.

    Raises InvalidInput naming the one that is none.
    """
    if len(schemes) > MAX_SCHEMES:
        raise InvalidInput.field(field, f"may be at most {MAX_SCHEMES}")
    found = [each.strip().removesuffix("://").removesuffix(":").lower() for each in schemes]
    problems = [
        FieldProblem(f"{field}.{index}", "must be a domain backwards, like com.example.app")
        for index, scheme in enumerate(found)
        if len(scheme) > 100 or not _SCHEME.fullmatch(scheme)
    ]
    if problems:
        raise InvalidInput.fields(problems)
    return list(dict.fromkeys(found))


def checked_owner_email(address: str, field: str = "ownerEmail") -> str:
    """The address as it is stored, empty for none; raises InvalidInput for what is none."""
    stripped = address.strip()
    try:
        if stripped:
            validate_email(stripped)
    except ValidationError as error:
        raise InvalidInput.field(field, "must be an e-mail address, like ops@example.com") from error
    if len(stripped) > 254:
        raise InvalidInput.field(field, "may have at most 254 characters")
    return stripped

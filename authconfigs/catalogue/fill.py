"""Templated URLs (`https://{subdomain}.zendesk.com`), where a value never reaches beyond its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from flowra.errors import InvalidInput

_NAME = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_HOST_PART = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)


def names_in(template: str) -> tuple[str, ...]:
    """The names of the values that a template needs, in order."""
    return tuple(dict.fromkeys(_NAME.findall(template)))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The URL with its values in place: in the host as labels of a name, elsewhere percent-encoded.

    Raises InvalidInput naming the field whose value is missing or cannot stand in a host's name.
    """
    scheme_end = template.find("://")
    host_end = len(template)
    if scheme_end >= 0:
        found = re.search(r"[/?#]", template[scheme_end + 3 :])
        host_end = scheme_end + 3 + found.start() if found else len(template)

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        value = values.get(name)
        if not value:
            raise InvalidInput.field(name, "is needed to reach this service")
        if match.start() >= host_end:
            # A dot segment, quoted or not, would walk up the path (RFC 3986, 5.2.4).
            if value in (".", ".."):
                raise InvalidInput.field(name, "cannot stand in this service's address")
            return quote(value, safe="")
        if not _HOST_PART.fullmatch(value):
            raise InvalidInput.field(name, "must be a part of a host's name: letters, digits and hyphens")
        return value

    return _NAME.sub(value_of, template)


def fill_text(template: str, values: Mapping[str, str]) -> str:
    """The text with its values in place as they are; raises InvalidInput naming one that is missing."""

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if not value:
            raise InvalidInput.field(match[1], "is needed to reach this service")
        return value

    return _NAME.sub(value_of, template)

"""What an auth scheme is: which fields the forms ask for, and how a request is signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from authconfigs.catalogue.toolkit import Field, Toolkit
from flowra.errors import InvalidInput

# RFC 9110, 5.5: a field value has no control characters, and neither begins nor ends with a blank.
_UNSENDABLE = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a scheme adds to a request: headers, and query parameters."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)


class Scheme(Protocol):
    """One way to be let in, the same at every service that uses it.

    `name` is the contract's `authScheme`; `secret_fields` are the names under which an account's secrets are
    kept; `needs_redirect` says that a person must be sent to the service; `refreshes` that its credential
    runs out and can be renewed without the person.
    """

    @property
    def name(self) -> str: ...

    @property
    def secret_fields(self) -> tuple[str, ...]: ...

    @property
    def needs_redirect(self) -> bool: ...

    @property
    def refreshes(self) -> bool: ...

    def auth_config_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """What is asked once, when an auth config is made."""
        ...

    def account_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """What is asked of each person who connects, besides the toolkit's own connection fields."""
        ...

    def signed_headers(self, toolkit: Toolkit, values: Mapping[str, str]) -> Signature:
        """How a request is signed with an account's secrets and connection values together.

        Raises InvalidInput naming the value that is missing or cannot be sent.
        """
        ...


def named_as_here(toolkit: Toolkit, *standard: Field) -> tuple[Field, ...]:
    """The scheme's fields, each as this service calls it where the toolkit says so."""
    own = {each.name: each for each in toolkit.key_fields}
    return tuple(own.get(each.name, each) for each in standard)


def needed(values: Mapping[str, str], name: str) -> str:
    """That value. Raises InvalidInput when it is missing, or would split the header that carries it."""
    value = values.get(name)
    if not value:
        raise InvalidInput.field(name, "is needed")
    if _UNSENDABLE.search(value) or value != value.strip():
        raise InvalidInput.field(name, "has characters that cannot be sent")
    return value


def as_header(value: str, name: str) -> str:
    """A header's value as it may stand on the wire; raises InvalidInput naming `name` unless ASCII."""
    if not value.isascii():
        raise InvalidInput.field(name, "has characters that cannot be sent")
    return value

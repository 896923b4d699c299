"""The catalogue with every service's addresses on a practice server: `https://slack.com/…` at `{origin}/slack.com/…`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from authconfigs.catalogue.toolkit import Toolkit

T = TypeVar("T")
FOR_PEOPLE = (
    "website",
    "docs_url",
    "revoke_page",
    "logo",
    "setup",
    "window",
    "description",
    "scopes",
    "scope_aliases",
)
FACTS_NAMED_BY_URL = ("default_scopes", "scope_implies", "unsaid_scopes", "cannot")


def moved(toolkit: Toolkit, origin: str) -> Toolkit:
    """The toolkit with each address that is called under `origin`; what is told or shown stays."""
    return _moved(toolkit, origin)


def _moved(value: T, origin: str) -> T:
    result: Any = value
    if isinstance(value, str):
        result = value.replace("https://", f"{origin}/") if value.startswith("https://") else value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        result = dataclasses.replace(
            value,
            **{
                field.name: _moved(getattr(value, field.name), origin)
                for field in dataclasses.fields(value)
                if field.name not in FOR_PEOPLE + FACTS_NAMED_BY_URL
            },
        )
    elif isinstance(value, Mapping):
        result = {key: _moved(item, origin) for key, item in value.items()}
    elif isinstance(value, tuple):
        result = tuple(_moved(item, origin) for item in value)
    return result  # type: ignore[no-any-return]

"""The auth schemes: one file each, found by the contract's name."""

from __future__ import annotations

from flowra.errors import InvalidInput

from .api_key import API_KEY
from .basic import BASIC
from .bearer_token import BEARER_TOKEN
from .no_auth import NO_AUTH
from .oauth2 import OAUTH2
from .scheme import Scheme, Signature

__all__ = ["SCHEMES", "Scheme", "Signature", "scheme_named"]

_ALL: tuple[Scheme, ...] = (OAUTH2, API_KEY, BASIC, BEARER_TOKEN, NO_AUTH)
SCHEMES: dict[str, Scheme] = {scheme.name: scheme for scheme in _ALL}


def scheme_named(name: str) -> Scheme:
    """The scheme of that name; raises InvalidInput (field `authScheme`) for any other."""
    scheme = SCHEMES.get(name)
    if scheme is None:
        raise InvalidInput.field("authScheme", f"must be one of {', '.join(SCHEMES)}")
    return scheme

"""API_KEY: one secret, in a header or in the query, as the toolkit says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authconfigs.catalogue.toolkit import ApiKeyPlace, Field, Toolkit

from .scheme import Signature, as_header, named_as_here, needed

KEY = Field(name="api_key", display_name="API key", type="password", secret=True)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """The toolkit's `api_key` says where the key goes; without it, into `Authorization: Bearer`."""

    name: str = "API_KEY"
    secret_fields: tuple[str, ...] = ("api_key",)
    needs_redirect: bool = False
    refreshes: bool = False

    def auth_config_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """What the toolkit itself asks for: the key is each account's own."""
        return toolkit.config_fields

    def account_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """The key."""
        return named_as_here(toolkit, KEY)

    def signed_headers(self, toolkit: Toolkit, values: Mapping[str, str]) -> Signature:
        """The key in its place."""
        place = toolkit.api_key or ApiKeyPlace()
        key = needed(values, "api_key")
        if place.place == "query":
            return Signature(params={place.name: place.prefix + key})
        return Signature(headers={place.name: as_header(place.prefix + key, "api_key")})


API_KEY = ApiKey()

"""BEARER_TOKEN: a token that the person made at the service and pastes here (RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authconfigs.catalogue.toolkit import Field, Toolkit

from .scheme import Signature, as_header, named_as_here, needed

TOKEN = Field(name="token", display_name="Access token", type="password", secret=True)


@dataclass(frozen=True, slots=True)
class BearerToken:
    """A token without an end that Flowra knows of."""

    name: str = "BEARER_TOKEN"
    secret_fields: tuple[str, ...] = ("token",)
    needs_redirect: bool = False
    refreshes: bool = False

    def auth_config_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """What the toolkit itself asks for."""
        return toolkit.config_fields

    def account_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """The token."""
        return named_as_here(toolkit, TOKEN)

    def signed_headers(self, toolkit: Toolkit, values: Mapping[str, str]) -> Signature:
        """`Authorization: Bearer` (RFC 6750, 2.1)."""
        return Signature(headers={"Authorization": as_header("Bearer " + needed(values, "token"), "token")})


BEARER_TOKEN = BearerToken()

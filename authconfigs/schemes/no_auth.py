"""NO_AUTH: a service that lets everybody in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authconfigs.catalogue.toolkit import Field, Toolkit

from .scheme import Signature


@dataclass(frozen=True, slots=True)
class NoAuth:
    """Nothing is asked, nothing is signed."""

    name: str = "NO_AUTH"
    secret_fields: tuple[str, ...] = ()
    needs_redirect: bool = False
    refreshes: bool = False

    def auth_config_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """What the toolkit itself asks for."""
        return toolkit.config_fields

    def account_fields(self, toolkit: Toolkit) -> tuple[Field, ...]:
        """Nothing."""
        return ()

    def signed_headers(self, toolkit: Toolkit, values: Mapping[str, str]) -> Signature:
        """An empty signature."""
        return Signature()


NO_AUTH = NoAuth()

"""`authConfigDetails`: which fields a form must ask for, in the contract's shape."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from authconfigs.catalogue.toolkit import Field, Toolkit

from . import scheme_named


def auth_config_details(toolkit: Toolkit) -> list[dict[str, Any]]:
    """One entry a scheme of the toolkit: what making an auth config asks for, and what connecting an account does."""
    details = []
    for name in toolkit.auth_schemes:
        scheme = scheme_named(name)
        details.append(
            {
                "name": name.lower(),
                "mode": name,
                "authScheme": name,
                "fields": {
                    "authConfigCreation": _parted(scheme.auth_config_fields(toolkit)),
                    "connectedAccountInitiation": _parted(
                        (*toolkit.connection_fields, *scheme.account_fields(toolkit))
                    ),
                },
            }
        )
    return details


def _parted(fields: Iterable[Field]) -> dict[str, list[dict[str, Any]]]:
    parted: dict[str, list[dict[str, Any]]] = {"required": [], "optional": []}
    for field in fields:
        parted["required" if field.required else "optional"].append(present_field(field))
    return parted


def present_field(field: Field) -> dict[str, Any]:
    """A field as the contract has it: `name, displayName, type, description, required, default`."""
    return {
        "name": field.name,
        "displayName": field.display_name,
        "type": field.type,
        "description": field.description or field.where,
        "required": field.required,
        "default": field.default,
    }

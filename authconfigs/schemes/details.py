"""`authConfigDetails`: which fields a form must ask for, in the contract's shape."""

from __future__ import annotations

from typing import Any

from authconfigs.catalogue.toolkit import Field, Toolkit

from . import scheme_named


def auth_config_details(toolkit: Toolkit) -> list[dict[str, Any]]:
    """One entry a scheme: what making an auth config asks for, and what connecting an account does."""
    return [
        {
            "authScheme": scheme.name,
            "authConfigCreation": [present_field(each) for each in scheme.auth_config_fields(toolkit)],
            "connectedAccountInitiation": [
                present_field(each) for each in (*toolkit.connection_fields, *scheme.account_fields(toolkit))
            ],
        }
        for scheme in map(scheme_named, toolkit.auth_schemes)
    ]


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

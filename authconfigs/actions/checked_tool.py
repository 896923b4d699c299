"""A project's definition of its own tool, checked as a whole: its texts, its size, its slug, its schema, its request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from authconfigs.catalogue.load_tools import all_tools
from authconfigs.catalogue.tool_definition import tool_from_definition
from authconfigs.catalogue.toolkit import Toolkit
from flowra.errors import Conflict, FieldProblem, InvalidInput

MAX_NAME = 100
MAX_DEFINITION = 50_000


def checked_tool(definition: Mapping[str, Any], toolkit: Toolkit) -> dict[str, Any]:
    """The definition as it is stored: without nulls, its slug in capitals.

    Raises InvalidInput naming the field, Conflict (field `slug`) for one of the catalogue's slugs.
    """
    whole = {name: value for name, value in definition.items() if value is not None}
    for field in ("slug", "name"):
        value = whole.get(field)
        if not isinstance(value, str) or not value.strip():
            raise InvalidInput.field(field, "is needed" if value is None else "must be a text, and not empty")
    if len(whole["name"]) > MAX_NAME or not whole["name"].isprintable():
        raise InvalidInput.field("name", f"must be one line of at most {MAX_NAME} characters")
    whole["slug"] = whole["slug"].upper()
    whole["toolkitSlug"] = toolkit.slug
    if len(json.dumps(whole)) > MAX_DEFINITION:
        raise InvalidInput(f"A tool's definition may have at most {MAX_DEFINITION} bytes.")
    tool = tool_from_definition(whole, toolkit, id="")
    if all_tools().named(tool.slug) is not None:
        raise Conflict(
            f"{tool.slug} is one of Flowra's own tools; choose another slug.",
            code="slug_taken",
            errors=[FieldProblem("slug", "is one of Flowra's own tools")],
        )
    return whole

"""The catalogue's tools: one TOML file a toolkit beside it, read into frozen dataclasses when it is first asked for."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from .load import Catalogue, CatalogueError, all_toolkits, merged
from .strict import Fault, read_table
from .tool import Tool
from .tool_coherence import check_tool
from .toolkit import Toolkit

FOLDER: Final = Path(__file__).resolve().parent / "tools"


class Tools(Mapping[str, Mapping[str, Tool]]):
    """Tools by slug, by their toolkit's slug; each file is read once, when one of its tools is first asked for.

    A file has `[[tool]]` tables, and what they have in common (`answer`) at the top. Raises CatalogueError for a file
    that cannot be used.
    """

    def __init__(self, folder: Path = FOLDER, toolkits: Catalogue | None = None) -> None:
        self._paths = {path.stem: path for path in sorted(folder.glob("*.toml"))}
        self._toolkits = toolkits
        self._read: dict[str, Mapping[str, Tool]] = {}

    def __getitem__(self, toolkit_slug: str) -> Mapping[str, Tool]:
        tools = self._read.get(toolkit_slug)
        if tools is None:
            path = self._paths[toolkit_slug]
            toolkits = self._toolkits if self._toolkits is not None else all_toolkits()
            tools = self._read.setdefault(toolkit_slug, read_tools(path, toolkits))
        return tools

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def named(self, slug: str) -> Tool | None:
        """The tool of that slug; reads only the file of the toolkit that the slug begins with."""
        for toolkit_slug in self._paths:
            if slug.startswith(prefix_of(toolkit_slug)) and slug in self[toolkit_slug]:
                return self[toolkit_slug][slug]
        return None


@cache
def all_tools() -> Tools:
    """The catalogue's tools; the same mapping for the life of the process."""
    return Tools()


def prefix_of(toolkit_slug: str) -> str:
    """What the slugs of a toolkit's tools begin with: `GOOGLE_CALENDAR_`."""
    return toolkit_slug.upper().replace("-", "_") + "_"


def read_tools(path: Path, toolkits: Mapping[str, Toolkit]) -> dict[str, Tool]:
    """The tools in one file, named for its toolkit. Raises CatalogueError with file and key (`tool.3.request.url`)."""
    file = f"{path.parent.name}/{path.name}"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{file}: is no TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{file}: cannot be read: {error}") from error
    toolkit = toolkits.get(path.stem)
    if toolkit is None:
        raise CatalogueError(f"{file}: must be named for a toolkit of the catalogue")
    tables = table.pop("tool", [])
    for key in table:
        if key != "answer":
            raise CatalogueError(f"{file}: {key}: is not a key that is known here")
    found: dict[str, Tool] = {}
    for number, each in enumerate(tables, 1):
        try:
            tool = _read(merged(table, each), toolkit)
            if tool.slug in found:
                raise Fault("slug", "is there twice")
        except Fault as fault:
            raise CatalogueError(f"{file}: tool.{number}.{fault}") from fault
        found[tool.slug] = tool
    return found


def _read(table: Mapping[str, Any], toolkit: Toolkit) -> Tool:
    """The schema's frame is the same for all and need not be written."""
    table = dict(table)
    schema = table.get("input_schema", {})
    if not isinstance(schema, dict):
        raise Fault("input_schema", "must be a table")
    table["input_schema"] = {"type": "object", "additionalProperties": False, "properties": {}, **schema}
    tool = read_table(Tool, table, toolkit=toolkit.slug, id=None, is_active=True)
    tool = dataclasses.replace(tool, input_schema=dict(tool.input_schema))
    if not tool.slug.startswith(prefix_of(toolkit.slug)):
        raise Fault("slug", f"must begin with {prefix_of(toolkit.slug)}")
    check_tool(tool, toolkit)
    return tool

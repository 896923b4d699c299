"""Tools as the contract shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.logo import logo_url
from authconfigs.catalogue.tool import Tool
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import ProjectTool
from flowra.api.rendering import instant
from flowra.models import Project

TOOL_FIELDS = (
    "id",
    "slug",
    "name",
    "description",
    "toolkit",
    "tags",
    "important",
    "scopes",
    "inputSchema",
    "output",
    "request",
    "answer",
    "isGlobal",
    "isActive",
    "createdAt",
    "updatedAt",
)


def present_tools(project: Project, tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """Each as the contract shows it; two queries for all of them."""
    toolkits = toolkits_for(project, {tool.toolkit for tool in tools})
    own = [tool.id for tool in tools if tool.id is not None]
    times: dict[str, tuple[datetime, datetime]] = {}
    if own:
        rows = ProjectTool.objects.filter(pk__in=own).values_list("pk", "created_at", "updated_at")
        times = {pk: (created, updated) for pk, created, updated in rows}
    return [_tool(tool, toolkits.get(tool.toolkit), times.get(tool.id or "")) for tool in tools]


def present_tool(project: Project, tool: Tool) -> dict[str, Any]:
    """One of them."""
    return present_tools(project, [tool])[0]


def _tool(tool: Tool, toolkit: Toolkit | None, times: tuple[datetime, datetime] | None) -> dict[str, Any]:
    request = tool.request
    return {
        "id": tool.id or tool.slug,
        "slug": tool.slug,
        "name": tool.name,
        "description": tool.description,
        "toolkit": {
            "slug": tool.toolkit,
            "name": toolkit.name if toolkit else tool.toolkit,
            "logo": logo_url(toolkit) if toolkit else "",
        },
        "tags": list(tool.tags),
        "important": tool.important,
        "scopes": list(tool.scopes),
        "inputSchema": _plain(tool.input_schema),
        "output": tool.output,
        "request": {
            "method": request.method,
            "url": request.url,
            "query": dict(request.query),
            "headers": dict(request.headers),
            "form": dict(request.form),
            "json": None if request.json is None else _plain(request.json),
        },
        "answer": {
            "okField": tool.answer.ok_field,
            "error": list(tool.answer.error),
            "refused": list(tool.answer.refused),
        },
        "isGlobal": tool.id is None,
        "isActive": tool.is_active,
        "createdAt": instant(times[0]) if times else None,
        "updatedAt": instant(times[1]) if times else None,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value

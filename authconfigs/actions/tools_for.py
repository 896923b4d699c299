"""Which tools a project has: its own, and the catalogue's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from authconfigs.catalogue.load_tools import all_tools
from authconfigs.catalogue.tool import Tool
from authconfigs.catalogue.tool_coherence import MAX_SLUG
from authconfigs.catalogue.tool_definition import stored_tool
from authconfigs.models import AuthConfig, ProjectTool
from flowra.errors import NotFound
from flowra.models import Project
from flowra.near_match import near_match

MAX_KEPT = 1000
_READ: dict[str, tuple[datetime, bool, Tool]] = {}


def tool_for(project: Project, slug: str) -> Tool:
    """The tool of that slug, in any case: the project's own, a switched-off one too, else the catalogue's.

    Raises NotFound with what may have been meant.
    """
    wanted = slug.upper()
    found = None
    if len(wanted) <= MAX_SLUG and wanted.isascii() and wanted.isprintable():
        own = ProjectTool.objects.filter(project_id=project.pk, slug=wanted).first()
        found = read_own_tool(own) if own is not None else all_tools().named(wanted)
    if found is None:
        raise no_such_tool(project, wanted)
    return found


def no_such_tool(project: Project, slug: str) -> NotFound:
    """There is none of that slug; with the near match, if any."""
    known = [each.slug for each in tools_for(project)] if slug.isprintable() else []
    hint = near_match(slug[:MAX_SLUG], known, or_all=False)
    return NotFound(f"There is no such tool.{hint} GET /api/v1/tools lists them.", code="tool_not_found")


def tools_for(project: Project, *, toolkit_slugs: Collection[str] | None = None) -> list[Tool]:
    """All of them, or those of some toolkits; one query."""
    owned = ProjectTool.objects.filter(project_id=project.pk)
    if toolkit_slugs is not None:
        owned = owned.filter(toolkit_slug__in=toolkit_slugs)
    found = {each.slug: read_own_tool(each) for each in owned}
    catalogue = all_tools()
    for toolkit_slug in catalogue:
        if toolkit_slugs is None or toolkit_slug in toolkit_slugs:
            for slug, tool in catalogue[toolkit_slug].items():
                found.setdefault(slug, tool)
    return list(found.values())


def read_own_tool(own: ProjectTool) -> Tool:
    """A project's own tool as the same dataclass as the catalogue's; read once for each change of it."""
    kept = _READ.get(own.pk)
    if kept is not None and kept[:2] == (own.updated_at, own.is_active):
        return kept[2]
    tool = stored_tool(own.definition, own.toolkit_slug, id=own.pk, is_active=own.is_active)
    if len(_READ) >= MAX_KEPT:
        _READ.clear()
    _READ[own.pk] = (own.updated_at, own.is_active, tool)
    return tool


def is_allowed(auth_config: AuthConfig, tool: Tool) -> bool:
    """Whether the auth config is of the tool's toolkit and lets the tool be used."""
    restricted = auth_config.restrict_to_following_tools
    return auth_config.toolkit_slug == tool.toolkit and (not restricted or tool.slug in restricted)

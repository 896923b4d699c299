"""Changing, switching and deleting a project's own tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from authconfigs.models import ProjectTool
from flowra.errors import Conflict, InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record

from .checked_tool import checked_tool
from .toolkit_for import toolkit_for


def update_tool(tool: ProjectTool, changes: Mapping[str, Any], *, actor: Actor) -> ProjectTool:
    """Lays `changes` over the definition, key by key; `inputSchema`, `request` and `answer` are replaced whole.

    Slug and toolkit cannot change: auth configs and logs know the tool by them. Null takes a key away. Raises
    InvalidInput naming the field, Conflict when somebody else changed it meanwhile.
    """
    if str(changes.get("slug", tool.slug)).upper() != tool.slug:
        raise InvalidInput.field("slug", "cannot be changed; make another tool")
    if changes.get("toolkitSlug", tool.toolkit_slug) != tool.toolkit_slug:
        raise InvalidInput.field("toolkitSlug", "cannot be changed; make another tool")
    checked = checked_tool({**tool.definition, **changes}, toolkit_for(tool.project, tool.toolkit_slug))
    now = timezone.now()
    with transaction.atomic():
        changed = ProjectTool.objects.filter(pk=tool.pk, updated_at=tool.updated_at).update(
            definition=checked, name=checked["name"], updated_at=now
        )
        if not changed:
            raise Conflict("Somebody else changed this tool at the same moment. Read it and try again.")
        _record(EventType.TOOL_UPDATED, tool, actor, {"changed": sorted(changes)})
    tool.definition, tool.name, tool.updated_at = checked, checked["name"], now
    return tool


def set_tool_active(tool: ProjectTool, is_active: bool | None, *, actor: Actor) -> ProjectTool:
    """Switches it, or turns it round with None. A switched-off one is not executed."""
    wanted = not tool.is_active if is_active is None else is_active
    now = timezone.now()
    with transaction.atomic():
        changed = ProjectTool.objects.filter(pk=tool.pk, is_active=not wanted).update(
            is_active=wanted, updated_at=now
        )
        if changed:
            _record(EventType.TOOL_UPDATED, tool, actor, {"isActive": wanted})
    if changed:
        tool.is_active, tool.updated_at = wanted, now
    return tool


def delete_tool(tool: ProjectTool, *, actor: Actor) -> None:
    """Deletes it; what it did stays in the logs. An auth config that allows it alone then allows nothing."""
    with transaction.atomic():
        deleted, _ = ProjectTool.objects.filter(pk=tool.pk).delete()
        if not deleted:
            raise NotFound("There is no such tool in this project.", code="tool_not_found")
        _record(EventType.TOOL_DELETED, tool, actor, {"slug": tool.slug})


def delete_tools_of(project_id: str, toolkit_slug: str, *, actor: Actor) -> None:
    """Deletes the project's tools of a toolkit that is deleted in the caller's transaction."""
    for tool in ProjectTool.objects.filter(project_id=project_id, toolkit_slug=toolkit_slug):
        _record(EventType.TOOL_DELETED, tool, actor, {"slug": tool.slug})
        tool.delete()


def _record(type: EventType, tool: ProjectTool, actor: Actor, data: Mapping[str, Any]) -> None:
    record(type, project_id=tool.project_id, subject=("tool", tool.pk), actor=actor, data=data)

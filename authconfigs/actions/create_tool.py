"""A project adds a tool that the catalogue does not have, for a toolkit of its own or one of the catalogue's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from authconfigs.models import ProjectTool, ProjectToolkit
from flowra.errors import Conflict, FieldProblem, InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project

from .checked_tool import checked_tool
from .toolkit_for import toolkit_for

MAX_TOOLS = 1000


def create_tool(project: Project, definition: Mapping[str, Any], *, actor: Actor) -> ProjectTool:
    """Stores the contract's definition.

    Raises InvalidInput naming the field (`toolkitSlug`, `inputSchema.properties.x`), Conflict for a slug that is taken.
    """
    try:
        toolkit = toolkit_for(project, definition["toolkitSlug"])
    except (InvalidInput, NotFound) as error:
        raise InvalidInput.field("toolkitSlug", f"is the slug of no toolkit. {error.message}") from error
    whole = checked_tool(definition, toolkit)
    tool = ProjectTool(
        project=project, toolkit_slug=toolkit.slug, slug=whole["slug"], name=whole["name"], definition=whole
    )
    try:
        with transaction.atomic():
            if ProjectTool.objects.filter(project=project).count() >= MAX_TOOLS:
                raise Conflict(f"A project may have at most {MAX_TOOLS} tools of its own.", code="too_many")
            if toolkit.id is not None and not _held(toolkit.id):
                raise Conflict(f"The toolkit {toolkit.slug} was deleted at the same moment.")
            tool.save(force_insert=True)
            record(
                EventType.TOOL_CREATED,
                project_id=project.pk,
                subject=("tool", tool.pk),
                actor=actor,
                data={"slug": tool.slug, "toolkit": tool.toolkit_slug},
            )
    except IntegrityError as error:
        raise Conflict(
            f"This project has a tool {tool.slug} already.",
            code="slug_taken",
            errors=[FieldProblem("slug", "is taken in this project")],
        ) from error
    return tool


def _held(toolkit_id: str) -> bool:
    """Whether the project's toolkit is there, and stays until the transaction ends."""
    rows = ProjectToolkit.objects.select_for_update().filter(pk=toolkit_id)
    return rows.values_list("pk", flat=True).first() is not None

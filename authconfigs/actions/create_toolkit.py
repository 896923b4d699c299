"""A project adds a service that the catalogue does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from authconfigs.models import ProjectToolkit
from flowra.errors import Conflict, FieldProblem
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project

from .checked_definition import checked_definition

MAX_TOOLKITS = 1000


def create_toolkit(project: Project, definition: Mapping[str, Any], *, actor: Actor) -> ProjectToolkit:
    """Stores the contract's definition, completed by discovery. Calls out: not for use in a transaction.

    Raises InvalidInput naming the field, Conflict for a slug that is taken.
    """
    whole = checked_definition(definition)
    toolkit = ProjectToolkit(project=project, slug=whole["slug"], name=whole["name"], definition=whole)
    try:
        with transaction.atomic():
            if ProjectToolkit.objects.filter(project=project).count() >= MAX_TOOLKITS:
                raise Conflict(
                    f"A project may have at most {MAX_TOOLKITS} toolkits of its own.", code="too_many"
                )
            toolkit.save(force_insert=True)
            record(
                EventType.TOOLKIT_CREATED,
                project_id=project.pk,
                subject=("toolkit", toolkit.pk),
                actor=actor,
                data={"slug": toolkit.slug},
            )
    except IntegrityError as error:
        raise Conflict(
            f"This project has a toolkit {toolkit.slug} already.",
            code="slug_taken",
            errors=[FieldProblem("slug", "is taken in this project")],
        ) from error
    return toolkit

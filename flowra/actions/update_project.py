"""Changing what a project is called, where its people go back to, whether connections are confirmed, who owns it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project

from .checked_project import checked_name, checked_origins, checked_owner_email, checked_schemes


def update_project(
    project: Project,
    actor: Actor,
    *,
    name: str | None = None,
    callback_origins: Sequence[str] | None = None,
    require_confirmation: bool | None = None,
    owner_email: str | None = None,
    custom_schemes: Sequence[str] | None = None,
) -> Project:
    """Changes what is not None, with the event; links already made keep the rules they were made under.

    Raises InvalidInput naming `name`, `callbackOrigins.N`, `customSchemes.N` or `ownerEmail`.
    """
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = checked_name(name)
    if callback_origins is not None:
        changes["callback_origins"] = checked_origins(callback_origins)
    if require_confirmation is not None:
        changes["require_confirmation"] = require_confirmation
    if owner_email is not None:
        changes["owner_email"] = checked_owner_email(owner_email)
    if custom_schemes is not None:
        changes["custom_schemes"] = checked_schemes(custom_schemes)
    changes = {field: value for field, value in changes.items() if value != getattr(project, field)}
    if not changes:
        return project
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(**changes, updated_at=timezone.now())
        record(
            EventType.PROJECT_UPDATED,
            project_id=project.pk,
            subject=("project", project.pk),
            actor=actor,
            data={field: {"from": getattr(project, field), "to": value} for field, value in changes.items()},
        )
    for field, value in changes.items():
        setattr(project, field, value)
    return project

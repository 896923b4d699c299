"""Changing, switching and deleting a project's own toolkit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.errors import Conflict, FieldProblem, InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record

from .checked_definition import checked_definition
from .update_tool import delete_tools_of


def update_toolkit(toolkit: ProjectToolkit, changes: Mapping[str, Any], *, actor: Actor) -> ProjectToolkit:
    """Lays `changes` over the definition, key by key; `oauth2` replaces the old one whole and is discovered anew.

    The slug cannot change: accounts know the service by it. Null takes a key away. Calls out: not for use in a
    transaction. Raises InvalidInput naming the field, Conflict when somebody else changed it meanwhile.
    """
    if changes.get("slug", toolkit.slug) != toolkit.slug:
        raise InvalidInput.field("slug", "cannot be changed; make another toolkit")
    read_at = toolkit.updated_at
    before = dict(toolkit.definition)
    whole = {**before, **changes}
    if "oauth2" not in changes and isinstance(before.get("oauth2"), Mapping):
        # Discovered before: asked anew only when the caller says something about it.
        oauth2 = before["oauth2"]
        whole["oauth2"] = {name: value for name, value in oauth2.items() if name != "issuer"}
        checked = checked_definition(whole)
        checked["oauth2"] = dict(oauth2)
    else:
        checked = checked_definition(whole)
    now = timezone.now()
    with transaction.atomic():
        changed = ProjectToolkit.objects.filter(pk=toolkit.pk, updated_at=read_at).update(
            definition=checked, name=checked["name"], updated_at=now
        )
        if not changed:
            raise Conflict("Somebody else changed this toolkit at the same moment. Read it and try again.")
        _record(EventType.TOOLKIT_UPDATED, toolkit, actor, {"changed": sorted(changes)})
    toolkit.definition, toolkit.name, toolkit.updated_at = checked, checked["name"], now
    return toolkit


def set_toolkit_active(toolkit: ProjectToolkit, is_active: bool | None, *, actor: Actor) -> ProjectToolkit:
    """Switches it, or turns it round with None. A switched-off one takes no new auth configs."""
    wanted = not toolkit.is_active if is_active is None else is_active
    now = timezone.now()
    with transaction.atomic():
        changed = ProjectToolkit.objects.filter(pk=toolkit.pk, is_active=not wanted).update(
            is_active=wanted, updated_at=now
        )
        if changed:
            _record(EventType.TOOLKIT_UPDATED, toolkit, actor, {"isActive": wanted})
    if changed:
        toolkit.is_active, toolkit.updated_at = wanted, now
    return toolkit


def delete_toolkit(toolkit: ProjectToolkit, *, actor: Actor) -> None:
    """Deletes it, and the project's tools of it; raises Conflict with the count while auth configs use it."""
    with transaction.atomic():
        deleted, _ = ProjectToolkit.objects.filter(pk=toolkit.pk).delete()
        if not deleted:
            raise NotFound("There is no such toolkit in this project.", code="toolkit_not_found")
        used = AuthConfig.live.filter(project_id=toolkit.project_id, toolkit_slug=toolkit.slug).count()
        if used:
            raise Conflict(
                f"{used} auth config{'s use' if used > 1 else ' uses'} this toolkit. Delete what uses it first.",
                code="toolkit_in_use",
                errors=[FieldProblem("slug", f"is used by {used}")],
            )
        delete_tools_of(toolkit.project_id, toolkit.slug, actor=actor)
        _record(EventType.TOOLKIT_DELETED, toolkit, actor, {"slug": toolkit.slug})


def _record(type: EventType, toolkit: ProjectToolkit, actor: Actor, data: Mapping[str, Any]) -> None:
    record(type, project_id=toolkit.project_id, subject=("toolkit", toolkit.pk), actor=actor, data=data)

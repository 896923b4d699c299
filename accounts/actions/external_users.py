"""An app's users as a thing of their own: made by name, and made inactive so that nobody can act as them."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Case, Value, When

from accounts.actions.act_as import NAME, made_once
from accounts.models import ExternalUser
from flowra.errors import Conflict, InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project


def create_external_user(project: Project, name: str, actor: Actor) -> tuple[ExternalUser, bool]:
    """The user of that name, and whether it is new: the same name is the same user. Raises InvalidInput (`name`)."""
    if not NAME.fullmatch(name):
        raise InvalidInput.field("name", "must be 1 to 255 of A-Z a-z 0-9 . _ @ -")
    with transaction.atomic():
        user, is_new = made_once(project, name)
        if is_new:
            _record(EventType.USER_CREATED, user, actor)
    return user, is_new


def toggle_external_user(project: Project, user_id: str, actor: Actor) -> ExternalUser:
    """Makes an active user inactive, and the other way round; of two at once, one each way.

    Raises NotFound for one that is not the project's, Conflict for the default user.
    """
    user = ExternalUser.objects.filter(project=project, pk=user_id).first()
    if user is None:
        raise NotFound("There is no such user in this project.", code="user_not_found")
    if user.is_default:
        raise Conflict("The project's default user cannot be made inactive.", code="default_user")
    with transaction.atomic():
        ExternalUser.objects.filter(pk=user.pk).update(
            is_active=Case(When(is_active=True, then=Value(False)), default=Value(True))
        )
        user.refresh_from_db(fields=["is_active"])
        _record(EventType.USER_ACTIVATED if user.is_active else EventType.USER_DEACTIVATED, user, actor)
    return user


def _record(type: EventType, user: ExternalUser, actor: Actor) -> None:
    record(type, project_id=user.project_id, subject=("user", user.pk), actor=actor, data={"name": user.name})

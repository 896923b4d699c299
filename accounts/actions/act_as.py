"""An app's own users, by the names that the app gives them."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import DEFAULT_USER_NAME, ExternalUser
from flowra import prepared
from flowra.errors import Forbidden, InvalidInput
from flowra.models import Project
from flowra.public_ids import is_id

NAME = re.compile(r"[A-Za-z0-9._@-]{1,255}")
SEEN_GRAIN = timedelta(minutes=1)


def act_as(project: Project, name: str, *, named: str = "x-username") -> ExternalUser:
    """The user of that name, made at first use; notes that it was seen, to the minute.

    Raises InvalidInput naming `named` for a name that cannot be, Forbidden for a user who was made inactive.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput.field(named, "must be 1 to 255 of A-Z a-z 0-9 . _ @ -")
    user = prepared.first("user by name", _by_name, {"project": project.pk, "name": name})
    return _seen(user or made_once(project, name)[0])


def act_as_id_or_name(project: Project, id_or_name: str, *, named: str = "eUID") -> ExternalUser:
    """The user of that id, or of that name as `act_as` has it.

    What has the form of an id is never taken for a new name: a mistyped id would make a user whom nobody knows.
    Raises InvalidInput naming `named` for an id that is not of this project, else as `act_as`.
    """
    if not is_id("eu", id_or_name):
        return act_as(project, id_or_name, named=named)
    user = prepared.first("user by id", _by_id, {"project": project.pk, "id": id_or_name})
    if user is None:
        raise InvalidInput.field(named, "is the id of no user of this project")
    return _seen(user)


def default_user(project: Project) -> ExternalUser:
    """The user who stands for the project itself, where none was named."""
    return act_as(project, DEFAULT_USER_NAME)


def made_once(project: Project, name: str) -> tuple[ExternalUser, bool]:
    """The user of that name, and whether this call made it: of several at once, one does."""
    fresh = ExternalUser(project=project, name=name, last_seen_at=timezone.now())
    ExternalUser.objects.bulk_create([fresh], ignore_conflicts=True)
    user = ExternalUser.objects.get(project=project, name=name)
    return user, user.pk == fresh.pk


def _by_name(values: prepared.Values) -> QuerySet[ExternalUser]:
    return ExternalUser.objects.filter(project_id=values["project"], name=values["name"])


def _by_id(values: prepared.Values) -> QuerySet[ExternalUser]:
    return ExternalUser.objects.filter(project_id=values["project"], pk=values["id"])


def _seen(user: ExternalUser) -> ExternalUser:
    if not user.is_active:
        raise Forbidden(f"The user {user.name} is inactive and cannot be acted as.", code="user_inactive")
    now = timezone.now()
    if user.last_seen_at is None or now - user.last_seen_at >= SEEN_GRAIN:
        unseen = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=now - SEEN_GRAIN)
        ExternalUser.objects.filter(unseen, pk=user.pk).update(last_seen_at=now)
        user.last_seen_at = now
    return user

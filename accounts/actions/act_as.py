"""An app's own users, by the names that the app gives them."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import DEFAULT_USER_NAME, ExternalUser
from flowra.errors import Forbidden, InvalidInput
from flowra.models import Project

NAME = re.compile(r"[A-Za-z0-9._@-]{1,255}")
SEEN_GRAIN = timedelta(minutes=1)


def act_as(project: Project, name: str, *, named: str = "x-username") -> ExternalUser:
    """The user of that name, made at first use; notes that it was seen, to the minute.

    Raises InvalidInput naming `named` for a name that cannot be, Forbidden for a user who was made inactive.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput.field(named, "must be 1 to 255 of A-Z a-z 0-9 . _ @ -")
    user = ExternalUser.objects.filter(project=project, name=name).first()
    if user is None:
        ExternalUser.objects.bulk_create([ExternalUser(project=project, name=name)], ignore_conflicts=True)
        user = ExternalUser.objects.get(project=project, name=name)
    if not user.is_active:
        raise Forbidden(f"The user {name} is inactive and cannot be acted as.", code="user_inactive")
    now = timezone.now()
    if user.last_seen_at is None or now - user.last_seen_at >= SEEN_GRAIN:
        unseen = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=now - SEEN_GRAIN)
        ExternalUser.objects.filter(unseen, pk=user.pk).update(last_seen_at=now)
        user.last_seen_at = now
    return user


def default_user(project: Project) -> ExternalUser:
    """The user who stands for the project itself, where none was named."""
    return act_as(project, DEFAULT_USER_NAME)

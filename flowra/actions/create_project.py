"""A new project: one app that will act for its users."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Membership, Project, Role

from .checked_project import checked_name, checked_origins, checked_owner_email, checked_schemes


def create_project(
    name: str,
    *,
    actor: Actor,
    callback_origins: Sequence[str] = (),
    is_test: bool = False,
    require_confirmation: bool = False,
    owner_email: str = "",
    custom_schemes: Sequence[str] = (),
    owner: User | None = None,
) -> Project:
    """Stores the project, its first owner where there is one, and the events; a test project's keys begin with
    `flw_test_`.

    Raises InvalidInput naming `name`, `callbackOrigins.N`, `customSchemes.N` or `ownerEmail`.
    """
    project = Project(
        name=checked_name(name),
        callback_origins=checked_origins(callback_origins),
        is_test=is_test,
        require_confirmation=require_confirmation,
        owner_email=checked_owner_email(owner_email),
        custom_schemes=checked_schemes(custom_schemes),
    )
    with transaction.atomic():
        project.save(force_insert=True)
        record(
            EventType.PROJECT_CREATED,
            project_id=project.pk,
            subject=("project", project.pk),
            actor=actor,
            data={"name": project.name, "callbackOrigins": project.callback_origins},
        )
        if owner is not None:
            Membership.objects.create(user=owner, project=project, role=Role.OWNER)
            record(
                EventType.MEMBER_JOINED,
                project_id=project.pk,
                subject=("member", str(owner.pk)),
                actor=actor,
                data={"name": owner.get_username(), "role": Role.OWNER.label},
            )
    return project

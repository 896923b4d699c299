"""Taking somebody off a project's team: from that moment the project is not theirs to see."""

from __future__ import annotations

from django.db import transaction

from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Membership

from .find_member import no_such_member
from .last_owner import refuse_last_owner


def remove_member(membership: Membership, actor: Actor) -> None:
    """Removes the membership, with the event; the person can still sign in, and is on other teams as before.

    Raises Conflict for the last owner, and NotFound when somebody else was first.
    """
    with transaction.atomic():
        refuse_last_owner(membership)
        removed, _ = Membership.objects.filter(pk=membership.pk).delete()
        if not removed:
            raise no_such_member()
        record(
            EventType.MEMBER_REMOVED,
            project_id=membership.project_id,
            subject=("member", str(membership.user_id)),
            actor=actor,
            data={"name": membership.user.get_username()},
        )

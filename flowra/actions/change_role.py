"""What a member of a project's team may do."""

from __future__ import annotations

from django.db import transaction

from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Membership, Role

from .find_member import no_such_member
from .last_owner import refuse_last_owner


def change_role(membership: Membership, role: Role, actor: Actor) -> bool:
    """Gives the member that role, with the event; answers whether it was another.

    Raises Conflict for the last owner, and NotFound when the member was removed meanwhile.
    """
    with transaction.atomic():
        if role != Role.OWNER:
            refuse_last_owner(membership)
        stored = Membership.objects.select_for_update().filter(pk=membership.pk).first()
        if stored is None:
            raise no_such_member()
        before = Role(stored.role)
        if before == role:
            return False
        Membership.objects.filter(pk=membership.pk, role=before).update(role=role)
        record(
            EventType.MEMBER_ROLE_CHANGED,
            project_id=membership.project_id,
            subject=("member", str(membership.user_id)),
            actor=actor,
            data={"name": membership.user.get_username(), "from": before.label, "to": role.label},
        )
    membership.role = role
    return True

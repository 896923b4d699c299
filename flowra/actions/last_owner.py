"""A project that has an owner keeps one."""

from __future__ import annotations

from flowra.errors import Conflict
from flowra.models import Membership, Role


def refuse_last_owner(membership: Membership) -> None:
    """Raises Conflict where the project would be left without an owner who can sign in. Call it in the transaction that
    changes the membership.

    The owners' rows stay locked until that ends: of two owners who remove each other, the second waits, and finds itself
    the last.
    """
    owners = Membership.objects.filter(
        project_id=membership.project_id, role=Role.OWNER, user__is_active=True
    )
    locked = owners.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    if set(locked) == {membership.pk}:
        raise Conflict(
            "A project needs an owner, and this is the last one. Make somebody else an owner first.",
            code="last_owner",
        )

"""Taking an invitation back before it is taken up."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from flowra.errors import Conflict
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Invitation


def withdraw_invitation(invitation: Invitation, actor: Actor) -> None:
    """Ends it, with the event: its link opens nothing from that moment. Raises Conflict when it has ended already."""
    now = timezone.now()
    with transaction.atomic():
        if not Invitation.objects.filter(pk=invitation.pk, ended_at__isnull=True).update(ended_at=now):
            raise Conflict(
                "This invitation was taken up or withdrawn before. Look at the list of members.",
                code="invitation_ended",
            )
        record(
            EventType.MEMBER_INVITATION_WITHDRAWN,
            project_id=invitation.project_id,
            subject=("invitation", invitation.pk),
            actor=actor,
            data={"email": invitation.email},
        )
    invitation.ended_at = now

"""Inviting somebody to a project's team, by e-mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from flowra.errors import Conflict, InvalidInput
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.invitation_tokens import hash_of, token_of, url_of
from flowra.models import Invitation, Membership, Project, Role
from flowra.notices.tell_invited import tell_invited
from flowra.public_ids import new_id

GOOD_FOR = timedelta(days=7)
AT_MOST_OPEN = 50
# The address becomes the name to sign in with, and names have so many characters.
MAX_EMAIL = 150


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """The invitation, and the link for the one invited."""

    invitation: Invitation
    url: str = field(repr=False)


def invite_member(project: Project, *, actor: Actor, email: str, role: Role) -> NewInvitation:
    """Stores the invitation with the event and the mail that is sent afterwards. It is good once, for seven days.

    One that the address has already is ended: the newest link is the one that works. Raises InvalidInput (`email`), also
    for somebody who is on the team, and Conflict where fifty invitations are open.
    """
    address = checked_email(email)
    now = timezone.now()
    id = new_id("in")
    invitation = Invitation(
        id=id,
        project=project,
        email=address,
        role=role,
        token_hash=hash_of(token_of(id)),
        invited_by=actor.name[:150],
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    with transaction.atomic():
        _refuse_member(project, address)
        theirs = open_invitations(project).filter(email=address)
        theirs.update(ended_at=now)
        if open_invitations(project).count() >= AT_MOST_OPEN:
            raise Conflict(
                f"{AT_MOST_OPEN} invitations are open already. Withdraw one, or wait until some are taken up.",
                code="too_many_invitations",
            )
        invitation.save(force_insert=True)
        record(
            EventType.MEMBER_INVITED,
            project_id=project.pk,
            subject=("invitation", invitation.pk),
            actor=actor,
            data={"email": address, "role": role.label},
        )
        tell_invited(invitation)
    url = url_of(invitation)
    assert url is not None, "its hash was made from the same secret"
    return NewInvitation(invitation, url)


def open_invitations(project: Project) -> QuerySet[Invitation]:
    """Those that can still be taken up."""
    return Invitation.objects.filter(
        project_id=project.pk, ended_at__isnull=True, expires_at__gt=timezone.now()
    )


def checked_email(email: str, name: str = "email") -> str:
    """The address as it is stored, in small letters; raises InvalidInput."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput.field(name, "must be an e-mail address, like ada@example.com") from error
    if len(address) > MAX_EMAIL:
        raise InvalidInput.field(name, f"may have at most {MAX_EMAIL} characters")
    return address


def _refuse_member(project: Project, address: str) -> None:
    named = Q(user__email__iexact=address) | Q(user__username__iexact=address)
    if Membership.objects.filter(named, project_id=project.pk).exists():
        raise InvalidInput.field("email", "is on the team already; change their role in the list")

"""Taking up an invitation: with the account that one has, or with a new one."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from flowra.errors import Conflict, FieldProblem, Forbidden, Gone, InvalidInput, NotFound
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.invitation_tokens import hash_of
from flowra.models import Invitation, Membership

MAX_TOKEN = 200


def find_open_invitation(token: str) -> Invitation:
    """The invitation of that token with its project; raises NotFound, and Gone for one that was taken up, withdrawn or
    ran out.
    """
    found = None
    if len(token) <= MAX_TOKEN:
        invitations = Invitation.objects.select_related("project").defer("project__logo")
        found = invitations.filter(token_hash=hash_of(token)).first()
    if found is None:
        raise NotFound(
            "This is no invitation of this Flowra's. Check that the whole link was copied.",
            code="invitation_not_found",
        )
    if found.ended_at is not None:
        raise _ended()
    if found.expires_at <= timezone.now():
        raise Gone(
            "This invitation was good for seven days, and they are over. Ask for a new one.",
            code="invitation_expired",
        )
    return found


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the person has the address that was invited, as their e-mail or as the name they sign in with."""
    return invitation.email.lower() in (user.email.lower(), user.get_username().lower())


def has_account(invitation: Invitation) -> bool:
    """Whether somebody with the address that was invited can sign in already."""
    address = invitation.email
    return User.objects.filter(Q(email__iexact=address) | Q(username__iexact=address)).exists()


def accept_invitation(invitation: Invitation, user: User) -> Membership:
    """Makes the person a member, with the event, and ends the invitation. Whoever is on the team keeps their role.

    Raises Forbidden for somebody with another address, and Gone when it ended meanwhile.
    """
    if not is_for(invitation, user):
        raise Forbidden(
            f"This invitation is for {invitation.email}, and you are signed in as {user.get_username()}. "
            "Sign out, and open the link again.",
            code="invitation_for_another",
        )
    with transaction.atomic():
        return _join(invitation, user)


def join_with_password(invitation: Invitation, password: str) -> Membership:
    """Makes an account with the invited address as its name, and that a member, as `accept_invitation` does.

    Raises InvalidInput (`password`) for one that is too easy to guess, and Conflict where there is such an account.
    """
    user = User(username=invitation.email, email=invitation.email)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput.fields(FieldProblem("password", text) for text in error.messages) from error
    user.set_password(password)
    if has_account(invitation):
        raise _has_account(invitation)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            return _join(invitation, user)
    except IntegrityError as error:
        raise _has_account(invitation) from error


def _join(invitation: Invitation, user: User) -> Membership:
    now = timezone.now()
    open_still = Invitation.objects.filter(pk=invitation.pk, ended_at__isnull=True, expires_at__gt=now)
    if not open_still.update(ended_at=now):
        raise _ended()
    membership, is_new = Membership.objects.get_or_create(
        user=user, project_id=invitation.project_id, defaults={"role": invitation.role}
    )
    if is_new:
        record(
            EventType.MEMBER_JOINED,
            project_id=invitation.project_id,
            subject=("member", str(user.pk)),
            actor=Actor("staff", str(user.pk), user.get_username()),
            data={
                "name": user.get_username(),
                "role": membership.get_role_display(),
                "invitedBy": invitation.invited_by,
            },
        )
    return membership


def _ended() -> Gone:
    return Gone(
        "This invitation was taken up or withdrawn. If you are on the team, sign in; else ask for a new one.",
        code="invitation_ended",
    )


def _has_account(invitation: Invitation) -> Conflict:
    return Conflict(
        f"There is an account with {invitation.email} already. Sign in with it, and open the link again.",
        code="account_exists",
    )

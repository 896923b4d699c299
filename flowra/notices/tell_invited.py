"""Telling somebody that they are invited: a notice, written with the invitation and mailed afterwards."""

from __future__ import annotations

from django.conf import settings

from flowra.invitation_tokens import url_of
from flowra.models import Invitation, Notice

from .tell_owner import one_line


def tell_invited(invitation: Invitation) -> Notice:
    """Writes the notice in the caller's transaction; the worker mails it, at least once, while the invitation is open.

    The link is no part of it: it is made when the mail is sent, so that none is stored.
    """
    return Notice.objects.create(
        project_id=invitation.project_id,
        invitation=invitation,
        subject=one_line(f"Join the team of {invitation.project.name} on Flowra"),
        text="",
        created_at=invitation.created_at,
        due_at=invitation.created_at,
    )


def words_for(invitation: Invitation) -> str | None:
    """The mail's text, with the link; None where no link to it can be made any more."""
    url = url_of(invitation)
    if url is None:
        return None
    return f"""\
{invitation.invited_by} invites you to the team of {invitation.project.name}, as {invitation.get_role_display()}:

  {url}

The link is good once, and until {invitation.expires_at.day} {invitation.expires_at:%B %Y, %H:%M} UTC.
If you don't know what this is about, do nothing.
"""


def mail_is_set_up() -> bool:
    """Whether mail leaves this installation; without EMAIL_URL it is printed where the worker runs."""
    return str(settings.EMAIL_BACKEND) != "django.core.mail.backends.console.EmailBackend"

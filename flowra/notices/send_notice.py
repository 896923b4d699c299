"""A notice by mail: to the project's owner, else to the superusers of this Flowra; an invitation to who is invited."""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.utils import timezone

from flowra.due.row import settle
from flowra.models import Invitation, Notice, Project
from flowra.notices.tell_invited import mail_is_set_up, words_for

logger = logging.getLogger("flowra.notices")

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=1)
KEPT = timedelta(days=30)
BATCH = 500


def send_notice(notice: Notice) -> None:
    """Acts on a leased row: one try to mail it. What fails is tried again for a day, at most an hour apart.

    Sending comes before the outcome is stored: whoever dies in between leaves it to be sent again.
    """
    now = timezone.now()
    if notice.invitation_id is not None:
        text, recipients = _invitation_mail(notice.invitation_id)
        if not recipients:
            settle(notice, due_at=None, finished_at=now, outcome=text)
            return
    else:
        text, recipients = notice.text, _recipients(notice.project_id)
    if not recipients:
        logger.warning(
            "There is nobody to tell: the project has no owner's e-mail, and no superuser has one.",
            extra={"project": notice.project_id, "notice": notice.subject},
        )
        settle(notice, due_at=None, finished_at=now, outcome="Nobody to tell")
        return
    try:
        send_mail(notice.subject, text, None, recipients)
    except (
        OSError,
        ValueError,
    ) as error:  # every failure of SMTP is an OSError; a bad address or header a ValueError
        # Not the server's words: they may quote whom it was for.
        kind = type(error).__name__
        given_up = now - notice.created_at >= GIVE_UP_AFTER
        level = logging.ERROR if given_up else logging.WARNING
        logger.log(level, "A notice could not be mailed.", extra={"notice": notice.subject, "error": kind})
        settle(
            notice,
            due_at=None if given_up else now + _wait(notice.attempts),
            finished_at=now if given_up else None,
            outcome=f"{'Given up' if given_up else 'Not sent yet'}: {kind}",
        )
        return
    settle(notice, due_at=None, finished_at=timezone.now(), outcome="Sent")


def prune_notices() -> None:
    """Removes notices that were finished 30 days ago."""
    old = Notice.objects.filter(due_at__isnull=True, created_at__lt=timezone.now() - KEPT)
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        Notice.objects.filter(pk__in=keys).delete()


def _invitation_mail(id: str) -> tuple[str, list[str]]:
    """The text and whom it is for; without anybody, why it is not sent."""
    invitation = Invitation.objects.select_related("project").filter(pk=id, ended_at__isnull=True).first()
    words = None
    if invitation is not None and invitation.expires_at > timezone.now():
        words = words_for(invitation)
    if invitation is None or words is None:
        return "Not sent: the invitation had ended", []
    if not mail_is_set_up():
        # Django would print it, and with it the link.
        return "Not sent: there is no EMAIL_URL; the link was shown to who invited", []
    return words, [invitation.email]


def _recipients(project_id: str) -> list[str]:
    owner = Project.objects.filter(pk=project_id).values_list("owner_email", flat=True).first()
    if owner:
        return [owner]
    superusers = get_user_model()._default_manager.filter(is_superuser=True, is_active=True)
    found = superusers.exclude(email="").order_by("pk").values_list("email", flat=True)
    return list(dict.fromkeys(found))


def _wait(attempts: int) -> timedelta:
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 20)
    return min(doubled, LONGEST_WAIT) * random.uniform(1.0, 1.1)  # noqa: S311 - jitter keeps no secret

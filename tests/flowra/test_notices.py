"""A project's owner is told by mail, at least once, and by nothing that fails for a while."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from flowra.due.row import claim
from flowra.models import Notice, Project
from flowra.notices import send_notice as module
from flowra.notices.send_notice import GIVE_UP_AFTER, KEPT, prune_notices, send_notice
from flowra.notices.tell_owner import tell_owner
from tests.factories import make_project

pytestmark = pytest.mark.django_db


def mail_round() -> list[Notice]:
    """What the worker does with notices that are due."""
    taken = claim(Notice, limit=20, lease=timedelta(minutes=5))
    for each in taken:
        send_notice(each)
    return [Notice.objects.get(pk=each.pk) for each in taken]


def again() -> None:
    Notice.objects.filter(due_at__isnull=False).update(due_at=timezone.now())


@pytest.fixture
def mail_server_away(monkeypatch: pytest.MonkeyPatch) -> Any:
    def refused(*_: Any, **__: Any) -> int:
        raise smtplib.SMTPServerDisconnected("password=hunter2")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "send_mail", refused)
        yield patch


def test_it_goes_to_the_projects_owner() -> None:
    User.objects.create_superuser("root", "root@example.com")
    tell_owner(make_project(owner_email="owner@acme.example").pk, "Something\nhappened", "Look at it.")
    (sent,) = mail_round()
    (letter,) = mail.outbox
    assert (letter.to, letter.subject, letter.body) == (
        ["owner@acme.example"],
        "Something happened",
        "Look at it.",
    )
    assert "@" in letter.from_email
    assert (sent.due_at, sent.outcome) == (None, "Sent")
    assert mail_round() == []


def test_without_an_owner_it_goes_to_the_active_superusers_that_can_be_written_to() -> None:
    User.objects.create_superuser("root", "root@example.com")
    User.objects.create_superuser("silent", "")
    User.objects.create_superuser("gone", "gone@example.com", is_active=False)
    User.objects.create_user("support", "support@example.com", is_staff=True)
    tell_owner(make_project().pk, "x", "y")
    mail_round()
    assert [letter.to for letter in mail.outbox] == [["root@example.com"]]


def test_with_nobody_to_tell_it_is_said_in_the_log_and_done(caplog: Any) -> None:
    tell_owner(make_project().pk, "x", "y")
    (notice,) = mail_round()
    assert (notice.due_at, notice.outcome) == (None, "Nobody to tell")
    assert "nobody to tell" in caplog.text
    assert mail.outbox == []


def test_it_is_gone_with_the_deed_that_failed() -> None:
    project = make_project()
    with pytest.raises(RuntimeError):
        with transaction.atomic():
            tell_owner(project.pk, "x", "y")
            raise RuntimeError("the deed failed")
    assert not Notice.objects.exists()


def test_while_the_mail_server_is_away_it_waits_longer_each_time(mail_server_away: Any, caplog: Any) -> None:
    tell_owner(make_project(owner_email="owner@acme.example").pk, "x", "y")
    waits = []
    for _ in range(4):
        (notice,) = mail_round()
        assert notice.due_at is not None
        waits.append(notice.due_at - timezone.now())
        again()
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]
    assert "hunter2" not in caplog.text + notice.outcome
    mail_server_away.undo()
    mail_round()
    assert len(mail.outbox) == 1


def test_after_a_day_it_is_given_up(mail_server_away: Any) -> None:
    tell_owner(make_project(owner_email="owner@acme.example").pk, "x", "y")
    Notice.objects.update(created_at=timezone.now() - GIVE_UP_AFTER)
    (notice,) = mail_round()
    assert notice.due_at is None
    assert notice.outcome == "Given up: SMTPServerDisconnected"


def test_a_notice_whose_sender_died_is_sent_by_the_next() -> None:
    tell_owner(make_project(owner_email="owner@acme.example").pk, "x", "y")
    claim(Notice, limit=1, lease=timedelta(minutes=5))
    assert mail_round() == []
    Notice.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert [notice.outcome for notice in mail_round()] == ["Sent"]


def test_what_is_done_is_kept_for_thirty_days() -> None:
    project = make_project(owner_email="owner@acme.example")
    tell_owner(project.pk, "x", "y")
    mail_round()
    prune_notices()
    assert Notice.objects.exists()
    Notice.objects.update(created_at=timezone.now() - KEPT - timedelta(minutes=1))
    prune_notices()
    assert not Notice.objects.exists()


def test_a_project_is_made_with_its_owner_by_the_command() -> None:
    call_command("create_project", "Acme", "--owner-email", " ops@acme.example ")
    assert Project.objects.get().owner_email == "ops@acme.example"
    for wrong in ("ops", "ops@", "a@b@c", "ops@acme.example\nBcc: x@y.example", "x" * 250 + "@acme.example"):
        with pytest.raises(CommandError, match="--owner-email"):
            call_command("create_project", "Beta", "--owner-email", wrong)
    assert Project.objects.count() == 1

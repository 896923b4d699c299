"""A site that was verified once may change hands: each is asked again, day by day."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from flowra.actions.verify_site import says_project
from flowra.errors import FlowraError
from flowra.events.names import EventType
from flowra.events.record import WORKER, record
from flowra.models import Project

AFTER = timedelta(days=1)
# A server that is down, or rolled out without the file, is no new owner: so long it may go unconfirmed.
PATIENCE = timedelta(days=7)
AT_ONCE = 50


def recheck_sites() -> None:
    """Asks those not confirmed for a day, the longest first; people no longer see one that went seven days without."""
    due = Project.objects.filter(website_verified_at__lte=timezone.now() - AFTER).exclude(website="")
    for project in due.defer("logo").order_by("website_verified_at")[:AT_ONCE]:
        try:
            is_still_theirs = says_project(project.website, project.pk)
        except FlowraError:
            is_still_theirs = False
        _settle(project, is_still_theirs)


def _settle(project: Project, is_still_theirs: bool) -> None:
    now, confirmed = timezone.now(), project.website_verified_at
    as_asked = Project.objects.filter(pk=project.pk, website=project.website, website_verified_at=confirmed)
    if is_still_theirs:
        as_asked.update(website_verified_at=now)
    elif confirmed is not None and confirmed <= now - PATIENCE:
        with transaction.atomic():
            if as_asked.update(website_verified_at=None, updated_at=now):
                record(
                    EventType.PROJECT_UPDATED,
                    project_id=project.pk,
                    subject=("project", project.pk),
                    actor=WORKER,
                    reason="The site has not confirmed the project for seven days.",
                    data={"websiteNoLongerVerified": project.website},
                )

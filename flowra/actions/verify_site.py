"""Whether a site is the app's: its owners put the project's id where only they can."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from flowra.errors import Conflict, FlowraError, ProviderFailed
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project
from flowra.outbound import OutboundRefused, send

# Well-known URIs are RFC 8615's.
WELL_KNOWN = "/.well-known/flowra-site"
MAX_BYTES = 2_000
SECONDS = 10


def verify_site(project: Project, actor: Actor) -> None:
    """Asks the site for `/.well-known/flowra-site`, whose one line must be the project's id; people see the site then.

    Raises Conflict: no site, another answer (`site_not_verified`), or the site was changed meanwhile; ProviderFailed
    where it does not answer.
    """
    site = project.website
    if not site:
        raise Conflict("Say first which site it is, and save.", code="no_site")
    found = _line_at(f"{site}{WELL_KNOWN}")
    if found != project.pk:
        said = f"It says “{found[:60]}”." if found else "It says nothing."
        raise Conflict(
            f"{site}{WELL_KNOWN} must hold one line, {project.pk}. {said}", code="site_not_verified"
        )
    with transaction.atomic():
        stored = Project.objects.filter(pk=project.pk, website=site).update(
            website_verified_at=timezone.now(), updated_at=timezone.now()
        )
        if not stored:
            raise Conflict("The site was changed meanwhile. Verify the new one.", code="site_changed")
        record(
            EventType.PROJECT_UPDATED,
            project_id=project.pk,
            subject=("project", project.pk),
            actor=actor,
            data={"websiteVerified": site},
        )
    project.website_verified_at = timezone.now()


def says_project(site: str, project_id: str) -> bool:
    """Whether the site's well-known file holds the project's id; raises as `verify_site` where it cannot be told."""
    return _line_at(f"{site}{WELL_KNOWN}") == project_id


def _line_at(url: str) -> str:
    try:
        answer = send("GET", url, timeout=SECONDS, max_bytes=MAX_BYTES)
    except OutboundRefused as error:
        raise Conflict(f"{url} cannot be asked: it {error.message}.", code="site_unreachable") from error
    except FlowraError as error:
        raise ProviderFailed(f"{url} does not answer: {error.message}", code="site_unreachable") from error
    if answer.status != 200:
        raise Conflict(
            f"{url} answers with status {answer.status}, and must answer with 200.", code="site_not_verified"
        )
    return answer.content.decode("utf-8", "replace").strip()

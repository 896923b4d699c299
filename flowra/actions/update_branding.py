"""How an app looks on the pages of its people: its colour, its site, whom to ask, what to read."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from flowra.branding import is_colour
from flowra.errors import FieldProblem, InvalidInput
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project
from flowra.origins import origin_of

MAX_URL = 500
MAX_CONTACT = 300


def update_branding(
    project: Project,
    actor: Actor,
    *,
    accent: str | None = None,
    website: str | None = None,
    support_contact: str | None = None,
    terms_url: str | None = None,
    privacy_url: str | None = None,
    shows_flowra: bool | None = None,
) -> Project:
    """Changes what is not None, with the event; an empty text takes away. Another site has yet to be verified.

    Raises InvalidInput naming `accent`, `website`, `supportContact`, `termsUrl` and `privacyUrl`.
    """
    changes: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    wishes = {
        "accent": ("accent", accent, checked_colour),
        "website": ("website", website, checked_site),
        "support_contact": ("supportContact", support_contact, checked_contact),
        "terms_url": ("termsUrl", terms_url, checked_page),
        "privacy_url": ("privacyUrl", privacy_url, checked_page),
    }
    for field, (named, value, check) in wishes.items():
        if value is None:
            continue
        try:
            changes[field] = check(value.strip(), named)
        except InvalidInput as error:
            problems += error.errors
    if problems:
        raise InvalidInput.fields(problems)
    if shows_flowra is not None:
        changes["shows_flowra"] = shows_flowra
    changes = {field: value for field, value in changes.items() if value != getattr(project, field)}
    if not changes:
        return project
    told = {field: {"from": getattr(project, field), "to": value} for field, value in changes.items()}
    if "website" in changes:
        changes["website_verified_at"] = None
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(**changes, updated_at=timezone.now())
        record(
            EventType.PROJECT_UPDATED,
            project_id=project.pk,
            subject=("project", project.pk),
            actor=actor,
            data=told,
        )
    for field, value in changes.items():
        setattr(project, field, value)
    return project


def checked_colour(text: str, named: str = "accent") -> str:
    """`#rrggbb` in lower case, or empty; raises InvalidInput."""
    colour = text.lower()
    if colour and not is_colour(colour):
        raise InvalidInput.field(named, "must be a colour like #1f57c3")
    return colour


def checked_site(text: str, named: str = "website") -> str:
    """An https origin, or empty; raises InvalidInput."""
    origin = origin_of(text) if text else ""
    if origin is None or (origin and (not origin.startswith("https://") or len(origin) > MAX_CONTACT)):
        raise InvalidInput.field(named, "must be an https address without a path, like https://acme.example")
    return origin


def checked_page(text: str, named: str) -> str:
    """An https URL, or empty; raises InvalidInput."""
    if text and (len(text) > MAX_URL or not (origin_of(text) or "").startswith("https://")):
        raise InvalidInput.field(named, "must be an https address, like https://acme.example/terms")
    return text


def checked_contact(text: str, named: str = "supportContact") -> str:
    """An e-mail address or an https URL, or empty; raises InvalidInput."""
    if not text:
        return ""
    words = "must be an e-mail address or an https address"
    if len(text) > MAX_CONTACT:
        raise InvalidInput.field(named, words)
    if "@" in text and "/" not in text:
        try:
            validate_email(text)
        except ValidationError as error:
            raise InvalidInput.field(named, words) from error
        return text
    if not (origin_of(text) or "").startswith("https://"):
        raise InvalidInput.field(named, words)
    return text

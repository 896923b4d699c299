"""A new API key: its text is answered this once, and only its hash is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from flowra.errors import InvalidInput
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import ApiKey, Project
from flowra.models.api_key import DEFAULT_SCOPES, SCOPES, SHOWN_PREFIX_LENGTH, hash_of, make_key

MAX_DAYS = 3650


@dataclass(frozen=True, slots=True)
class NewKey:
    """The key, and its text for its owner."""

    key: ApiKey
    text: str = field(repr=False)


def create_api_key(
    project: Project,
    *,
    actor: Actor,
    scopes: Sequence[str] | None = None,
    name: str = "",
    expires_in_days: int | None = None,
) -> NewKey:
    """A key with `scopes`, or all but the two `credentials:` ones; it runs out after so many days, or never.

    Raises InvalidInput naming `scopes`, `name` or `expiresInDays`.
    """
    wanted = list(dict.fromkeys(DEFAULT_SCOPES if scopes is None else scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown:
        raise InvalidInput.field("scopes", f"{unknown[0][:50]} is unknown. Known are: {', '.join(SCOPES)}.")
    if len(name) > 100 or not name.isprintable():
        raise InvalidInput.field("name", "must be one line of at most 100 characters")
    if expires_in_days is not None and not 1 <= expires_in_days <= MAX_DAYS:
        raise InvalidInput.field("expiresInDays", f"must be from 1 to {MAX_DAYS}")
    text = make_key(is_test=project.is_test)
    key = ApiKey(
        project=project,
        name=name.strip(),
        prefix=text[:SHOWN_PREFIX_LENGTH],
        key_hash=hash_of(text),
        scopes=wanted,
        expires_at=None if expires_in_days is None else timezone.now() + timedelta(days=expires_in_days),
    )
    with transaction.atomic():
        key.save(force_insert=True)
        record(
            EventType.API_KEY_CREATED,
            project_id=project.pk,
            subject=("api_key", key.pk),
            actor=actor,
            data={"name": key.name, "prefix": key.prefix, "scopes": wanted},
        )
    return NewKey(key, text)

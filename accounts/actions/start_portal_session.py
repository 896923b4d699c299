"""An app asks for one of its users' own page of connections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actions.tokens_of_links import hash_of, random_token
from accounts.models import ExternalUser, PortalSession
from flowra.errors import InvalidInput
from flowra.events.names import EventType
from flowra.events.record import Actor, record
from flowra.models import Project

DEFAULT_SECONDS = 600
MAX_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class StartedPortal:
    """A fresh session. `url` is shown this once; it is the user's, and nobody else's."""

    url: str
    expires_at: datetime
    session: PortalSession

    def __repr__(self) -> str:
        return f"StartedPortal({self.session.pk})"


def start_portal_session(
    project: Project,
    external_user: ExternalUser | None,
    actor: Actor,
    *,
    expires_in: int = DEFAULT_SECONDS,
    locale: str = "",
) -> StartedPortal:
    """Makes the page of `external_user`, to be opened and used for `expires_in` seconds, an hour at most.

    Raises InvalidInput: naming `eUID` where nobody is named, or the project's default user, who is no person; naming
    `expiresInSeconds`. Stores hashes only.
    """
    if external_user is None:
        raise InvalidInput.field("eUID", "is needed, or x-username: the user whose page it is")
    if external_user.is_default:
        raise no_person()
    if not 1 <= expires_in <= MAX_SECONDS:
        raise InvalidInput.field("expiresInSeconds", f"must be from 1 to {MAX_SECONDS}")
    now = timezone.now()
    token = random_token()
    session = PortalSession(
        project=project,
        external_user=external_user,
        token_hash=hash_of(token),
        locale=locale,
        created_at=now,
        expires_at=now + timedelta(seconds=expires_in),
    )
    with transaction.atomic():
        session.save(force_insert=True)
        record(
            EventType.PORTAL_CREATED,
            project_id=project.pk,
            subject=("user", external_user.pk),
            actor=actor,
            data={"portal": session.pk, "expiresAt": session.expires_at.isoformat()},
        )
    return StartedPortal(f"{settings.FLOWRA_PUBLIC_URL}/portal/{token}", session.expires_at, session)


def no_person() -> InvalidInput:
    """The project's default user stands for nobody, who could look after accounts."""
    return InvalidInput.field(
        "eUID", "names the project's default user, who is no person and has no page of connections"
    )

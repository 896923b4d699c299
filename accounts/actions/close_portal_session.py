"""A person leaves their own page of connections before its time is over, as on a computer that others use."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import PortalSession


def close_portal_session(session: PortalSession) -> None:
    """From now on it is nobody's, in this browser as in any other; one that is over already stays so."""
    now = timezone.now()
    PortalSession.objects.filter(pk=session.pk, expires_at__gt=now).update(expires_at=now)

"""Who is signed in, as the trail names them."""

from __future__ import annotations

from django.http import HttpRequest

from flowra.events.record import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The member of staff, or of a project's team, who is signed in."""
    user = request.user
    return Actor("staff", str(user.pk), user.get_username())

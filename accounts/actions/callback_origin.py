"""Where a browser may be sent back to: only an origin that the project has allowed, compared exactly."""

from __future__ import annotations

from flowra.errors import InvalidInput
from flowra.models import Project
from flowra.origins import origin_of


def checked_callback_url(project: Project, url: str) -> str:
    """`url` as given, when its origin is among the project's; raises InvalidInput naming `callbackUrl`."""
    origin = origin_of(url)
    if origin is None:
        raise InvalidInput.field("callbackUrl", "must be a plain http or https URL")
    if origin not in project.callback_origins:
        raise InvalidInput.field(
            "callbackUrl",
            f"{origin} is not one of the project's allowed origins. "
            "Add it with PATCH /api/v1/users/profile, callbackOrigins.",
        )
    return url

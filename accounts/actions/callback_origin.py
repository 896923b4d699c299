"""Where a browser may be sent back to: only what the project has allowed, compared exactly."""

from __future__ import annotations

import re

from flowra.errors import InvalidInput
from flowra.models import Project
from flowra.origins import origin_of

MAX_LENGTH = 2000
# RFC 8252, 7.1: a mobile app's own scheme, and then what no reader of URLs can take for something else.
_OF_AN_APP = re.compile(r"([a-z][a-z0-9+.-]*):/{1,2}[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")


def checked_callback_url(project: Project, url: str) -> str:
    """`url` as given, when its origin or its scheme is among the project's; raises InvalidInput naming `callbackUrl`."""
    app = _OF_AN_APP.fullmatch(url)
    if app is not None and app[1] in project.custom_schemes and len(url) <= MAX_LENGTH:
        return url
    origin = origin_of(url)
    if origin is None:
        raise InvalidInput.field(
            "callbackUrl", "must be a plain http or https URL, or of one of the project's own schemes"
        )
    if origin not in project.callback_origins:
        raise InvalidInput.field(
            "callbackUrl",
            f"{origin} is not one of the project's allowed origins. "
            "Add it with PATCH /api/v1/users/profile, callbackOrigins.",
        )
    return url

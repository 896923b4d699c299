"""Which browser it is."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.actions.tokens_of_links import random_token

COOKIE = "flowra_connect"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# Longer than any link may live: one browser keeps one name over all links that it opens.
_SECONDS = 7 * 86_400


def known_browser(request: HttpRequest) -> str | None:
    """The name that this browser was given, None where it has none."""
    value = request.COOKIES.get(COOKIE, "")
    return value if _TOKEN.fullmatch(value) else None


def new_browser() -> str:
    """A name for a browser: 256 random bits that say nothing of the person."""
    return random_token()


def remember(response: HttpResponse, browser: str) -> None:
    """Gives the browser its name: out of reach for scripts, sent back to our pages only.

    `Lax`, since the way back from the service is a navigation from another site.
    """
    response.set_cookie(
        COOKIE,
        browser,
        max_age=_SECONDS,
        path="/connect",
        secure=settings.FLOWRA_PUBLIC_IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )

"""Which browser it is, in a window of its own and in a frame of the app's."""

from __future__ import annotations

import re
from collections.abc import Container
from http.cookies import Morsel
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.actions.start_portal_session import MAX_SECONDS
from accounts.actions.tokens_of_links import random_token

if TYPE_CHECKING:
    TextMorsel = Morsel[str]
else:
    TextMorsel = Morsel

COOKIE = "flowra_portal"
# A frame's cookie lives beside the window's own, for the one site that frames us.
FRAMED_COOKIE = "flowra_portal_framed"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class _PartitionedMorsel(TextMorsel):
    """A cookie that is kept apart for each site that frames us (CHIPS); Python knows the word from 3.14 on only."""

    def OutputString(self, attrs: Container[str] | None = None) -> str:
        """The cookie's header, with the word."""
        return f"{super().OutputString(attrs)}; Partitioned"


def known_browsers(request: HttpRequest) -> list[str]:
    """The names that this browser was given, none where it has none."""
    values = (request.COOKIES.get(name, "") for name in (FRAMED_COOKIE, COOKIE))
    return [value for value in values if _TOKEN.fullmatch(value)]


def browser_for(request: HttpRequest, *, framed: bool) -> str | None:
    """The name that counts in a window, or in a frame; None where the browser keeps none there."""
    value = request.COOKIES.get(_name(framed), "")
    return value if _TOKEN.fullmatch(value) else None


def may_keep_cookies(request: HttpRequest, *, framed: bool) -> bool:
    """False where it is known beforehand that no cookie will stick: another site's frame, without https."""
    if not framed or settings.FLOWRA_PUBLIC_IS_HTTPS:
        return True
    return request.headers.get("Sec-Fetch-Site") != "cross-site"


def remember(response: HttpResponse, browser: str | None, *, framed: bool) -> None:
    """Gives the browser a name, or its own once more: out of reach for scripts, sent to these pages only."""
    is_partitioned = framed and settings.FLOWRA_PUBLIC_IS_HTTPS
    name = _name(framed)
    response.set_cookie(
        name,
        browser or random_token(),
        max_age=2 * MAX_SECONDS,
        path="/portal",
        secure=settings.FLOWRA_PUBLIC_IS_HTTPS,
        httponly=True,
        samesite="None" if is_partitioned else "Lax",
    )
    if is_partitioned:
        plain = response.cookies[name]
        partitioned = _PartitionedMorsel()
        partitioned.set(plain.key, plain.value, plain.coded_value)
        partitioned.update({attribute: value for attribute, value in plain.items() if value})
        response.cookies[name] = partitioned


def _name(framed: bool) -> str:
    return FRAMED_COOKIE if framed and settings.FLOWRA_PUBLIC_IS_HTTPS else COOKIE

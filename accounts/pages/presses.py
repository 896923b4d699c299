"""Whether a press came from our own page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from flowra.origins import origin_of


def pressed_on_our_page(request: HttpRequest) -> bool:
    """Whether a POST comes from a page of ours, by what the browser itself says of it (Fetch Metadata; RFC 6454, 7).

    A client that says nothing is no browser, and so carries nobody's cookies against their will.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    told = request.headers.get("Origin") or request.headers.get("Referer")
    return told is None or origin_of(told) == origin_of(settings.FLOWRA_PUBLIC_URL)

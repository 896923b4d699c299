"""The way on after a POST, and back to the app."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """303: the answer to the POST is elsewhere, to be fetched by GET (RFC 9110, 15.4.4)."""

    status_code = 303


def back_to_app(url: str) -> HttpResponse:
    """To the app's callback URL, which was checked when the link was made: a page, or a mobile app's own scheme."""
    scheme = urlsplit(url).scheme

    class ToApp(SeeOther):
        allowed_schemes = ["http", "https", scheme]

    return ToApp(url)

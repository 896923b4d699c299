"""The way on after a POST."""

from __future__ import annotations

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """303: the answer to the POST is elsewhere, to be fetched by GET (RFC 9110, 15.4.4)."""

    status_code = 303

"""Whoever is not signed in, or no longer, on the way to the sign-in page and back."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

FRONT = "/dashboard/"


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, which leads on to the page that was asked for.

    A press is not repeated after it: that leads back to the page with the button, and says that nothing was done. A
    piece for an open page asks that page to be loaded anew, or the sign-in would stand in the middle of it.
    """
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    messages.warning(
        request,
        "You were signed out meanwhile, so nothing was done. Sign in, then press the button again.",
    )
    return redirect_to_login(_pressed_on(request))


def _pressed_on(request: HttpRequest) -> str:
    """The page of the dashboard that the form was on, as the browser tells it; the first page where it does not."""
    told = request.headers.get("Referer", "")
    host = {request.get_host()}
    if not url_has_allowed_host_and_scheme(told, host, require_https=request.is_secure()):
        return FRONT
    parts = urlsplit(told)
    if not parts.path.startswith(FRONT):
        return FRONT
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

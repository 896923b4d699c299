"""The language of end users' pages: the link's own, else the browser's; all else is English.

RFC 9110, 12.5.4 (Accept-Language) and 8.5 (Content-Language).
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_OF_END_USERS = ("/connect/", "/portal/")


class PageLanguageMiddleware:
    """Speaks the browser's language while an end user's page is made; `speak` changes to the one that an app asked for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(_OF_END_USERS):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        patch_vary_headers(response, ("Accept-Language",))
        return response


def speak(locale: str) -> None:
    """The rest of this page is in that language (a tag as RFC 5646 writes it), if it is one of Flowra's."""
    if not locale:
        return
    try:
        translation.activate(translation.get_supported_language_variant(locale.replace("_", "-")))
    except LookupError:
        return

"""What only pages need: sessions, the admin's user, CSRF tokens, messages. The API has none of them and passes by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseNotAllowed, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware

from flowra.api.problem_pages import only_pressed

if TYPE_CHECKING:
    from django.utils.deprecation import MiddlewareMixin
else:
    MiddlewareMixin = object

API = "/api/"
STAFF_PAGES = ("/dashboard/", "/admin/")
WATCHED = ("/healthz", "/readyz")


class _ForPages(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(API):
            return self.get_response(request)
        return super().__call__(request)


class HostMiddleware(CommonMiddleware):
    """Refuses foreign host names, save where a balancer asks a machine by its address whether it is well."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Raises DisallowedHost; the answers to watchers hold no address that a host name could bend."""
        return None if request.path_info in WATCHED else super().process_request(request)


class PageSessionMiddleware(_ForPages, SessionMiddleware):
    """Sessions."""


class PageCsrfMiddleware(_ForPages, CsrfViewMiddleware):
    """CSRF tokens."""


class PageUserMiddleware(_ForPages, AuthenticationMiddleware):
    """Who is signed in to the admin."""


class PageMessageMiddleware(_ForPages, MessageMiddleware):
    """Messages from one page to the next."""


class OnlyPressedMiddleware:
    """Django refuses to open what is only pressed without a word, and browsers then show a fault of their own; this
    gives the refusal its page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or not request.path.startswith(STAFF_PAGES):
            return response
        page = only_pressed(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page

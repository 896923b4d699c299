"""The admin's site: its names, and an answer in words to whatever odd input it gets."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import SuspiciousOperation
from django.db import DataError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse

from flowra.errors import FlowraError, InvalidInput
from flowra.pages.refuse_unreadable import refuse_unreadable

# SQLite's words for an expression, a pattern or a number of the visitor's that it cannot work with.
_UNWORKABLE = ("user-defined function", "pattern too complex", "too large", "too many")


class FlowraAdminSite(AdminSite):
    """Django's admin site. What cannot be looked up is a 400 that says so, never a 500."""

    site_header = "Flowra"
    site_title = "Flowra"
    index_title = "Support and administration"
    site_url = None
    enable_nav_sidebar = False

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Also refuses what no database takes, and shows our own errors as a page."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                refuse_unreadable(request)
                answer: HttpResponseBase = view(request, *args, **kwargs)
                return self.by_a_button(request, answer) if answer.status_code == 405 else answer
            except FlowraError as error:
                return self.problem(request, error)
            except (DataError, SuspiciousOperation):
                return self.problem(
                    request, InvalidInput("This address asks for something that cannot be looked up.")
                )
            except OperationalError as error:
                if not any(words in str(error) for words in _UNWORKABLE):
                    raise
                return self.problem(
                    request, InvalidInput("This address asks for something that cannot be looked up.")
                )

        return super().admin_view(guarded, cacheable)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Each list under the name that its own page and the head of all pages have for it."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        for each in (model for app in apps for model in app["models"]):
            each["name"] = getattr(self._registry.get(each["model"]), "list_title", "") or each["name"]
        return apps

    def by_a_button(self, request: HttpRequest, refused: HttpResponseBase) -> TemplateResponse:
        """In place of an empty page: who was signed out meanwhile is led here by the sign-in, and nothing was done."""
        whole, _, _ = request.path.rstrip("/").rpartition("/")
        try:
            resolve(f"{whole}/change/")
        except Resolver404:
            back = reverse("admin:index")
        else:
            back = f"{whole}/change/"
        message = "This is done by a button on a page, and not by an address. If you were signed out meanwhile, go back and press it again."
        context = {
            **self.each_context(request),
            "title": "Nothing was done",
            "message": message,
            "back": back,
        }
        answer = TemplateResponse(request, "admin/problem.html", context, status=405)
        answer.headers["Allow"] = refused.headers.get("Allow", "POST")
        return answer

    def problem(self, request: HttpRequest, error: FlowraError) -> TemplateResponse:
        """A page with the error's words and its status."""
        title = "There is no such thing" if error.status == 404 else "That did not work"
        context = {**self.each_context(request), "title": title, "message": error.message}
        return TemplateResponse(request, "admin/problem.html", context, status=error.status)

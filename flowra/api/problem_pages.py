"""What Django answers by itself when no view does: the contract's shape under /api/, else a page for a person."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from flowra.logs import request_id

from .problems import DATABASE_RETRY_AFTER, problem, problem_response

# Staff's pages, which speak English, and the words for the way back to them.
_WAYS = (("/dashboard/", "Go to the dashboard"), ("/admin/", "Go to the admin"))


@csrf_exempt
def unknown_path(request: HttpRequest, **named: object) -> HttpResponse:
    """404 for whatever under /api/ is no endpoint, with a key or without."""
    return problem(404, f"There is no endpoint at {request.path[:200]}.", code="unknown_endpoint")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: a host that is not ours, a request that cannot be read."""
    if _is_api(request):
        return problem(400, "The request cannot be read, or its host is not one of this server's.")
    return _page(
        request,
        400,
        _("This can't be read"),
        _("Your browser sent something that makes no sense here. Go back and try again."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    if _is_api(request):
        return problem(403, "This is not allowed.")
    return _page(
        request,
        403,
        _("You can't do this"),
        _("You may be signed in as somebody who is not allowed to, or not signed in."),
    )


def forged_or_stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without a good token (CSRF_FAILURE_VIEW)."""
    return _page(
        request,
        403,
        _("This page is out of date"),
        _("Go back, load the page again, then press the button once more."),
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    if _is_api(request):
        return unknown_path(request)
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("The address may be mistyped, or what it led to is gone."),
    )


def only_pressed(request: HttpRequest) -> HttpResponse:
    """For an address of staff's pages that takes a press, opened: it has no page of its own."""
    return _page(
        request,
        405,
        "Nothing was done",
        "This address is a button's. Go to the page with the button and press it there.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; a database that is away is a 503 that says when to come back."""
    error = sys.exc_info()[1]
    if _is_api(request):
        return problem_response(error if isinstance(error, Exception) else RuntimeError("unknown"))
    if isinstance(error, OperationalError | InterfaceError):
        response = _page(
            request,
            503,
            _("One moment"),
            _("Something here is restarting. Nothing was changed. Try again in some seconds."),
        )
        response.headers["Retry-After"] = str(DATABASE_RETRY_AFTER)
        return response
    return _page(
        request,
        500,
        _("Something went wrong here"),
        _("It is not your fault. Go back and try again in a while."),
    )


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _page(request: HttpRequest, status: int, title: str, *paragraphs: str) -> HttpResponse:
    """Without the request's own context: that could ask a database that is away."""
    way = next((each for each in _WAYS if request.path.startswith(each[0])), None)
    context = {"title": title, "paragraphs": paragraphs, "way": way, "request_id": request_id.get()}
    return HttpResponse(loader.get_template("problem.html").render(context), status=status)

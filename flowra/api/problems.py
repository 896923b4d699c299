"""Every failure in the contract's one shape, whoever raised it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as drf

from flowra.errors import FieldProblem, FlowraError, InvalidInput
from flowra.logs import request_id

from .rendering import json_answer

log = logging.getLogger(__name__)

DATABASE_RETRY_AFTER = 5
# What is wrong with the whole body and with no field of it.
WHOLE = "non_field_errors"

_CODES = {
    400: "invalid_input",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
}


def problem_response(error: Exception, context: Mapping[str, Any] | None = None) -> HttpResponse:
    """The answer to a failure: `{success, message, code, errors, requestId}`; DRF calls it as its exception handler.

    What nobody expected is logged with its traceback and answered as a plain 500 that says nothing of it.
    """
    if isinstance(error, FlowraError):
        return _of_flowra_error(error)
    if isinstance(error, drf.APIException):
        return _of_drf_exception(error)
    if isinstance(error, Http404):
        return problem(404, "There is nothing at this address.")
    if isinstance(error, PermissionDenied):
        return problem(403, "This is not allowed.")
    if isinstance(error, RequestDataTooBig):
        return problem(413, "The request's body is too large.")
    if isinstance(error, OperationalError | InterfaceError):
        log.error("The database does not answer.", exc_info=error)
        return problem(
            503,
            "The database does not answer. Nothing was changed; try again in some seconds.",
            code="database_unavailable",
            retry_after=DATABASE_RETRY_AFTER,
        )
    if isinstance(error, DataError | SuspiciousOperation | TooManyFieldsSent | UnreadablePostError):
        return problem(400, "The request holds values that cannot be read.")
    log.error("Unexpected failure.", exc_info=error)
    return problem(
        500, "Something went wrong here. The request id finds it in the logs.", code="internal_error"
    )


def problem(
    status: int,
    message: str,
    *,
    code: str | None = None,
    errors: tuple[FieldProblem, ...] = (),
    provider_error: str | None = None,
    retry_after: int | None = None,
    besides: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """One answer in the error shape; `retry_after` is in seconds, `besides` are further keys."""
    body: dict[str, Any] = {
        "success": False,
        "message": message,
        "code": code or _CODES.get(status, "error"),
        "errors": [{"field": each.field, "message": each.message} for each in errors],
        "requestId": request_id.get(),
        **(besides or {}),
    }
    if provider_error is not None:
        body["providerError"] = provider_error
    response = json_answer(body, status=status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401:
        # RFC 9110, 11.6.1: a 401 says how to be let in.
        response.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def fields_of(detail: Any, under: str = "") -> list[FieldProblem]:
    """DRF's nested details as one list, each with its dotted name on the wire (`authConfig.credentials.scopes.0`)."""
    if isinstance(detail, Mapping):
        found: list[FieldProblem] = []
        for name, inner in detail.items():
            here = under if name == WHOLE else f"{under}.{name}" if under else str(name)
            found += fields_of(inner, here)
        return found
    if isinstance(detail, list | tuple):
        if any(isinstance(each, Mapping | list) for each in detail):
            return [
                each
                for index, inner in enumerate(detail)
                for each in fields_of(inner, f"{under}.{index}" if under else str(index))
            ]
        return [FieldProblem(under, str(each)) for each in detail]
    return [FieldProblem(under, str(detail))]


def invalid_input_from(error: drf.ValidationError) -> InvalidInput:
    """A serializer's refusal as the family's."""
    return InvalidInput.fields(fields_of(error.detail))


def _of_flowra_error(error: FlowraError) -> HttpResponse:
    if error.status >= 500 and error.provider_error is None and error.status not in (502, 503, 504):
        log.error("%s", error.message, exc_info=error)
    retry_after = error.retry_after
    if retry_after is None and error.status in (429, 503):
        retry_after = DATABASE_RETRY_AFTER
    besides = error.extra.get("besides")
    response = problem(
        error.status,
        error.message,
        code=error.problem_code,
        errors=error.errors,
        provider_error=error.provider_error,
        retry_after=retry_after,
        besides=besides if isinstance(besides, Mapping) else None,
    )
    allow = error.extra.get("allow")
    if isinstance(allow, str):
        response.headers["Allow"] = allow
    return response


def _of_drf_exception(error: drf.APIException) -> HttpResponse:
    if isinstance(error, drf.ValidationError):
        return _of_flowra_error(invalid_input_from(error))
    wait = getattr(error, "wait", None)
    return problem(
        error.status_code,
        str(error.detail),
        code=_CODES.get(error.status_code),
        retry_after=int(wait) + 1 if wait is not None else None,
    )


def only_read(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A view that anybody may read and nobody may send anything to: else 405 in the shape."""

    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        response = problem(405, "This can only be read, with GET.")
        response.headers["Allow"] = "GET, HEAD"
        return response

    # Nothing is changed here, so there is nothing to forge.
    return csrf_exempt(checked)

"""`ANY connected_accounts/{id}/proxy/{path}`: the service, called as the account's person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema

from accounts.actions.proxy_request import METHODS, Call, Passed, proxy_request
from accounts.api.acting import acting_user, seen_by
from flowra.api.query import Query
from flowra.api.schema import COMMON_FAILURES, WHEN, Problem
from flowra.api.views import ApiRequest, ApiView

# So much is read before it is answered: a failure half way through it is still told as one.
WHOLE = 65_536
MARK = "/proxy/"


class _Any(Query):
    """The service knows which parameters it knows."""

    def read(self, given: Any) -> dict[str, Any]:
        """Nothing is read here."""
        return {}


def _handled(method: str) -> Any:
    @extend_schema(
        responses={
            (200, "*/*"): OpenApiResponse(
                OpenApiTypes.BINARY, description="Whatever the service answers, with its status."
            ),
            **{
                code: OpenApiResponse(Problem, description=WHEN[code])
                for code in (*COMMON_FAILURES, 404, 409, 413, 502, 504)
            },
        }
    )
    def handle(self: Proxy, request: ApiRequest, id: str, path: str) -> HttpResponseBase:
        """The service's answer, streamed, status and body untouched; redirects are not followed."""
        return self.passed(request, id)

    handle.__name__ = method.lower()
    return handle


class Proxy(ApiView):
    """Method, query, body and headers pass; who calls and how does not."""

    http_method_names = [method.lower() for method in METHODS]
    scopes: ClassVar = dict.fromkeys(METHODS, "proxy")
    query: ClassVar = dict.fromkeys(METHODS, _Any())

    get = _handled("GET")
    head = _handled("HEAD")
    post = _handled("POST")
    put = _handled("PUT")
    patch = _handled("PATCH")
    delete = _handled("DELETE")
    options = _handled("OPTIONS")

    def passed(self, request: ApiRequest, id: str) -> HttpResponseBase:
        """Passes it; small answers whole, others as they arrive."""
        passed = proxy_request(
            id, _call(request._request), of=seen_by(request, acting_user(request)), actor=request.actor
        )
        return _answer(passed)


def _call(request: Any) -> Call:
    assert isinstance(request, WSGIRequest)
    # Some services have secrets in their paths.
    request.logged_path = request.path.partition(MARK)[0] + MARK  # type: ignore[attr-defined]
    environ = request.environ
    length = _length(environ.get("CONTENT_LENGTH"))
    is_chunked = "HTTP_TRANSFER_ENCODING" in environ
    has_body = is_chunked or bool(length)
    return Call(
        method=str(request.method),
        path=request.path_info.partition(MARK)[2],
        query=environ.get("QUERY_STRING", ""),
        headers=dict(request.headers.items()),
        body=environ["wsgi.input"] if has_body else None,
        length=None if is_chunked else length,
    )


def _length(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else 0


def _answer(passed: Passed) -> HttpResponseBase:
    length = next((value for name, value in passed.headers if name.lower() == "content-length"), None)
    answer: HttpResponseBase
    if length is not None and length.isdecimal() and int(length) <= WHOLE:
        answer = HttpResponse(b"".join(passed.chunks), status=passed.status)
    else:
        answer = StreamingHttpResponse(_Closing(passed), status=passed.status)
    del answer.headers["Content-Type"]
    for name, value in passed.headers:
        known = answer.headers.get(name)
        answer.headers[name] = value if known is None else f"{known}, {value}"
    return answer


class _Closing:
    """The pieces, and a way to end early when the caller goes away."""

    def __init__(self, passed: Passed) -> None:
        self._passed = passed

    def __iter__(self) -> Iterator[bytes]:
        return self._passed.chunks

    def close(self) -> None:
        """Called by the web server in the end, whichever it is."""
        self._passed.close()

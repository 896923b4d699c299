"""The base of every endpoint: DRF's forms, without the negotiation that an API with one format does not need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from flowra.errors import FlowraError
from flowra.events.record import Actor
from flowra.models import ApiKey, Project

from .authentication import acting_as_name
from .body import Body
from .inside_call import inside_call_of
from .problems import problem_response
from .query import NO_QUERY, Query
from .rendering import json_answer


class MethodNotAllowed(FlowraError):
    """405: there is such an endpoint, and it does not take that method."""

    code = "method_not_allowed"
    status = 405


MAX_FORWARDED = 200


class ApiRequest(Request):
    """DRF's request with what our views ask of it. `query` are the values of the parameters that the view knows."""

    query: dict[str, Any]

    @property
    def key(self) -> ApiKey:
        """The caller's key; only where one is needed."""
        key = self.auth
        assert isinstance(key, ApiKey), "only a keyless method is called without a key"
        return key

    @property
    def project(self) -> Project:
        """The caller's project."""
        return self.key.project

    @property
    def actor(self) -> Actor:
        """The caller, for the trail."""
        inside = inside_call_of(self._request)
        if inside is not None:
            return inside.actor
        key = self.key
        return Actor("api_key", key.pk, key.name or f"{key.prefix}…")

    @property
    def came_from(self) -> dict[str, str]:
        """For the trail: the address of whoever called us, and apart from it what was said of the one before, which
        anybody can say.
        """
        address = str(self.META.get("REMOTE_ADDR", ""))
        forwarded = str(self.META.get("HTTP_X_FORWARDED_FOR", ""))[:MAX_FORWARDED]
        return {"address": address, "forwardedFor": forwarded} if forwarded else {"address": address}

    @property
    def acting_as_name(self) -> str | None:
        """The external user's name in `x-username`, None without it; raises InvalidInput for what can be no name."""
        return acting_as_name(self._request)


class ApiView(APIView):
    """`scopes` says for each method which scope a key needs, None for a key of any; `keyless` methods need no key.

    `query` says which query parameters a method knows; without an entry it knows none, and any is refused.
    `bodies` says what body a method takes, for the schema; the handler reads it with `read_body`.

    Handlers take an ApiRequest and answer with `json_answer`, or one of `ok`, `done`; whatever they raise becomes the
    contract's error.
    """

    scopes: ClassVar[Mapping[str, str | None]] = {}
    keyless: ClassVar[Collection[str]] = ()
    query: ClassVar[Mapping[str, Query]] = {}
    bodies: ClassVar[Mapping[str, type[Body]]] = {}
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Method, key, scope, then the handler: in that order, so that a wrong method is told to anybody."""
        self.args, self.kwargs = args, kwargs
        try:
            handler = self._handler(request)
            call = ApiRequest(
                request,
                parsers=self.get_parsers(),
                authenticators=self.get_authenticators(),
                parser_context={},
            )
            self.request = call
            for permission in self.get_permissions():
                permission.has_permission(call, self)
            if "HTTP_X_USERNAME" in request.META:
                acting_as_name(request)
            call.query = self.query.get(_read_as(call), NO_QUERY).read(request.GET)
            answer: HttpResponseBase = handler(call, *args, **kwargs)
            return answer
        except Exception as error:
            return problem_response(error)

    def _handler(self, request: HttpRequest) -> Any:
        method = (request.method or "").lower()
        handler = getattr(self, method, None) if method in self.http_method_names else None
        if handler is None:
            allow = ", ".join(name.upper() for name in self.http_method_names if hasattr(self, name))
            raise MethodNotAllowed(f"This endpoint takes {allow}.", extra={"allow": allow})
        return handler


def _read_as(request: Request) -> str:
    return "GET" if request.method == "HEAD" else str(request.method)


def ok(data: Any, message: str, status: int = 200) -> HttpResponse:
    """The contract's success envelope."""
    return json_answer({"success": True, "message": message, "data": data}, status=status)


def done(message: str) -> HttpResponse:
    """The contract's answer to a deletion."""
    return json_answer({"success": True, "message": message})

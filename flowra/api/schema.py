"""The OpenAPI description: what drf-spectacular reads from the views, with what every endpoint has in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from .query import Texts
from .rendering import JSON_TYPE

if TYPE_CHECKING:
    from .views import ApiView

    AnySerializer = serializers.Serializer[Any]
else:
    AnySerializer = serializers.Serializer

Method = TypeVar("Method", bound=Callable[..., Any])
Shape = type[AnySerializer] | AnySerializer

# What any endpoint may answer besides its own.
COMMON_FAILURES = (400, 401, 403, 429, 503)
WHEN = {
    400: "The input is malformed or refused; `errors` names each field.",
    401: "No key, or one that is unknown, revoked or has run out.",
    403: "The key lacks the scope that the message names, or the user may not be acted as.",
    404: "There is no such thing for this caller.",
    405: "The endpoint does not take this method.",
    409: "The state does not allow it; the message says what would.",
    410: "It was good once, and is used or has run out.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    429: "Too many requests; `Retry-After` says when to come back.",
    502: "The provider failed; its words are in `providerError`.",
    503: "Overloaded, or the database is away; `Retry-After` says when to come back.",
    504: "The provider did not answer in time.",
}


class FieldProblemShape(AnySerializer):
    """What is wrong with one field or query parameter."""

    field = serializers.CharField()
    message = serializers.CharField()


class Problem(AnySerializer):
    """Every failure."""

    success = serializers.BooleanField(default=False)
    message = serializers.CharField()
    code = serializers.CharField(help_text="For machines.")
    errors = FieldProblemShape(many=True)  # type: ignore[assignment]
    requestId = serializers.CharField()
    providerError = serializers.CharField(required=False, help_text="The provider's own words, never HTML.")


class Done(AnySerializer):
    """What a deletion answers."""

    success = serializers.BooleanField()
    message = serializers.CharField()


def success_of(name: str, data: serializers.Field[Any, Any, Any, Any]) -> AnySerializer:
    """The success envelope around `data`."""
    return inline_serializer(
        f"{name}Success",
        {"success": serializers.BooleanField(), "message": serializers.CharField(), "data": data},
    )


def page_of(
    name: str, entry: AnySerializer, **besides: serializers.Field[Any, Any, Any, Any]
) -> AnySerializer:
    """The page envelope around entries; `entry` is made with `many=True`."""
    return inline_serializer(
        f"{name}Page",
        {
            "success": serializers.BooleanField(),
            "message": serializers.CharField(),
            "data": entry,
            "total": serializers.IntegerField(),
            "page": serializers.IntegerField(),
            "limit": serializers.IntegerField(),
            "totalPages": serializers.IntegerField(),
            "hasNextPage": serializers.BooleanField(),
            "hasPreviousPage": serializers.BooleanField(),
            **besides,
        },
    )


def endpoint(
    *,
    answers: Shape,
    status: int | tuple[int, ...] = 200,
    fails: Iterable[int] = (),
    media_type: str = JSON_TYPE,
) -> Callable[[Method], Method]:
    """Describes a handler: its answer (with one of several statuses), and with which statuses it fails besides the common ones."""
    failures = sorted({*COMMON_FAILURES, *fails})
    statuses = (status,) if isinstance(status, int) else status
    responses: dict[Any, Any] = {(each, media_type): answers for each in statuses}
    responses |= {code: OpenApiResponse(Problem, description=WHEN[code]) for code in failures}
    return extend_schema(responses=responses)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The key, in either header."""

    target_class = "flowra.api.authentication.ApiKeyAuthentication"
    name = ["ApiKey", "Bearer"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        """The two headers."""
        return [
            {"type": "apiKey", "in": "header", "name": "x-api-key"},
            {"type": "http", "scheme": "bearer"},
        ]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        """One of them is enough."""
        return [{"ApiKey": []}, {"Bearer": []}]


class Schema(AutoSchema):
    """Adds to each endpoint the parameters that its Query knows, `x-username`, and the scope that its key needs."""

    view: ApiView  # type: ignore[override, unused-ignore]

    def get_override_parameters(self) -> list[Any]:
        """The query's parameters and the headers that every endpoint reads."""
        query = self.view.query.get(self.method)
        parameters = [
            OpenApiParameter(
                name=each.name,
                type=each.schema(),
                location=OpenApiParameter.QUERY,
                description=each.description,
                explode=True if isinstance(each, Texts) else None,
            )
            for each in (query.parameters.values() if query is not None else ())
        ]
        if self.view.scopes.get(self.method) is not None:
            parameters.append(
                OpenApiParameter(
                    name="x-username",
                    type=OpenApiTypes.STR,
                    location=OpenApiParameter.HEADER,
                    description="Acts as this external user, made at first use.",
                )
            )
        return parameters

    def get_operation_id(self) -> str:
        """`get_auth_configs`, `get_auth_configs_by_id`: unique, and stable as long as the path is."""
        words = re.sub(r"\{(\w+)\}", r"by_\1", self.path.removeprefix("/api/v1/"))
        return f"{self.method.lower()}_{re.sub(r'[^A-Za-z0-9]+', '_', words)}"

    def get_request_serializer(self) -> Any:
        """The body that the view says the method takes."""
        return self.view.bodies.get(self.method)

    def get_description(self) -> str:  # type: ignore[override]
        """The handler's own words without what it raises, which the failures tell by their status; and the scope."""
        handler = getattr(self.view, self.method.lower())
        words = " ".join((handler.__doc__ or type(self.view).__doc__ or "").split())
        words = re.sub(
            r"(?:;|(?<=\.)) [Rr]aises [^.]*\.", lambda raised: "." if raised[0][0] == ";" else "", words
        )
        scope = self.view.scopes.get(self.method)
        return f"{words} Needs the scope `{scope}`." if scope else words

    def get_auth(self) -> list[dict[str, Any]]:
        """Nothing, or the key, where a key is not needed."""
        needed: list[dict[str, Any]] = super().get_auth()
        return [*needed, {}] if self.method in self.view.keyless else needed

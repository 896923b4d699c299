"""Bodies: each endpoint's serializer says which keys it takes, and all others are refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from threading import local
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.request import Request

from flowra.errors import InvalidInput
from flowra.near_match import near_match

from .problems import fields_of


class Body(serializers.Serializer[Any]):
    """A JSON object with known keys only. Names are the wire's, written one by one."""

    def to_internal_value(self, data: Any) -> Any:
        """As DRF does, and with a refusal for each unknown key that names the near match."""
        unknown: dict[str, list[str]] = {}
        if isinstance(data, Mapping):
            known = [name for name, field in self.fields.items() if not field.read_only]
            unknown = {
                str(name)[:100]: [f"is unknown.{near_match(str(name), known)}"]
                for name in data
                if name not in known
            }
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if unknown and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class TextField(serializers.CharField):
    """A text, and only that: DRF's own takes numbers as well."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Raises for whatever is no JSON string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class FlagField(serializers.BooleanField):
    """true or false, in any case as text as well."""

    def to_internal_value(self, data: Any) -> bool | None:  # type: ignore[override]
        """Raises for whatever is neither."""
        if isinstance(data, bool):
            return data
        if isinstance(data, str) and data.lower() in ("true", "false", "1", "0"):
            return data.lower() in ("true", "1")
        if not isinstance(data, int) or data not in (0, 1):
            self.fail("invalid", input=str(data)[:50])
        return bool(data)


class ObjectField(serializers.DictField):
    """A free JSON object."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Raises for whatever is no object."""
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        value: dict[str, Any] = super().to_internal_value(data)
        return value


def read_body(request: Request, shape: type[Body], *, partial: bool = False) -> dict[str, Any]:
    """The body's checked values by the wire's names; with `partial` none is required.

    Raises InvalidInput naming each field that is missing, wrong or unknown, by its dotted path.
    """
    data = request.data
    # An empty body without a content type is DRF's empty form.
    return read_values({} if isinstance(data, QueryDict) else data, shape, partial=partial)


def read_values(given: Any, shape: type[Body], *, partial: bool = False) -> dict[str, Any]:
    """The same for what was parsed elsewhere."""
    body = _kept(shape, partial=partial)
    body.initial_data = given
    try:
        if not body.is_valid():
            raise InvalidInput.fields(fields_of(body.errors))
        values: dict[str, Any] = body.validated_data
        return dict(values)
    finally:
        # Nothing of one caller's body stays for the next, or in memory.
        body.initial_data = None
        for name in ("_validated_data", "_errors"):
            body.__dict__.pop(name, None)


_made = local()


def _kept(shape: type[Body], *, partial: bool) -> Body:
    """DRF copies every field for each serializer that it makes: once a thread will do."""
    kept: dict[tuple[type[Body], bool], Body] = _made.__dict__.setdefault("bodies", {})
    body = kept.get((shape, partial))
    if body is None:
        body = kept[(shape, partial)] = shape(data=None, partial=partial)
    return body

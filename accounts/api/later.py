"""Fields of the contract whose deed is not there yet: refused by name, so that nobody counts on them."""

from __future__ import annotations

from typing import Any, NoReturn

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

NOT_YET = "is not there yet; it comes with a later version"


@extend_schema_field({"description": f"It {NOT_YET}.", "not": {}})
class LaterField(serializers.Field):  # type: ignore[type-arg]
    """Refuses whatever value is sent."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Raises for any value, null too; skips what was left out."""
        if data is serializers.empty:
            raise serializers.SkipField
        self.to_internal_value(data)

    def to_internal_value(self, data: Any) -> NoReturn:
        """Raises."""
        raise serializers.ValidationError(NOT_YET, code="later")

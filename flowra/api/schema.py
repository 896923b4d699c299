"""The OpenAPI description: what drf-spectacular reads from the views, with what every endpoint has in common."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """Adds to each endpoint the key, the parameters that its Query knows, `x-username`, and the errors."""

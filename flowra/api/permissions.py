"""What a key may do: each view says which scope each of its methods needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from flowra.errors import MissingScope, Unauthenticated
from flowra.models import ApiKey

if TYPE_CHECKING:
    from .views import ApiView


class HasScope(BasePermission):
    """Lets a key through that has the method's scope."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises Unauthenticated without a key, where one is needed, and MissingScope naming the scope that lacks."""
        api_view: ApiView = view
        key = request.auth
        method = "GET" if request.method == "HEAD" else request.method
        if not isinstance(key, ApiKey):
            if method in api_view.keyless:
                return True
            raise Unauthenticated("Send the project's API key as x-api-key, or as Authorization: Bearer.")
        scope = api_view.scopes[method or ""]
        if scope is not None and scope not in key.scopes:
            raise MissingScope(f"This API key lacks the scope {scope}.")
        return True

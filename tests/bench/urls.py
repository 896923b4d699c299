"""The product's addresses, and the floor: one indexed row as JSON, through the same server and the same middleware."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import path

from accounts.models import ConnectedAccount
from flowra.urls import urlpatterns as of_the_product


def floor(request: HttpRequest, id: str) -> JsonResponse:
    """What Django does for a row when nothing is asked of it: no key, no joins, no shape."""
    return JsonResponse(
        ConnectedAccount.objects.values("id", "toolkit_slug", "status", "created_at").get(pk=id)
    )


urlpatterns = [path("floor/<str:id>", floor), *of_the_product]

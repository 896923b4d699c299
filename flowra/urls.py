"""Which door is where."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("flowra.api.urls")),
    path("api/v1/", include("authconfigs.api.urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("connect/", include("accounts.connect.urls")),
]

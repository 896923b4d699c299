"""Which door is where."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from flowra.api.problems import unknown_path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("flowra.api.urls")),
    path("api/v1/", include("authconfigs.api.urls")),
    path("api/v1/", include("accounts.api.urls")),
    re_path(r"^api/", unknown_path),
    path("connect/", include("accounts.connect.urls")),
]

handler400 = "flowra.api.problems.bad_request"
handler403 = "flowra.api.problems.permission_denied"
handler404 = "flowra.api.problems.page_not_found"
handler500 = "flowra.api.problems.server_error"

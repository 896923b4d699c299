"""Which door is where."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from flowra.api.problem_pages import unknown_path

# What is called most is found first.
urlpatterns = [
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("authconfigs.api.urls")),
    path("", include("flowra.api.urls")),
    re_path(r"^api/", unknown_path),
    path("", include("accounts.connect.urls")),
    path("portal/", include("accounts.portal.urls")),
    path("dashboard/", include("accounts.dashboard.urls")),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(url="/dashboard/", http_method_names=["get", "head"])),
]

handler400 = "flowra.api.problem_pages.bad_request"
handler403 = "flowra.api.problem_pages.permission_denied"
handler404 = "flowra.api.problem_pages.page_not_found"
handler500 = "flowra.api.problem_pages.server_error"

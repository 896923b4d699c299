"""Which page is where, below `/dashboard/{project}/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.dashboard.health.page import health, health_figures

urlpatterns: list[URLPattern] = [
    path("", health, name="health"),
    path("health/figures", health_figures, name="health_figures"),
]

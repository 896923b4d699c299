"""Which page is where, below `/dashboard/{project}/`."""

from __future__ import annotations

from django.urls import path

from accounts.dashboard.project.look import look, preview, sheet, verify

urlpatterns = [
    path("look", look, name="look"),
    path("look/verify", verify, name="look_verify"),
    path("look/preview", preview, name="look_preview"),
    path("look/preview.css", sheet, name="look_sheet"),
]

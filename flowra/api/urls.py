"""This floor's endpoints."""

from __future__ import annotations

from django.urls import path

from .description import docs, schema
from .health import alive, ready
from .profile import Profile

urlpatterns = [
    path("healthz", alive),
    path("readyz", ready),
    path("api/v1/schema", schema),
    path("api/v1/docs", docs),
    path("api/v1/users/profile", Profile.as_view()),
]

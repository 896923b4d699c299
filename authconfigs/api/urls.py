"""This floor's endpoints."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Which page is where, below `/dashboard/{project}/`."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

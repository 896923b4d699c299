"""The end user's pages."""

from __future__ import annotations

from django.urls import path

from accounts.connect import views

urlpatterns = [
    path("callback/<str:auth_config_id>", views.come_back),
    path("<str:token>", views.link_page),
    path("<str:token>/not-now", views.not_now),
    path("<str:token>/logo", views.app_logo),
]

"""The end user's pages."""

from __future__ import annotations

from django.urls import path, re_path

from accounts.connect import views

urlpatterns = [
    path("callback/<str:auth_config_id>", views.come_back),
    re_path(r"^logo/(?P<project_id>pr_[a-z0-9]{1,40})$", views.app_logo),
    path("<str:token>", views.link_page),
    path("<str:token>/not-now", views.not_now),
]

"""The end user's pages."""

from __future__ import annotations

from django.urls import path, re_path

from accounts.connect import views
from accounts.connect.brand import brand_sheet
from accounts.connect.script import connect_script
from accounts.connect.status import link_status

urlpatterns = [
    path("connect.js", connect_script),
    path("connect/callback/<str:auth_config_id>", views.come_back),
    re_path(r"^connect/brand/(?P<project_id>pr_[a-z0-9]{1,40})\.css$", brand_sheet),
    re_path(r"^connect/logo/(?P<project_id>pr_[a-z0-9]{1,40})$", views.app_logo),
    path("connect/<str:token>", views.link_page),
    path("connect/<str:token>/not-now", views.not_now),
    path("connect/<str:token>/status", link_status),
]

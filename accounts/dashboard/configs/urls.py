"""Which page is where, below `/dashboard/{project}/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.dashboard.configs.auth_config_list import auth_configs
from accounts.dashboard.configs.auth_config_page import auth_config, try_auth_config
from accounts.dashboard.configs.change import connect_own, delete, edit, switch
from accounts.dashboard.configs.choose import choose_toolkit
from accounts.dashboard.configs.own_toolkit import delete_own, edit_own, make_own, switch_own
from accounts.dashboard.configs.set_up import set_up
from accounts.dashboard.configs.toolkit_pages import toolkit, toolkits

urlpatterns: list[URLPattern] = [
    path("auth-configs", auth_configs, name="auth_configs"),
    path("auth-configs/new", choose_toolkit, name="choose_toolkit"),
    path("auth-configs/new/<str:slug>", set_up, name="set_up"),
    path("auth-configs/<str:id>", auth_config, name="auth_config"),
    path("auth-configs/<str:id>/edit", edit, name="auth_config_edit"),
    path("auth-configs/<str:id>/test", try_auth_config, name="auth_config_test"),
    path("auth-configs/<str:id>/switch", switch, name="auth_config_switch"),
    path("auth-configs/<str:id>/connect", connect_own, name="auth_config_connect"),
    path("auth-configs/<str:id>/delete", delete, name="auth_config_delete"),
    path("toolkits", toolkits, name="toolkits"),
    path("toolkits/own/new", make_own, name="own_toolkit_new"),
    path("toolkits/<str:slug>", toolkit, name="toolkit"),
    path("toolkits/<str:slug>/edit", edit_own, name="own_toolkit_edit"),
    path("toolkits/<str:slug>/switch", switch_own, name="own_toolkit_switch"),
    path("toolkits/<str:slug>/delete", delete_own, name="own_toolkit_delete"),
]

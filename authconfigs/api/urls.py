"""This floor's endpoints."""

from __future__ import annotations

from django.urls import path

from .auth_configs import AuthConfigs, OneAuthConfig, TryAuthConfig
from .toolkits import OneToolkit, ToolkitCategories, Toolkits, ToolkitStatus
from .toolkits_with_tools import ToolkitsWithTools
from .tools import OneTool, Tools, ToolStatus

urlpatterns = [
    path("toolkits", Toolkits.as_view()),
    path("toolkits/categories", ToolkitCategories.as_view()),
    path("toolkits/with-tools", ToolkitsWithTools.as_view()),
    path("toolkits/byId/<str:id>", OneToolkit.as_view()),
    path("toolkits/byId/<str:id>/status", ToolkitStatus.as_view()),
    path("tools", Tools.as_view()),
    path("tools/byId/<str:id>", OneTool.as_view()),
    path("tools/byId/<str:id>/status", ToolStatus.as_view()),
    path("auth_configs", AuthConfigs.as_view()),
    path("auth_configs/<str:id>", OneAuthConfig.as_view()),
    path("auth_configs/<str:id>/test", TryAuthConfig.as_view()),
]

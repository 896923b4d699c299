"""Which page of the dashboard is where."""

from __future__ import annotations

from django.urls import include, path

from accounts.dashboard.front import NewPassword, SignIn, SignOut, projects
from accounts.dashboard.join import join
from accounts.dashboard.new_project import new_project

app_name = "dashboard"
urlpatterns = [
    path("", projects, name="projects"),
    path("sign-in", SignIn.as_view(), name="sign_in"),
    path("sign-out", SignOut.as_view(), name="sign_out"),
    path("password", NewPassword.as_view(), name="password"),
    path("new", new_project, name="new_project"),
    path("join/<str:token>", join, name="join"),
    path("<str:project_id>/", include("accounts.dashboard.health.urls")),
    path("<str:project_id>/", include("accounts.dashboard.connections.urls")),
    path("<str:project_id>/", include("accounts.dashboard.configs.urls")),
    path("<str:project_id>/", include("accounts.dashboard.developer.urls")),
    path("<str:project_id>/", include("accounts.dashboard.project.urls")),
]

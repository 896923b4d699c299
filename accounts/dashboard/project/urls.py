"""Which page is where, below `/dashboard/{project}/`."""

from __future__ import annotations

from django.urls import path

from accounts.dashboard.project.look import look, preview, sheet, verify
from accounts.dashboard.project.settings_page import settings_page
from accounts.dashboard.project.team import change_member, invite, remove, team, withdraw

urlpatterns = [
    path("team", team, name="team"),
    path("team/invite", invite, name="invite"),
    path("team/invitations/<str:id>/withdraw", withdraw, name="invitation_withdraw"),
    path("team/<int:user_id>", change_member, name="member"),
    path("team/<int:user_id>/remove", remove, name="member_remove"),
    path("settings", settings_page, name="settings"),
    path("look", look, name="look"),
    path("look/verify", verify, name="look_verify"),
    path("look/preview", preview, name="look_preview"),
    path("look/preview.css", sheet, name="look_sheet"),
]

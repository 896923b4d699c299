"""Which page is where, below `/dashboard/{project}/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.dashboard.connections.account_change import edit, revoke, switch
from accounts.dashboard.connections.account_deeds import ask, check, refresh
from accounts.dashboard.connections.account_list import accounts
from accounts.dashboard.connections.account_page import account
from accounts.dashboard.connections.people_list import people
from accounts.dashboard.connections.person_change import revoke_all, toggle
from accounts.dashboard.connections.person_page import person
from accounts.dashboard.connections.saved_views import delete, rename, save

urlpatterns: list[URLPattern] = [
    path("accounts", accounts, name="accounts"),
    path("accounts/views", save, name="view_save"),
    path("accounts/views/<str:id>/rename", rename, name="view_rename"),
    path("accounts/views/<str:id>/delete", delete, name="view_delete"),
    path("accounts/<str:id>", account, name="account"),
    path("accounts/<str:id>/check", check, name="account_check"),
    path("accounts/<str:id>/refresh", refresh, name="account_refresh"),
    path("accounts/<str:id>/ask", ask, name="account_ask"),
    path("accounts/<str:id>/switch", switch, name="account_switch"),
    path("accounts/<str:id>/edit", edit, name="account_edit"),
    path("accounts/<str:id>/revoke", revoke, name="account_revoke"),
    path("people", people, name="people"),
    path("people/<str:id>", person, name="person"),
    path("people/<str:id>/switch", toggle, name="person_switch"),
    path("people/<str:id>/revoke", revoke_all, name="person_revoke"),
]

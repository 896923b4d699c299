"""This floor's endpoints."""

from __future__ import annotations

from django.urls import path

from accounts.api.account import Account
from accounts.api.account_events import AccountEvents
from accounts.api.account_list import AccountList
from accounts.api.confirm import Confirm
from accounts.api.external_users import ExternalUserByName, ExternalUsers, ToggleExternalUser
from accounts.api.grouped import GroupedByToolkit
from accounts.api.link import Link
from accounts.api.tools import ExecuteTool, ExecutionLogs

urlpatterns = [
    path("connected_accounts", AccountList.as_view()),
    path("connected_accounts/link", Link.as_view()),
    path("connected_accounts/grouped-by-toolkit", GroupedByToolkit.as_view()),
    path("connected_accounts/<str:id>", Account.as_view()),
    path("connected_accounts/<str:id>/confirm", Confirm.as_view()),
    path("connected_accounts/<str:id>/events", AccountEvents.as_view()),
    path("external-users", ExternalUsers.as_view()),
    path("external-users/username/<str:username>", ExternalUserByName.as_view()),
    path("external-users/<str:id>/toggle-active", ToggleExternalUser.as_view()),
    path("tools/execute/<str:slug>", ExecuteTool.as_view()),
    path("tools/execution-logs", ExecutionLogs.as_view()),
]

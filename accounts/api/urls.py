"""This floor's endpoints."""

from __future__ import annotations

from django.urls import path

from accounts.api.account import Account
from accounts.api.account_events import AccountEvents
from accounts.api.confirm import Confirm
from accounts.api.create_account import Accounts
from accounts.api.credentials import Credentials, Refresh
from accounts.api.export_account import ExportAccount
from accounts.api.external_users import ExternalUserByName, ExternalUsers, ToggleExternalUser
from accounts.api.grouped import GroupedByToolkit
from accounts.api.import_accounts import ImportAccounts
from accounts.api.link import Link
from accounts.api.portal_sessions import PortalSessions
from accounts.api.proxy import Proxy
from accounts.api.tools import ExecuteTool, ExecutionLogs

urlpatterns = [
    path("connected_accounts", Accounts.as_view()),
    path("connected_accounts/import", ImportAccounts.as_view()),
    path("connected_accounts/link", Link.as_view()),
    path("connected_accounts/grouped-by-toolkit", GroupedByToolkit.as_view()),
    path("connected_accounts/<str:id>", Account.as_view()),
    path("connected_accounts/<str:id>/confirm", Confirm.as_view()),
    path("connected_accounts/<str:id>/credentials", Credentials.as_view()),
    path("connected_accounts/<str:id>/proxy", Proxy.as_view(), {"path": ""}),
    path("connected_accounts/<str:id>/proxy/", Proxy.as_view(), {"path": ""}),
    path("connected_accounts/<str:id>/proxy/<path:path>", Proxy.as_view()),
    path("connected_accounts/<str:id>/refresh", Refresh.as_view()),
    path("connected_accounts/<str:id>/events", AccountEvents.as_view()),
    path("connected_accounts/<str:id>/export", ExportAccount.as_view()),
    path("external-users", ExternalUsers.as_view()),
    path("external-users/username/<str:username>", ExternalUserByName.as_view()),
    path("external-users/<str:id>/toggle-active", ToggleExternalUser.as_view()),
    path("portal_sessions", PortalSessions.as_view()),
    path("tools/execute/<str:slug>", ExecuteTool.as_view()),
    path("tools/execution-logs", ExecutionLogs.as_view()),
]

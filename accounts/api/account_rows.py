"""Accounts as plain rows, for reading in numbers: one query with what is shown, and nothing is opened on the way.

Django would parse each JSON column, decrypt the connection's data and make every time aware, field by field; that is
most of what a list of a hundred costs. The compiled query is run as it is instead, and a row is read once, by the names
below.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from accounts.models import ConnectedAccount

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]


class AccountRow(NamedTuple):
    """As the database gives it: JSON as text, `connection_data` as ciphertext, times aware or in UTC without saying so."""

    id: str
    toolkit_slug: str
    status: str
    status_reason: str
    status_message: str
    is_disabled: bool | int
    display_name: str | None
    labels: str
    identity_id: str
    identity_name: str
    identity_email: str
    identity_workspace: str
    connection_data: str
    scopes_requested: str
    scopes_granted: str | None
    secret_names: str
    expires_at: datetime | None
    last_used_at: datetime | None
    last_refreshed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    auth_config_id: str
    auth_config__auth_scheme: str
    auth_config__is_provider_managed: bool | int
    auth_config__is_disabled: bool | int
    external_user_id: str
    external_user__name: str


def read_rows(accounts: Accounts) -> list[AccountRow]:
    """The rows of a queryset, in one query."""
    sql, parameters = accounts.values_list(*AccountRow._fields).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [AccountRow._make(row) for row in cursor.fetchall()]

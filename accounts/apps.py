"""The second floor."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class AccountsApp(AppConfig):
    """Connected accounts: links, callbacks, credentials, revocation."""

    name = "accounts"
    verbose_name = "Connected accounts"

    def ready(self) -> None:
        """Registers what falls due on this floor, and what depends on an auth config."""
        from accounts.actions import due_work
        from accounts.actions.accounts_of_auth_config import count_accounts
        from accounts.actions.revoke_account import revoke_accounts_of
        from authconfigs.actions.dependents import register_dependents

        due_work.register()
        register_dependents(count=count_accounts, revoke_all=revoke_accounts_of)
        post_migrate.connect(_keep_label_table, sender=self, dispatch_uid="accounts.labels")


def _keep_label_table(using: str, **_: Any) -> None:
    from accounts.models.labels import keep_label_table

    keep_label_table(connections[using])

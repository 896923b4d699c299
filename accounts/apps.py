"""The second floor."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsApp(AppConfig):
    """Connected accounts: links, callbacks, credentials, revocation."""

    name = "accounts"
    verbose_name = "Connected accounts"

    def ready(self) -> None:
        """Registers what falls due on this floor, and what depends on an auth config."""
        from accounts.actions import due_work
        from accounts.actions.accounts_of_auth_config import count_accounts, revoke_accounts
        from authconfigs.actions.dependents import register_dependents

        due_work.register()
        register_dependents(count=count_accounts, revoke_all=revoke_accounts)

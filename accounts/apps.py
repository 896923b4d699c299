"""The second floor."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsApp(AppConfig):
    """Connected accounts: links, callbacks, credentials, revocation."""

    name = "accounts"
    verbose_name = "Connected accounts"

    def ready(self) -> None:
        """Registers what falls due on this floor."""
        from accounts.actions import due_work

        due_work.register()

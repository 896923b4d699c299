"""The ground."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db.models.signals import post_migrate


class FlowraApp(AppConfig):
    """Projects, keys, secrets at rest, the way out, the trail, work that is due."""

    name = "flowra"
    verbose_name = "Projects and keys"

    def ready(self) -> None:
        """Registers the start-up checks, the check of the encryption keys and the ground's chores."""
        from flowra import checks, keys_in_use  # noqa: F401 - importing registers the checks
        from flowra.due import heartbeat
        from flowra.due.kinds import Chore, at_first_use, register_chore
        from flowra.webhooks import due_work

        def after_migrate(using: str, **_: object) -> None:
            try:
                keys_in_use.check_and_record(using)
            except ImproperlyConfigured as refusal:
                raise CommandError(str(refusal)) from refusal

        post_migrate.connect(after_migrate, sender=self, weak=False, dispatch_uid="flowra.keys_in_use")
        register_chore("keys_in_use", Chore(keys_in_use.check_and_record, every=timedelta(minutes=10)))
        register_chore(
            "sites",
            Chore(at_first_use("flowra.actions.recheck_sites.recheck_sites"), every=timedelta(hours=6)),
        )
        register_chore("heartbeats", Chore(heartbeat.forget_the_lost, every=timedelta(hours=1)))
        due_work.register()


class FlowraAdmin(AdminConfig):
    """Django's admin with our site, which answers odd input in words."""

    default_site = "flowra.admin_site.FlowraAdminSite"

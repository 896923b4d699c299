"""`manage.py worker`: background work alone, any number of them on any machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from flowra.serving.background import run_worker
from flowra.serving.first_run import prepare_database


class Command(BaseCommand):
    """Sweeps what is due until SIGTERM or Ctrl-C; what was begun is ended first."""

    help = "Runs background work (revocations, links that run out, …) until it is stopped. Run as many as you like."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when the database is not ready, or an encryption key is missing."""
        prepare_database()
        connections.close_all()
        run_worker(lambda: self.stderr.write("The worker is running. Ctrl-C ends it."))

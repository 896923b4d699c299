"""`manage.py worker`: background work alone, any number of them on any machine."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from flowra.keys_in_use import check_and_record
from flowra.serving.background import run_worker


class Command(BaseCommand):
    """Sweeps what is due until SIGTERM or Ctrl-C; what was begun is ended first."""

    help = "Runs background work (revocations, links that run out, …) until it is stopped. Run as many as you like."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when an encryption key is missing."""
        try:
            check_and_record()
        except ImproperlyConfigured as refusal:
            raise CommandError(str(refusal)) from refusal
        connections.close_all()
        self.stderr.write("The worker is running. Ctrl-C ends it.")
        run_worker()

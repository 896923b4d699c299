"""`manage.py serve`: web and background work in one supervised command; the first run sets everything up."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser

from flowra.models import Project
from flowra.serving.address import LOOPBACK, answers_http, public_url_follows, require_free, url_of
from flowra.serving.background import run_worker
from flowra.serving.demo import prepare_demo, require_demo_is_safe
from flowra.serving.first_run import leave_no_connection, prepare_database, refuse_errors
from flowra.serving.screen import Screen
from flowra.serving.supervisor import Part, Supervisor
from flowra.serving.web import load_application, run_web


class Command(BaseCommand):
    """Migrates the embedded database if need be, then runs until SIGTERM or Ctrl-C."""

    help = "Runs Flowra: web and background work. The first run makes the embedded database and the keys."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`--host`, `--port`, `--workers`, `--demo`."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
        parser.add_argument("--port", type=_port, default=8000, help="port to listen on (default: 8000)")
        parser.add_argument(
            "--workers", type=_count, default=1, help="web processes, of 32 threads each (default: 1)"
        )
        parser.add_argument(
            "--demo",
            action="store_true",
            help="also a practice provider, a sample app and an admin, to try it out",
        )

    def handle(self, *args: Any, host: str, port: int, workers: int, demo: bool, **options: Any) -> None:
        """Exits 0 after a stop in good order; raises CommandError when it cannot start."""
        require_free(host, port)
        public_url_follows(host, port)
        if demo:
            require_demo_is_safe(host)
        refuse_errors()
        prepare_database()
        shown = prepare_demo(port) if demo else None
        screen = Screen(
            url=url_of(host, port),
            manage=_as_it_was_called(),
            is_for_others=host not in LOOPBACK,
            has_staff=get_user_model()._default_manager.filter(is_staff=True).exists(),
            has_projects=Project.objects.exists(),
            demo=shown,
        )
        load_application()
        leave_no_connection()
        parts = [Part("web server", lambda: run_web(host, port, workers)), Part("worker", run_worker)]
        if shown is not None:
            parts.append(Part("practice provider", shown.run))
        code = Supervisor(
            parts,
            is_ready=lambda: (
                answers_http(host, port) and (shown is None or answers_http("127.0.0.1", shown.acme_port))
            ),
            when_ready=lambda: print(screen.text(), file=self.stdout, flush=True),
        ).run()
        if code:
            sys.exit(code)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ArgumentTypeError(f"{text} is not a port: give a number from 1 to 65535.")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise ArgumentTypeError(f"{text} is not a number from 1 to 64.")
    return int(text)


def _as_it_was_called() -> str:
    program = Path(sys.argv[0]).name
    return f"python {program}" if program.endswith(".py") else program

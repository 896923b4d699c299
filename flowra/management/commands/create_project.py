"""`manage.py create_project`: a project and its first API key."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from flowra.actions.create_api_key import create_api_key
from flowra.actions.create_project import create_project
from flowra.errors import FlowraError
from flowra.events.record import Actor
from flowra.serving.first_run import prepare_database

COMMAND_LINE = Actor("system", name="manage.py create_project")


class Command(BaseCommand):
    """Makes both or neither; the key's text is on standard output this once."""

    help = 'Makes a project and an API key. The last line is JSON: {"projectId", "name", "apiKey"}.'
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`NAME`, `--callback-origin`, `--owner-email`, `--test`."""
        parser.add_argument("name", metavar="NAME", help="what end users read on the connect page")
        parser.add_argument(
            "--callback-origin",
            action="append",
            default=[],
            metavar="URL",
            help="an origin that people may be sent back to, like https://app.example.com; repeatable",
        )
        parser.add_argument(
            "--custom-scheme",
            action="append",
            default=[],
            metavar="SCHEME",
            help="a mobile app's own scheme that a callback may lead to, like com.example.app; repeatable",
        )
        parser.add_argument(
            "--owner-email",
            default="",
            metavar="ADDRESS",
            help="who is written to when something needs a person; else the superusers of this Flowra",
        )
        parser.add_argument("--test", action="store_true", help="its keys begin with flw_test_")

    def handle(
        self,
        *args: Any,
        name: str,
        callback_origin: list[str],
        custom_scheme: list[str],
        owner_email: str,
        test: bool,
        **options: Any,
    ) -> None:
        """Raises CommandError saying which argument is wrong; then nothing was stored."""
        prepare_database()
        try:
            with transaction.atomic():
                project = create_project(
                    name,
                    actor=COMMAND_LINE,
                    callback_origins=callback_origin,
                    custom_schemes=custom_scheme,
                    is_test=test,
                    owner_email=owner_email,
                )
                key = create_api_key(project, actor=COMMAND_LINE, name="first key")
        except FlowraError as error:
            raise CommandError("\n".join(_on_the_command_line(error, callback_origin))) from error
        self.stderr.write("The key is shown this once: only its hash is stored.")
        self.stdout.write(
            json.dumps(
                {"projectId": project.pk, "name": project.name, "apiKey": key.text}, ensure_ascii=False
            )
        )


def _on_the_command_line(error: FlowraError, origins: list[str]) -> list[str]:
    words = []
    for problem in error.errors:
        field, _, index = problem.field.partition(".")
        if field == "callbackOrigins":
            given = f" {origins[int(index)][:200]}" if index.isdecimal() else ""
            words.append(f"--callback-origin{given}: {problem.message}")
        elif field == "customSchemes":
            words.append(f"--custom-scheme: {problem.message}")
        elif field == "ownerEmail":
            words.append(f"--owner-email: {problem.message}")
        else:
            words.append(f"NAME: {problem.message}")
    return words or [error.message]

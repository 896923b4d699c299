"""`manage.py create_api_key`: one more key for a project."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flowra.actions.create_api_key import create_api_key
from flowra.errors import FlowraError
from flowra.events.record import Actor
from flowra.models import Project
from flowra.serving.first_run import prepare_database

COMMAND_LINE = Actor("system", name="manage.py create_api_key")
ARGUMENTS = {"scopes": "--scopes", "name": "--name", "expiresInDays": "--expires-in-days"}


class Command(BaseCommand):
    """The key's text is on standard output this once."""

    help = 'Makes an API key for a project. The last line is JSON: {"apiKey", "scopes"}.'
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """`PROJECT_ID`, `--scopes`, `--name`, `--expires-in-days`."""
        parser.add_argument("project_id", metavar="PROJECT_ID", help="as create_project printed it: pr_…")
        parser.add_argument(
            "--scopes", metavar="A,B", help="comma-separated (default: all but the two credentials: ones)"
        )
        parser.add_argument("--name", default="", help="what tells it from the project's other keys")
        parser.add_argument(
            "--expires-in-days", type=int, metavar="N", help="it runs out then (default: never)"
        )

    def handle(
        self,
        *args: Any,
        project_id: str,
        scopes: str | None,
        name: str,
        expires_in_days: int | None,
        **options: Any,
    ) -> None:
        """Raises CommandError saying which argument is wrong; then nothing was stored."""
        prepare_database()
        wanted = None if scopes is None else [each.strip() for each in scopes.split(",") if each.strip()]
        if wanted == []:
            raise CommandError("--scopes: name at least one scope, or leave it out")
        try:
            project = Project.objects.filter(pk=project_id).first() if project_id.isprintable() else None
            if project is None:
                raise CommandError(f"PROJECT_ID: there is no project {project_id[:60]!r}")
            key = create_api_key(
                project, actor=COMMAND_LINE, scopes=wanted, name=name, expires_in_days=expires_in_days
            )
        except FlowraError as error:
            words = [f"{ARGUMENTS.get(each.field, each.field)}: {each.message}" for each in error.errors]
            raise CommandError("\n".join(words) or error.message) from error
        self.stderr.write("The key is shown this once: only its hash is stored.")
        self.stdout.write(json.dumps({"apiKey": key.text, "scopes": list(key.key.scopes)}))

"""What `serve` prints once it answers: one screen that a newcomer can act on."""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.conf import settings

from flowra.keys_at_first_run import FILE_NAME
from flowra.serving.demo import ADMIN_NAME, Demo


@dataclass(frozen=True, slots=True)
class Screen:
    """`url` is where this machine reaches the server; the public URL is what the settings say.

    `is_for_others`: it listens where other machines reach it.
    """

    url: str
    manage: str
    is_for_others: bool
    has_staff: bool
    has_projects: bool
    demo: Demo | None = None

    def text(self) -> str:
        """The screen, as plain text."""
        public = settings.FLOWRA_PUBLIC_URL
        lines = ["", f"Flowra is running at {self.url}", ""]
        if public != self.url:
            lines += [f"  Public URL  {public}"]
        elif self.is_for_others:
            lines += ["  Others      cannot open it yet: set FLOWRA_PUBLIC_URL to its https address"]
        lines += [
            f"  Dashboard   {public}/dashboard/   for those who run the app",
            f"  Admin       {public}/admin/   for support",
            f"  API         {public}/api/v1/   its description: {public}/api/v1/docs",
            f"  Data        {_database()}",
            f"  Keys        {_keys()}",
        ]
        if self.demo is not None:
            lines[3:3] = _of_the_demo(self.demo, self.manage)
        steps = []
        if not self.has_staff:
            steps.append(("Make yourself an admin", "createsuperuser"))
        if not self.has_projects:
            steps.append(("Make a project and its API key", 'create_project "My app"'))
        if steps:
            lines += ["", "Next, in another terminal:"]
            lines += [f"  {words + ':':33}{self.manage} {command}" for words, command in steps]
        return "\n".join([*lines, "", "Ctrl-C ends it.", ""])


def _of_the_demo(demo: Demo, manage: str) -> list[str]:
    sign_in = (
        f"as {ADMIN_NAME}, password {demo.admin_password}   (made now, shown this once)"
        if demo.admin_password
        else f"as before; forgotten? {manage} changepassword {ADMIN_NAME}"
    )
    return [
        f"  Open first  {demo.acme_url}   Acme, a sample app: press Connect there",
        f"  Provider    {demo.provider_url}   a practice service that Acme connects to; nothing there is real",
        f"  Sign in     {sign_in}",
    ]


def _database() -> str:
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return str(database["NAME"])
    return f"PostgreSQL, {database['NAME']} on {database.get('HOST') or 'this machine'}"


def _keys() -> str:
    path = settings.FLOWRA_DATA_DIR / FILE_NAME
    if path.exists() and not os.environ.get("FLOWRA_ENCRYPTION_KEYS", "").strip():
        return f"{path}   keep a copy: without it the data cannot be read"
    return "as given in the environment"

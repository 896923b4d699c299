"""`serve --demo`: a sample project, an admin, and a practice provider and sample app on loopback beside them.

The provider and the app live with the tests, in a checkout: `python -m tests.provider.demo`, whose `main` gets the
same command line here. Their secrets go by the environment, where `ps` does not show them.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from flowra.actions.create_api_key import create_api_key
from flowra.actions.create_project import create_project
from flowra.actions.revoke_api_key import revoke_api_key
from flowra.actions.update_branding import update_branding
from flowra.actions.update_project import update_project
from flowra.events.record import Actor
from flowra.models import ApiKey, Project
from flowra.serving.address import LOOPBACK, free_port, is_free

DEMO_MODULE = "tests.provider.demo"
PROJECT_NAME = "Acme"
KEY_NAME = "the sample app's key, made by serve --demo"
ADMIN_NAME = "admin"
DEMO = Actor("system", name="manage.py serve --demo")
PROVIDER_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PracticeClient:
    """How Flowra is known at the practice provider, and the auth config that says so."""

    auth_config_id: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What runs besides, and what the screen says of it. `admin_password` is None when there was an admin before."""

    provider_port: int
    acme_port: int
    client: PracticeClient
    api_key: str = field(repr=False)
    admin_password: str | None = field(repr=False)

    @property
    def provider_url(self) -> str:
        """Where the practice provider answers."""
        return f"http://{PROVIDER_ADDRESS}:{self.provider_port}"

    @property
    def acme_url(self) -> str:
        """Where the sample app answers: what to open first."""
        return f"http://{PROVIDER_ADDRESS}:{self.acme_port}"

    def command_line(self) -> list[str]:
        """What `tests.provider.demo` is called with."""
        return [
            *("--provider-port", str(self.provider_port)),
            *("--acme-port", str(self.acme_port)),
            *("--client-id", self.client.client_id),
            *("--redirect-uri", self.client.redirect_uri),
            *("--flowra-url", settings.FLOWRA_PUBLIC_URL),
            *("--auth-config-id", self.client.auth_config_id),
            *("--state-file", str(settings.FLOWRA_DATA_DIR / "practice.json")),
        ]

    def run(self) -> None:
        """The provider and the app, until SIGTERM; for a process of their own."""
        os.environ["PRACTICE_CLIENT_SECRET"] = self.client.client_secret
        os.environ["FLOWRA_API_KEY"] = self.api_key
        import_module(DEMO_MODULE).main(self.command_line())


def require_demo_is_safe(host: str) -> None:
    """Raises CommandError where a demo would open a real installation: anywhere but on loopback."""
    if host not in LOOPBACK or urlsplit(settings.FLOWRA_PUBLIC_URL).hostname not in LOOPBACK:
        raise CommandError(
            "--demo is for trying out on this machine: it lets Flowra call loopback addresses. "
            "Leave out --demo, or --host and FLOWRA_PUBLIC_URL."
        )
    try:
        found = find_spec(DEMO_MODULE) is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        raise CommandError("--demo needs a checkout with its tests/ folder: the practice provider is there.")


def prepare_demo(port: int) -> Demo:
    """Makes what is not there yet, and a fresh key for the sample app: only the hash of the last one is stored.

    From here on Flowra may call 127.0.0.1, this process and what it starts, until it ends.
    """
    settings.FLOWRA_OUTBOUND_ALLOW = (
        *settings.FLOWRA_OUTBOUND_ALLOW,
        ipaddress.ip_network(f"{PROVIDER_ADDRESS}/32"),
    )
    provider_port, acme_port = _ports_beside(port)
    provider_url, acme_url = (f"http://{PROVIDER_ADDRESS}:{each}" for each in (provider_port, acme_port))
    old_keys = list(ApiKey.objects.filter(name=KEY_NAME).select_related("project").order_by("-created_at"))
    project = _project(old_keys, acme_url)
    register: object = import_string(settings.FLOWRA_DEMO_REGISTER)
    assert callable(register)
    client = register(project, provider_url, DEMO)
    key = create_api_key(project, actor=DEMO, name=KEY_NAME)
    for old in old_keys:
        revoke_api_key(old, DEMO, reason="the sample app was started anew")
    return Demo(provider_port, acme_port, client, key.text, _admin_password())


def _ports_beside(port: int) -> tuple[int, int]:
    """The two ports after Flowra's where they are free, so that they are the same at the next start."""
    wanted = (port + 1, port + 2)
    if wanted[1] <= 65535 and all(is_free(PROVIDER_ADDRESS, each) for each in wanted):
        return wanted
    first, second = free_port(), free_port()
    while second == first:
        second = free_port()
    return first, second


def _project(keys: Sequence[ApiKey], acme_url: str) -> Project:
    if not keys:
        made = create_project(PROJECT_NAME, actor=DEMO, callback_origins=[acme_url])
        return update_branding(made, DEMO, accent="#0b7a4b", support_contact="help@acme.example")
    project = keys[0].project
    return update_project(
        project, DEMO, callback_origins=list(dict.fromkeys([*project.callback_origins, acme_url]))
    )


def _admin_password() -> str | None:
    users = get_user_model()._default_manager
    if users.filter(is_staff=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    users.create_superuser(ADMIN_NAME, "ops@example.com", password)
    return password

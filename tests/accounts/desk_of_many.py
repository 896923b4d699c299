"""Revoking many, as tests do it from support's desk."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from accounts.models import ConnectedAccount, RevocationRun
from authconfigs.models import AuthConfig
from tests.accounts.desk import LIST
from tests.factories import make_account, make_external_user

ALL = f"{LIST}revoke-all/"
RUNS = "/admin/accounts/revocationrun/"


def make_many(auth_config: AuthConfig, count: int, name: str = "ann") -> list[ConnectedAccount]:
    """So many accounts of one person, `ann0@example.com` and so on."""
    person = make_external_user(auth_config.project, name)
    return [
        make_account(
            auth_config, person, secrets={"access_token": "s3cret"}, identity_email=f"{name}{n}@example.com"
        )
        for n in range(count)
    ]


def hidden_fields(page: Any) -> dict[str, str]:
    """What the form says that was looked at."""
    found = re.findall(r'name="(seen|as_of)" value="([^"]+)"', page.content.decode())
    assert len(found) == 2
    return dict(found)


def confirm(client: Client, query: str, **fields: str) -> Any:
    """Looks at the page, writes a reason and presses the button."""
    seen = hidden_fields(client.get(f"{ALL}?{query}"))
    return client.post(f"{ALL}?{query}", {"reason": "The customer left.", **seen, **fields})


def only_run() -> RevocationRun:
    """The one that there is."""
    return RevocationRun.objects.get()


def page_of(run: RevocationRun) -> str:
    """Where it is watched."""
    return f"{RUNS}{run.pk}/change/"

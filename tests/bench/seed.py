"""A database of some size, as an app's would be: `python -m tests.bench.seed 100000` prints what to ask for as JSON."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import django

TOOLKITS = (
    "slack",
    "github",
    "gmail",
    "google-calendar",
    "outlook",
    "notion",
    "hubspot",
    "linear",
    "discord",
    "zendesk",
)
BATCH = 2_000
PAGES_ON = 500


def seed(size: int) -> dict[str, object]:
    """Makes a project of `size` accounts, and another of a tenth; answers the key and ids to ask for."""
    from django.db import connection

    from accounts.models import ConnectedAccount, ExternalUser
    from tests.factories import make_auth_config, make_key, make_project

    chance = random.Random(size)
    project = make_project()
    _, key = make_key(project)
    configs = [make_auth_config(project, slug) for slug in TOOLKITS]
    users = [ExternalUser(project=project, name=f"customer_{number}") for number in range(max(size // 3, 1))]
    ExternalUser.objects.bulk_create(users, batch_size=BATCH)
    other = make_project("Other")
    other_configs = [make_auth_config(other, "slack")]
    other_users = [ExternalUser.objects.create(project=other, name="somebody")]
    ids: list[str] = []
    for count, of_configs, of_users in ((size, configs, users), (size // 10, other_configs, other_users)):
        accounts = _accounts(count, of_configs, of_users, chance)
        while batch := list(islice(accounts, BATCH)):
            ConnectedAccount.objects.bulk_create(batch)
            ids += [account.pk for account in batch]
    if (
        connection.vendor == "postgresql"
    ):  # its autovacuum would have done it by itself by then; SQLite has none
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return {
        "key": key,
        "ids": chance.sample(ids[:size], min(size, 200)),
        "authConfigId": configs[0].pk,
        "eUID": chance.choice(users).pk,
        "userName": chance.choice(users).name,
    }


def _accounts(count: int, configs: list[Any], users: list[Any], chance: random.Random) -> Iterator[Any]:
    """Made one a second, three at the same instant: ties are what lists stumble over."""
    from accounts.models import ConnectedAccount

    begin = datetime(2026, 1, 1, 9, 30, 0, 123456, tzinfo=UTC)
    for number in range(count):
        config = chance.choice(configs)
        at = begin + timedelta(seconds=number // 3 * 3)
        labels = ["eu" if number % 2 else "us"]
        if number % 100 == 0:
            labels.append("vip")
        yield ConnectedAccount(
            project_id=config.project_id,
            auth_config=config,
            external_user=chance.choice(users),
            toolkit_slug=config.toolkit_slug,
            status=chance.choices(("ACTIVE", "EXPIRED", "FAILED", "INITIATED"), (85, 5, 5, 5))[0],
            labels=labels,
            identity_id=f"U{number:08}",
            identity_name=f"Person {number}",
            identity_email=f"person{number}@example.com",
            connection_data={"subdomain": f"acme{number}"} if config.toolkit_slug == "zendesk" else {},
            scopes_requested=["read", "write"],
            scopes_granted=["read", "write"],
            secret_names=["access_token", "refresh_token"],
            expires_at=at + timedelta(hours=1),
            created_at=at,
            updated_at=at + timedelta(seconds=chance.randrange(86_400)),
        )


if __name__ == "__main__":
    django.setup()
    print(json.dumps(seed(int(sys.argv[1]))))

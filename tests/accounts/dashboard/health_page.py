"""The health page as tests read it, and what it is counted from."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.actions.keep_figures import count_anew
from accounts.models import (
    ConnectedAccount,
    Credential,
    DashboardFigures,
)
from flowra.due.row import claim
from flowra.models import Project

AsMember = Callable[..., Client]
TOKENS = {"access_token": "at-secret-1", "refresh_token": "rt-secret-1"}
LEASE = timedelta(seconds=60)


def page(browser: Client, project: Project, query: str = "") -> Any:
    answer = browser.get(f"/dashboard/{project.pk}/{query}")
    assert answer.status_code == 200
    return answer


def figure(answer: Any, name: str) -> tuple[str, str]:
    """What a figure leads to, and its number."""
    found = re.search(
        rf'id="figure-{name}" href="([^"]+)".*?<strong[^>]*>([^<]+)</strong>', answer.content.decode(), re.S
    )
    assert found is not None, name
    return found[1].replace("&amp;", "&"), found[2]


def failing(account: ConnectedAccount, **fields: Any) -> None:
    Credential.objects.filter(pk=account.pk).update(
        failures=2,
        retry_at=timezone.now() + timedelta(minutes=1),
        trouble={"code": "provider_failed", "message": "The service answered 503.", "status": 502},
        **fields,
    )


def no_longer_fresh(project: Project, **ago: int) -> None:
    DashboardFigures.objects.filter(pk=project.pk).update(
        computed_at=timezone.now() - timedelta(**(ago or {"seconds": 20}))
    )


def work() -> int:
    """What a worker's sweep does; answers how many it counted."""
    rows = claim(DashboardFigures, limit=20, lease=LEASE)
    for row in rows:
        count_anew(row)
    return len(rows)

"""The three steps to the first connection, each with its state."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

from accounts.dashboard.gate import Here
from accounts.models import ConnectedAccount, Status
from accounts.pages.account_words import status_badge
from accounts.pages.what_is_wrong import what_and_whose_turn
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra.models import ApiKey, Project

KEY_STANDS_HERE = "YOUR_API_KEY"


def has_connected(project: Project) -> bool:
    """Whether some account is connected now; one read from an index."""
    return ConnectedAccount.live.filter(project=project, status=Status.ACTIVE).exists()


def is_used_by_app(project: Project) -> bool:
    """Whether any key of the project was ever used."""
    return ApiKey.objects.filter(project=project, last_used_at__isnull=False).exists()


def first_run(here: Here) -> dict[str, Any]:
    """What the steps show. `step` is the one that is next: 1 to set up, 2 to connect, 3 to use it.

    The auth config is the newest that is switched on, or none.
    """
    configs = list(
        AuthConfig.live.filter(project=here.project).order_by("is_disabled", "-created_at", "-id")[:1]
    )
    auth_config = configs[0] if configs else None
    toolkit = None
    must_confirm = False
    if auth_config is not None:
        toolkit = toolkits_for(here.project, [auth_config.toolkit_slug]).get(auth_config.toolkit_slug)
        must_confirm = (
            here.project.require_confirmation and scheme_named(auth_config.auth_scheme).needs_redirect
        )
    has_key = ApiKey.objects.filter(project=here.project, revoked_at__isnull=True).exists()
    is_off = auth_config is not None and auth_config.is_disabled
    tried = _last_try(here)
    stand = (
        auth_config.pk if auth_config else "",
        is_off,
        has_key,
        *((tried.pk, tried.status) if tried else ()),
    )
    return {
        "have": " ".join(map(str, stand)),
        "tried": _told(here, tried) if tried else None,
        "step": 1 if auth_config is None else 2,
        "auth_config": auth_config,
        "service": toolkit.name if toolkit else "",
        "is_off": is_off,
        "must_confirm": must_confirm,
        "has_key": has_key,
        "curl": _curl(auth_config.pk if auth_config else "AUTH_CONFIG_ID"),
        "call": "POST /api/v1/connected_accounts/link",
    }


def _last_try(here: Here) -> ConnectedAccount | None:
    found = ConnectedAccount.live.filter(project=here.project).select_related(
        "auth_config", "external_user", "project"
    )
    return found.defer("profile", "connection_data").order_by("-created_at", "-id").first()


def _told(here: Here, account: ConnectedAccount) -> dict[str, Any]:
    """How far whoever tried last has come, in words, and where the whole of it is."""
    known = toolkits_for(here.project, [account.toolkit_slug]).get(account.toolkit_slug)
    what, _ = what_and_whose_turn(account, known.name if known else account.toolkit_slug, None)
    return {"badge": status_badge(account), "what": what, "url": here.url("account", account.pk)}


def _curl(auth_config_id: str) -> str:
    body = json.dumps({"authConfigId": auth_config_id, "eUID": "customer_42"})
    return (
        f"curl -X POST {settings.FLOWRA_PUBLIC_URL}/api/v1/connected_accounts/link \\\n"
        f'  -H "x-api-key: {KEY_STANDS_HERE}" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{body}'"
    )

"""A connected account as the contract shows it. Nothing sealed is opened for it: a secret is known by its name alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings

from accounts.api.account_rows import AccountRow, instant_of
from accounts.models import ConnectedAccount, StatusReason
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.logo import logo_url
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.schemes import SCHEMES
from flowra.models import Project
from flowra.redaction import MASK

_REASONS: dict[str, str] = {reason.value: str(reason.label) for reason in StatusReason}
MAX_KEPT = 1_000
_NOTHING: dict[str, Any] = {}
_CONNECTION_DATA: Any = ConnectedAccount._meta.get_field("connection_data")


@dataclass(frozen=True, slots=True)
class ShownToolkit:
    """What an account shows of its toolkit; `asks` are the schemes under which a connection has data of its own."""

    shown: dict[str, str]
    name: str
    test_endpoint: str | None
    asks: frozenset[str]


def present_accounts(project: Project, rows: Iterable[AccountRow]) -> list[dict[str, Any]]:
    """The rows as the contract's objects, with one query for the toolkits."""
    found = list(rows)
    toolkits = toolkits_shown(project, {row.toolkit_slug for row in found})
    return [present_account(row, toolkits[row.toolkit_slug]) for row in found]


def present_account(row: AccountRow, toolkit: ShownToolkit) -> dict[str, Any]:
    """One account, its keys in the contract's order."""
    labels = _texts(row.labels)
    auth_scheme = row.auth_config__auth_scheme
    data = _opened(row.connection_data) if auth_scheme in toolkit.asks else _NOTHING
    reason = row.status_reason
    return {
        "id": row.id,
        "toolkit": toolkit.shown,
        "authConfig": _auth_config(
            row.auth_config_id,
            auth_scheme,
            bool(row.auth_config__is_provider_managed),
            bool(row.auth_config__is_disabled),
        ),
        "displayName": row.display_name,
        "label": row.display_name
        or (labels[0] if labels else "")
        or row.identity_email
        or row.identity_name
        or row.identity_workspace
        or toolkit.name,
        "labels": labels,
        "eUID": row.external_user_id,
        "externalUser": {"id": row.external_user_id, "name": row.external_user__name},
        "status": row.status,
        "statusReason": {"code": reason, "message": row.status_message or _REASONS.get(reason, "")}
        if reason
        else None,
        "isDisabled": bool(row.is_disabled),
        "duplicateOf": row.duplicate_of or None,
        "sharedWith": orjson.loads(row.shared_with) if row.shared_with else None,
        "identity": {
            "id": row.identity_id or None,
            "name": row.identity_name or None,
            "email": row.identity_email or None,
            "workspace": row.identity_workspace or None,
        },
        "scopes": _scopes(row.scopes_requested, row.scopes_granted),
        "expiresAt": instant_of(row.expires_at),
        "lastUsedAt": instant_of(row.last_used_at),
        "lastRefreshedAt": instant_of(row.last_refreshed_at),
        "createdAt": instant_of(row.created_at),
        "updatedAt": instant_of(row.updated_at),
        "state": {"authScheme": auth_scheme, "val": {**data, **_masked(row.secret_names)}},
        "data": data,
        "params": _NOTHING,
        "testRequestEndpoint": toolkit.test_endpoint,
        "deprecated": {"labels": labels, "uuid": row.id},
    }


# Most accounts of an app have the same few lists of labels and scopes: each is read once. Nobody changes what is shared.
@lru_cache(maxsize=MAX_KEPT)
def _texts(stored: str) -> list[str]:
    texts: list[str] = orjson.loads(stored)
    return texts


@lru_cache(maxsize=MAX_KEPT)
def _scopes(requested: str, granted: str | None) -> dict[str, list[str] | None]:
    asked, given = _texts(requested), _texts(granted) if granted else None
    missing = [] if given is None else [scope for scope in asked if scope not in set(given)]
    return {"requested": asked, "granted": given, "missing": missing}


@lru_cache(maxsize=MAX_KEPT)
def _auth_config(id: str, auth_scheme: str, is_provider_managed: bool, is_disabled: bool) -> dict[str, Any]:
    return {
        "id": id,
        "authScheme": auth_scheme,
        "isProviderManaged": is_provider_managed,
        "isDisabled": is_disabled,
        "deprecated": {"uuid": id},
    }


@lru_cache(maxsize=MAX_KEPT)
def _opened(connection_data: str) -> dict[str, Any]:
    data: dict[str, Any] = _CONNECTION_DATA.from_db_value(connection_data)
    return data


@lru_cache(maxsize=MAX_KEPT)
def _masked(secret_names: str) -> dict[str, str]:
    return dict.fromkeys(_texts(secret_names), MASK)


def toolkits_shown(project: Project, slugs: Iterable[str]) -> dict[str, ShownToolkit]:
    """What is shown of each toolkit, by slug; the slug alone of one that is no longer known."""
    wanted = set(slugs)
    if not wanted:
        return {}
    found = toolkits_for(project, wanted)
    return {slug: _shown(slug, found.get(slug)) for slug in wanted}


_kept: dict[str, tuple[Toolkit, str, ShownToolkit]] = {}


def _shown(slug: str, toolkit: Toolkit | None) -> ShownToolkit:
    """Made once for each toolkit, and again when it was changed."""
    if toolkit is None:
        return ShownToolkit({"slug": slug, "name": slug, "logo": ""}, slug, None, frozenset())
    kept = _kept.get(slug)
    if kept is not None and kept[0] is toolkit and kept[1] == settings.FLOWRA_PUBLIC_URL:
        return kept[2]
    shown = ShownToolkit(
        {"slug": slug, "name": toolkit.name, "logo": logo_url(toolkit)},
        toolkit.name,
        _test_endpoint(toolkit),
        frozenset(
            name
            for name, scheme in SCHEMES.items()
            if toolkit.connection_fields or any(not field.secret for field in scheme.account_fields(toolkit))
        ),
    )
    if len(_kept) >= MAX_KEPT:
        _kept.clear()
    _kept[slug] = (toolkit, settings.FLOWRA_PUBLIC_URL, shown)
    return shown


def _test_endpoint(toolkit: Toolkit) -> str | None:
    if toolkit.test_call is None:
        return None
    url = toolkit.test_call.url
    return url if "://" in url else f"{toolkit.base_url.rstrip('/')}/{url.lstrip('/')}"

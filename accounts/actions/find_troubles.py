"""What does not work just now, whoever's turn it is: services, clients, revocations, webhooks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q
from django.db.models.fields.json import KT

from accounts.models import Credential, Revocation, RevocationOutcome, Status
from authconfigs.models import AuthConfig
from flowra.models import WebhookEndpoint

# The permission ends soon, and only the person can give it again.
SOON = Q(status=Status.ACTIVE, credential__warned_at__isnull=False)
# The last try to renew its access failed, and another is to come.
FAILING = Q(status=Status.ACTIVE, credential__retry_at__isnull=False, credential__failures__gt=0)
MOST = 50
GIVEN_UP_FOR = timedelta(days=7)


def find_troubles(project_id: str, now: datetime) -> list[dict[str, Any]]:
    """Each as `{kind, …}`, at most fifty of a kind; times as ISO 8601.

    `client`: an auth config that the service refuses. `renewal`: a service that renews no access, with how many accounts
    are touched, how many of them no longer work and since when. `revocation`: a service that could not be told.
    `webhook`: an endpoint that takes nothing, or was switched off for that.
    """
    return [
        *_refused_clients(project_id),
        *_renewals(project_id, now),
        *_revocations(project_id, now),
        *_webhooks(project_id),
    ]


def _refused_clients(project_id: str) -> list[dict[str, Any]]:
    refused = AuthConfig.live.filter(project_id=project_id, is_disabled=False, failing_since__isnull=False)
    touched = Count(
        "connected_accounts",
        filter=Q(connected_accounts__deleted_at__isnull=True, connected_accounts__status=Status.ACTIVE),
    )
    rows = refused.order_by("failing_since", "pk").annotate(accounts=touched)[:MOST]
    return [
        {
            "kind": "client",
            "toolkit": each.toolkit_slug,
            "authConfig": each.pk,
            "name": str(each),
            "isManaged": each.is_provider_managed,
            "since": _iso(each.failing_since),
            "words": each.failing_words,
            "accounts": each.accounts,
        }
        for each in rows
    ]


def _renewals(project_id: str, now: datetime) -> list[dict[str, Any]]:
    """Those of a refused client are told with the client."""
    rows = (
        Credential.objects.filter(
            retry_at__isnull=False,
            failures__gt=0,
            account__project_id=project_id,
            account__deleted_at__isnull=True,
            account__status=Status.ACTIVE,
            account__auth_config__failing_since__isnull=True,
        )
        .order_by()
        .annotate(toolkit_slug=F("account__toolkit_slug"), words=KT("trouble__message"))
        .values("toolkit_slug", "words")
        .annotate(
            accounts=Count("*"),
            stopped=Count("pk", filter=Q(account__expires_at__lte=now)),
            since=Min("account__expires_at", filter=Q(account__expires_at__lte=now)),
            tries=Max("failures"),
        )
        .order_by("-accounts", "toolkit_slug", "words")[:MOST]
    )
    return [
        {
            "kind": "renewal",
            "toolkit": each["toolkit_slug"],
            "words": each["words"] or "",
            "accounts": each["accounts"],
            "stopped": each["stopped"],
            "since": _iso(each["since"]),
            "tries": each["tries"],
        }
        for each in rows
    ]


def _revocations(project_id: str, now: datetime) -> list[dict[str, Any]]:
    bad = Q(outcome=RevocationOutcome.FAILING, due_at__isnull=False) | Q(
        outcome=RevocationOutcome.GIVEN_UP, finished_at__gte=now - GIVEN_UP_FOR
    )
    rows = (
        Revocation.objects.filter(bad, account__project_id=project_id)
        .order_by()
        .values("account__toolkit_slug", "outcome")
        .annotate(accounts=Count("*"), since=Min("created_at"))
        .order_by("-accounts", "account__toolkit_slug", "outcome")[:MOST]
    )
    return [
        {
            "kind": "revocation",
            "toolkit": each["account__toolkit_slug"],
            "accounts": each["accounts"],
            "isGivenUp": each["outcome"] == RevocationOutcome.GIVEN_UP,
            "since": _iso(each["since"]),
        }
        for each in rows
    ]


def _webhooks(project_id: str) -> list[dict[str, Any]]:
    """One that a person switched off is no trouble: it has no reason."""
    off = Q(is_disabled=True) & ~Q(disabled_reason="")
    failing = Q(is_disabled=False, failing_since__isnull=False)
    rows = WebhookEndpoint.live.filter(off | failing, project_id=project_id).order_by("created_at", "pk")
    return [
        {
            "kind": "webhook",
            "endpoint": each.pk,
            "name": str(each),
            "isOff": each.is_disabled,
            "since": _iso(each.failing_since),
            "words": each.disabled_reason,
        }
        for each in rows[:MOST]
    ]


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None

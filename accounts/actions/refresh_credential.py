"""Renewing an account's tokens: claimed by a lease, asked once, stored by compare-and-swap on the version.

No lock and no transaction is held while the service is asked. What it said decides what follows: new tokens, the end of
the grant, a client that it refuses, or trouble that may pass.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.actions.account_trail import record_account
from accounts.actions.expire_account import account_expired, expire_account
from accounts.actions.hold_account import hold_account
from accounts.actions.pace import put_off
from accounts.actions.store_credential import Grant, grant_of, replace_credential
from accounts.actions.tell_provider import give_back_unstored, tell_again, tell_now
from accounts.models import ConnectedAccount, Credential, StatusReason
from accounts.oauth2.client import Client, client_of
from accounts.oauth2.token_endpoint import renew
from accounts.oauth2.token_response import TokenAnswerUnusable, TokenRefused, Tokens
from authconfigs.actions.client_health import mark_failing, mark_working
from authconfigs.catalogue.scopes import granted_scopes
from authconfigs.catalogue.toolkit import Refresh, Toolkit
from flowra.due.clock import lease_clock
from flowra.errors import FlowraError, ProviderFailed, ProviderTimedOut
from flowra.events.names import EventType
from flowra.events.record import Actor
from flowra.fault_points import fault_point
from flowra.outbound import OutboundFailed, OutboundTimedOut

logger = logging.getLogger("flowra.refresh")

# Longer than the call (15 s) and the storing after it may take. Who finds it over may take the row.
LEASE = timedelta(seconds=20)
FIRST_WAIT = timedelta(seconds=4)
LONGEST_WAIT = timedelta(seconds=60)
# A client that the service refuses is not sent again and again by workers; who needs a token may try sooner.
CLIENT_REFUSED_WAIT = timedelta(seconds=60)
CLIENT_REFUSED = "auth_config_failing"
MAX_WORDS = 500

Meaning = Literal["gone", "client", "trouble"]


@dataclass(frozen=True, slots=True)
class Holding:
    """A credential with its account, as read before the lease was taken. `unanswered`: an earlier request's answer is unknown."""

    account: ConnectedAccount
    toolkit: Toolkit
    credential: Credential
    fence: int
    unanswered: bool


def claim_refresh(account: ConnectedAccount, toolkit: Toolkit, credential: Credential) -> Holding | None:
    """Takes the lease in one conditional update: of several callers, and workers, one gets it. None: it was not free.

    It also notes that a request is under way, so that what became of it is known to be unknown should this process die.
    """
    if is_cooling_down(account, credential, timezone.now()):
        return None
    now = lease_clock()
    won = Credential.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now),
        pk=credential.pk,
        version=credential.version,
        attempts=credential.attempts,
    ).update(lease_until=now + LEASE, attempts=F("attempts") + 1, asked_at=now)
    if not won:
        return None
    fault_point("refresh.claimed")
    return Holding(account, toolkit, credential, credential.attempts + 1, credential.asked_at is not None)


def is_cooling_down(account: ConnectedAccount, credential: Credential, now: datetime) -> bool:
    """Whether it failed just now and is left alone for a while; a client that was mended since need not wait."""
    if credential.retry_at is None or credential.retry_at <= now:
        return False
    is_of_client = (credential.trouble or {}).get("code") == CLIENT_REFUSED
    return not (is_of_client and account.auth_config.failing_since is None)


def go_on(account: ConnectedAccount, toolkit: Toolkit, credential: Credential) -> Holding | None:
    """The same for a worker, who has the lease already; None when it has lost it."""
    now = lease_clock()
    kept = Credential.objects.filter(
        pk=credential.pk, version=credential.version, attempts=credential.attempts
    ).update(lease_until=now + LEASE, asked_at=now)
    if not kept:
        return None
    fault_point("refresh.claimed")
    return Holding(account, toolkit, credential, credential.attempts, credential.asked_at is not None)


def refresh_credential(holding: Holding, actor: Actor) -> None:
    """Asks the service and stores what it says.

    What others stored meanwhile stands: then nothing is stored, and nothing raised. Raises Conflict (`account_expired`) when only the person can help: the account is EXPIRED. Raises ProviderFailed or ProviderTimedOut with
    `retry_after` for all else that gave no token: the account stays as it is.
    """
    account, credential = holding.account, holding.credential
    asked_at = timezone.now()
    try:
        client = client_of(account.auth_config, holding.toolkit, account.connection_data)
        tokens = renew(client, credential.secrets["refresh_token"])
    except FlowraError as error:
        fault_point("refresh.answered")
        told = _settle_failure(holding, error, actor)
        if told is None:
            return
        raise told from error
    fault_point("refresh.answered")
    _store(holding, client, tokens, asked_at, actor)
    fault_point("refresh.stored")


def trouble_of(credential: Credential) -> FlowraError:
    """The failure that made everybody wait, as each of them is told; `retry_after` says until when."""
    trouble = credential.trouble or {}
    left = (credential.retry_at - timezone.now()).total_seconds() if credential.retry_at else 0.0
    kind = ProviderTimedOut if trouble.get("status") == 504 else ProviderFailed
    return kind(
        str(trouble.get("message") or "The service could not renew the access at the moment."),
        code=str(trouble.get("code") or kind.code),
        provider_error=trouble.get("words"),
        retry_after=max(int(left) + 1, 1),
    )


def what_it_means(refresh: Refresh, refusal: TokenRefused) -> Meaning:
    """By the service's own codes, never by guess: what is not known to be final may pass."""
    if refusal.answered >= 500 or refusal.answered == 429:
        return "trouble"
    if refusal.error in refresh.gone_errors:
        return "gone"
    return "client" if refusal.error in refresh.client_errors else "trouble"


def may_have_been_done(error: FlowraError) -> bool:
    """Whether the service may have put new tokens in place of the old ones, though none arrived."""
    if isinstance(error, OutboundFailed | OutboundTimedOut):
        return not error.unsent
    return isinstance(error, TokenAnswerUnusable) and (error.answered < 300 or error.answered == 504)


def _store(holding: Holding, client: Client, tokens: Tokens, asked_at: datetime, actor: Actor) -> None:
    """What came, and what was there and did not come again: a service that rotates no refresh token sends none."""
    account, credential = holding.account, holding.credential
    came = grant_of(tokens, holding.toolkit, asked_at, account.connected_at or asked_at)
    grant = Grant(
        secrets={**credential.secrets, **came.secrets},
        issued_at=came.issued_at,
        expires_at=came.expires_at,
        grant_ends_at=came.grant_ends_at or (credential.grant_ends_at if not tokens.refresh_token else None),
    )
    is_warned = credential.warned_at is not None and grant.grant_ends_at == credential.grant_ends_at
    with transaction.atomic():
        hold_account(account.pk)
        stored = replace_credential(
            account.pk,
            credential.version,
            grant,
            holding.toolkit,
            is_switched_off=account.is_disabled,
            is_warned=is_warned,
        )
        fault_point("refresh.replaced")
        if stored:
            now = timezone.now()
            changed: dict[str, Any] = {
                "expires_at": grant.expires_at,
                "last_refreshed_at": now,
                "updated_at": now,
            }
            if tokens.scopes is not None:
                changed["scopes_granted"] = list(
                    granted_scopes(client.oauth2, account.scopes_requested, tokens.scopes)
                )
            if sorted(grant.secrets) != account.secret_names:
                changed["secret_names"] = sorted(grant.secrets)
            is_live = ConnectedAccount.live.filter(pk=account.pk).update(**changed)
            if is_live:
                record_account(
                    EventType.ACCOUNT_REFRESHED,
                    project_id=account.project_id,
                    account_id=account.pk,
                    actor=actor,
                    data={"rotated": tokens.refresh_token is not None},
                )
            else:
                tell_again(account.pk)
            fault_point("refresh.storing")
    # By itself, for who deletes an auth config locks it before its accounts; and after what must not be lost.
    mark_working(account.auth_config)
    if not stored and not Credential.objects.filter(pk=account.pk).exists():
        # It was revoked and wiped while the service answered: nothing else knows these tokens.
        give_back_unstored(client, grant.secrets)


def _settle_failure(holding: Holding, error: FlowraError, actor: Actor) -> FlowraError | None:
    """Records what was said, as long as the lease is still ours; answers what to raise, None when it is not."""
    meaning: Meaning = "trouble"
    if isinstance(error, TokenRefused) and holding.toolkit.oauth2 is not None:
        meaning = what_it_means(holding.toolkit.oauth2.refresh, error)
    if meaning == "gone":
        return _gone(holding, error, actor)
    return _trouble(holding, error, meaning, actor)


def _gone(holding: Holding, error: FlowraError, actor: Actor) -> FlowraError | None:
    reason = StatusReason.REFRESH_LOST if holding.unanswered else StatusReason.GRANT_REVOKED
    with transaction.atomic():
        hold_account(holding.account.pk)
        settled = _mine(holding).update(due_at=None, lease_until=None, slot_at=None, asked_at=None)
        fault_point("refresh.gone")
        if settled:
            expire_account(holding.account, reason, actor, provider_words=error.provider_error)
    if settled:
        tell_now(holding.account.pk)
    return account_expired(holding.account, str(reason.label), error.provider_error) if settled else None


def _trouble(holding: Holding, error: FlowraError, meaning: Meaning, actor: Actor) -> FlowraError | None:
    credential, now = holding.credential, timezone.now()
    retry_at = now + _wait(credential.failures, error.retry_after)
    status = 504 if isinstance(error, ProviderTimedOut) else 502
    told = error
    if meaning == "client":
        told = ProviderFailed(
            "The service refuses the app's client. Whoever runs the app must mend the auth config.",
            code=CLIENT_REFUSED,
            provider_error=error.provider_error,
        )
    elif not isinstance(error, ProviderFailed):
        told = ProviderFailed(error.message, code=error.problem_code)
    trouble = {
        "code": told.problem_code,
        "status": status,
        "message": told.message,
        "words": (told.provider_error or "")[:MAX_WORDS] or None,
    }
    is_unknown = holding.unanswered or may_have_been_done(error)
    with transaction.atomic():
        settled = _mine(holding).update(
            lease_until=None,
            slot_at=None,
            due_at=retry_at,
            retry_at=retry_at,
            failures=F("failures") + 1,
            trouble=trouble,
            asked_at=now if is_unknown else None,
        )
        if settled and meaning == "client":
            words = trouble["words"] or "The service refuses the client."
            mark_failing(holding.account.auth_config, str(words), actor)
    if not settled:
        return None
    tell_now(holding.account.pk)
    if meaning == "client" or error.retry_after is not None:
        _put_off_workers(holding, CLIENT_REFUSED_WAIT if meaning == "client" else retry_at - now)
    logger.warning(
        "The tokens of an account at %s could not be renewed: %s", holding.toolkit.slug, told.problem_code
    )
    told.retry_after = max(int((retry_at - now).total_seconds()) + 1, 1)
    return told


def _mine(holding: Holding) -> Any:
    """The row, as long as nobody has taken the lease or stored anything since."""
    return Credential.objects.filter(
        pk=holding.credential.pk, version=holding.credential.version, attempts=holding.fence
    )


def _put_off_workers(holding: Holding, wait: timedelta) -> None:
    auth_config = holding.account.auth_config
    try:
        client_id = client_of(auth_config, holding.toolkit, holding.account.connection_data).client_id
    except FlowraError:
        return
    put_off(holding.toolkit.slug, client_id, timezone.now() + wait)


def _wait(failures: int, retry_after: int | None) -> timedelta:
    """Doubles from four seconds to a minute, with a fifth of jitter; what the service asks for is kept."""
    if retry_after is not None:
        return timedelta(seconds=max(retry_after, 1))
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures, 10)
    return min(doubled, LONGEST_WAIT) * random.uniform(1.0, 1.2)  # noqa: S311 - jitter keeps no secret

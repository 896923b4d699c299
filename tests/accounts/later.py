"""A connection some time later: its token has run out, or is about to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.refresh_credential import Holding, claim_refresh
from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Credential
from authconfigs.actions.toolkit_for import toolkit_for
from flowra.errors import FlowraError
from flowra.models import Event
from tests.accounts.acme import Acme, reread


def connected(acme: Acme, **wishes: Any) -> ConnectedAccount:
    """A fresh connection."""
    return reread(acme.connect(**wishes).account)


def run_out(account: ConnectedAccount, *, seconds_left: float = -1) -> None:
    """The clock goes on for an hour: so much is left of the access token, here and at the service."""
    now = timezone.now()
    expires_at = now + timedelta(seconds=seconds_left)
    ConnectedAccount.objects.filter(pk=account.pk).update(expires_at=expires_at)
    Credential.objects.filter(pk=account.pk).update(issued_at=expires_at - timedelta(hours=1), due_at=now)


def cool_down_over(account: ConnectedAccount) -> None:
    """The time has passed in which nobody asks again after a failure."""
    now = timezone.now()
    Credential.objects.filter(pk=account.pk, retry_at__isnull=False).update(retry_at=now, due_at=now)


def secrets_of(account: ConnectedAccount) -> dict[str, str]:
    """What is stored."""
    return dict(Credential.objects.get(pk=account.pk).secrets)


def refreshes(acme: Acme) -> int:
    """How often the provider was asked to renew a token; an answer that hangs is counted when it is over."""
    asked = (call.request.form.get("refresh_token") for call in acme.provider.calls.to("/token", "POST"))
    return sum(token is not None and acme.provider.token(token) is not None for token in asked)


def refused(account: ConnectedAccount, **how: Any) -> FlowraError:
    """Why its credential cannot be used."""
    with pytest.raises(FlowraError) as caught:
        usable_credential(account.pk, **how)
    return caught.value


def trail(account: ConnectedAccount) -> list[str]:
    """What happened to it, oldest first."""
    return list(
        Event.objects.filter(subject_id=account.pk).order_by("at", "id").values_list("type", flat=True)
    )


def claimed(account: ConnectedAccount) -> Holding:
    """The lease, taken by somebody who now may be slow, or die."""
    toolkit = toolkit_for(account.project, account.toolkit_slug)
    holding = claim_refresh(reread(account), toolkit, Credential.objects.get(pk=account.pk))
    assert holding is not None
    return holding

"""What the accounts' endpoints are tried on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.models import ConnectedAccount
from tests.caller import Caller
from tests.factories import make_account, make_auth_config, make_external_user

SECRETS = {"access_token": "xoxb-secret-one", "refresh_token": "xoxe-secret-two"}


@pytest.fixture
def account(api: Caller) -> ConnectedAccount:
    """The sales person's Slack."""
    return make_account(
        make_auth_config(api.project, "slack"),
        make_external_user(api.project, "sales"),
        secrets=SECRETS,
        identity_email="sales@example.com",
        identity_name="Sam Sales",
        identity_workspace="Acme",
        identity_id="U1",
        scopes_requested=["chat:write", "users:read"],
        scopes_granted=["chat:write"],
        labels=["crm"],
        expires_at=datetime(2026, 12, 1, 9, 30, 0, 123456, tzinfo=UTC),
    )

"""Support's desk in the tests: where it is, and the account that lies on it."""

from __future__ import annotations

from accounts.models import ConnectedAccount
from tests.factories import make_account, make_auth_config, make_project

LIST = "/admin/accounts/connectedaccount/"
SECRETS = {"access_token": "at-s3cret-0001", "refresh_token": "rt-s3cret-0002"}


def story_url(account: ConnectedAccount) -> str:
    """The account's own page."""
    return f"{LIST}{account.pk}/change/"


def make_whole_account() -> ConnectedAccount:
    """A Slack account of Acme with all that one can have."""
    return make_account(
        make_auth_config(make_project("Acme"), "slack"),
        secrets=SECRETS,
        identity_id="U0SLACK9",
        identity_name="Sales Team",
        identity_email="sales@example.com",
        identity_workspace="Acme Works",
        labels=["vip", "Zürich"],
        display_name="Sales inbox",
        scopes_requested=["chat:write", "channels:read"],
        scopes_granted=["chat:write"],
        profile={"phone": "private-0003"},
        connection_data={"shop": "private-0004"},
    )

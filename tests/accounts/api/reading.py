"""Reading an account through the API, as a test's sentence needs it."""

from __future__ import annotations

from typing import Any

from accounts.models import ConnectedAccount
from tests.caller import Caller


def shown(api: Caller, account: ConnectedAccount) -> dict[str, Any]:
    """The account by id."""
    answer = api.get(f"connected_accounts/{account.pk}")
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body

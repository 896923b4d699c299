"""What the proxy is tried on: an account whose service is a mirror, and how it is called."""

from __future__ import annotations

from typing import Any

from accounts.models import ConnectedAccount


def through(account: ConnectedAccount, path: str) -> str:
    """The proxy's path."""
    return f"connected_accounts/{account.pk}/proxy/{path}"


def body_of(answer: Any) -> bytes:
    """The whole body, streamed or not."""
    body: bytes = answer.getvalue() if answer.streaming else answer.content
    return body

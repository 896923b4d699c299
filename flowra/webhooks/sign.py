"""Secrets, and the headers of a signed message, as Standard Webhooks has them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: secrets are `whsec_` and the
base64 of 24 to 64 random bytes; `webhook-signature` may hold several signatures, separated by spaces, so that a secret
can be rotated without a gap.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks.webhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh one."""
    return f"whsec_{base64.b64encode(os.urandom(SECRET_BYTES)).decode()}"


def signed_headers(message_id: str, body: str, now: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """The headers for exactly this body, signed with each of `secrets`; `now` is aware and in UTC."""
    at = now.replace(microsecond=0)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, at, body) for secret in secrets),
    }

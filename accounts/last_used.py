"""When an account was last used, to the minute, and by whom it was used on which day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import ConnectedAccount
from accounts.use_days import USES
from flowra.use_notes import UseNotes

ACCOUNTS = UseNotes(ConnectedAccount)


def note_use(
    account_id: str,
    last_used_at: datetime | None,
    kind: str,
    by: str,
    *,
    owner_id: str,
    of: Mapping[str, Any],
) -> None:
    """Notes a use, in memory; it is written after the answer is sent. `by` is a tool's slug or an API key's name.

    `of` is what confined the call: its `user`, where the account is another's, is told to that one.
    """
    ACCOUNTS.note(account_id, last_used_at)
    acting = str(of.get("user", ""))
    USES.note(account_id, kind, by, "" if acting == owner_id else acting)

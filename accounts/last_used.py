"""When an account was last used, to the minute."""

from __future__ import annotations

from accounts.models import ConnectedAccount
from flowra.use_notes import UseNotes

ACCOUNTS = UseNotes(ConnectedAccount)

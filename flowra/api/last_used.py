"""When a key was last used, to the minute."""

from __future__ import annotations

from flowra.models import ApiKey
from flowra.use_notes import UseNotes

KEYS = UseNotes(ApiKey)

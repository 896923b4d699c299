"""Where the accounts behind a number are."""

from __future__ import annotations

from urllib.parse import urlencode

from accounts.dashboard.gate import Here


def accounts_url(here: Here, **filters: str) -> str:
    """The list of accounts, narrowed as the API names it (`statuses`, `toolkitSlugs`, …), or by `trouble`."""
    return f"{here.url('accounts')}?{urlencode(filters, safe=',')}"

"""How many accounts are under an auth config."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count

from accounts.models import ConnectedAccount


def count_accounts(auth_config_ids: Sequence[str]) -> dict[str, int]:
    """How many live accounts each has; one query, those without any are left out."""
    counted = (
        ConnectedAccount.live.filter(auth_config_id__in=auth_config_ids)
        .values_list("auth_config_id")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return dict(counted)

"""How fast one client's tokens are renewed at one service by all workers together."""

from __future__ import annotations

from django.db import models


class RefreshPace(models.Model):
    """`next_slot` is when the next renewal may go out, in seconds since 1970. `id` is a digest of toolkit and client ID."""

    id = models.CharField(primary_key=True, max_length=64, editable=False)
    next_slot = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return self.pk

"""By whom an account was used, a row for each day and way: what its person is shown, and no log."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from flowra.public_ids import MAX_LENGTH

from .connected_account import ConnectedAccount


class UseKind(models.TextChoices):
    """How it was used: the service called through the proxy, by a tool, or with credentials that left the vault."""

    PROXY = "proxy"
    TOOL = "tool"
    CREDENTIALS = "credentials"
    EXPORT = "export"


class AccountUse(models.Model):
    """How often on one day, in UTC. `by` is the tool's slug, else the name of the API key that asked.

    `acting_user` is the id of the user as whom it was done where the account is another's, who shares it; else empty.
    """

    account = models.ForeignKey(
        ConnectedAccount, on_delete=models.CASCADE, related_name="uses", db_index=False
    )
    day = models.DateField()
    kind = models.CharField(max_length=12, choices=UseKind.choices)
    by = models.CharField(max_length=255, blank=True)
    acting_user = models.CharField(max_length=MAX_LENGTH, blank=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "day", "kind", "by", "acting_user"], name="one_use_a_day_and_way"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["day"], name="account_use_old")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.kind}"

"""Who else may use an account: one of the project's users a row, or with none named, the whole project."""

from __future__ import annotations

from django.db import models

from flowra.models import Project

from .connected_account import ConnectedAccount
from .external_user import ExternalUser


class AccountShare(models.Model):
    """`external_user` null: everybody in the project. Sharing lets use, never change or revoke."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="shares")
    external_user = models.ForeignKey(ExternalUser, on_delete=models.CASCADE, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "external_user"],
                name="share_once_a_user",
                condition=models.Q(external_user__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["account"],
                name="share_once_with_all",
                condition=models.Q(external_user__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["project", "external_user"], name="shares_of_user")]

    def __str__(self) -> str:
        return f"{self.account_id} shared"

"""What a tool did through an account: one row a call, kept for FLOWRA_EXECUTION_LOG_DAYS."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id

from .connected_account import ConnectedAccount
from .external_user import ExternalUser


def _new_id() -> str:
    return new_id("tl")


class ToolExecution(models.Model):
    """`status` is the provider's, null where it gave none. `arguments` and `error` are masked and cut: they are for
    support to read, not to be sent again.

    `external_user` is whom the call acted as, else whose the account is.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_user = models.ForeignKey(
        ExternalUser, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    tool_slug = models.CharField("tool", max_length=100)
    toolkit_slug = models.CharField("toolkit", max_length=50)
    successful = models.BooleanField()
    status = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField()
    error = models.CharField(max_length=500, blank=True)
    arguments: models.JSONField[Any, Any] = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "tool execution"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "-created_at", "-id"], name="execution_of_project"),
            models.Index(fields=["project", "tool_slug", "-created_at", "-id"], name="execution_of_tool"),
            models.Index(fields=["account", "-created_at", "-id"], name="execution_of_account"),
            models.Index(fields=["external_user", "-created_at", "-id"], name="execution_of_user"),
            models.Index(fields=["created_at"], name="execution_old"),
        ]

    def __str__(self) -> str:
        return f"{self.tool_slug} {self.pk}"

"""What the provider must be told after an account is unusable here, and how that went."""

from __future__ import annotations

from django.db import models

from flowra.due.row import DueRow
from flowra.public_ids import MAX_LENGTH, new_id

from .connected_account import ConnectedAccount


def _new_id() -> str:
    return new_id("rv")


class RevocationOutcome(models.TextChoices):
    """What is known of it."""

    PENDING = "PENDING", "The service is being told"
    DONE = "DONE", "The service has forgotten the grant"
    UNSUPPORTED = "UNSUPPORTED", "This service has no way to be told"
    TAKEN_OVER = "TAKEN_OVER", "Another account has taken the grant over"
    NOTHING = "NOTHING", "There was nothing to take back"
    FAILING = "FAILING", "The service could not be told so far; it is tried again"
    GIVEN_UP = "GIVEN_UP", "The service could not be told"


class Revocation(DueRow):
    """One a deleted account. `told` lists the kinds of token that the provider has confirmed; `detail` is for people."""

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    account = models.OneToOneField(ConnectedAccount, on_delete=models.CASCADE, related_name="revocation")
    outcome = models.CharField(
        max_length=12, choices=RevocationOutcome.choices, default=RevocationOutcome.PENDING
    )
    detail = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="revocation_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"revocation of {self.account_id}"

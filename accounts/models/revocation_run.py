"""Many accounts to be revoked by one deed of staff: what was chosen, how far it is, and what became of each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from flowra.due.row import DueRow
from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id


def _new_id() -> str:
    return new_id("rr")


class RunState(models.TextChoices):
    """Where it stands; a stopped one can go on."""

    RUNNING = "RUNNING", "Running"
    STOPPED = "STOPPED", "Stopped"
    DONE = "DONE", "Done"


class ItemOutcome(models.TextChoices):
    """What became of one account. `SKIPPED`: there was nothing left to revoke."""

    WAITING = "WAITING", "Waiting"
    DONE = "DONE", "Revoked"
    SKIPPED = "SKIPPED", "Skipped"
    FAILED = "FAILED", "Not revoked"


class RevocationRun(DueRow):
    """`chosen` says in words what was chosen, `selection` how. `project` is theirs where all accounts are of one.

    `done`, `skipped` and `failed` count the items of that outcome, and are written with them. `finished_at`: when it was
    over, or stopped.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", null=True)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=255, blank=True)
    reason = models.TextField(blank=True)
    chosen = models.TextField(blank=True)
    selection: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "revocation of many"
        verbose_name_plural = "revocations of many"
        default_permissions = ("view",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="run_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["-created_at", "-id"], name="run_newest"),
        ]

    def __str__(self) -> str:
        return self.chosen or self.pk

    @property
    def waiting(self) -> int:
        """How many accounts are still to come."""
        return max(self.total - self.done - self.skipped - self.failed, 0)


class RevocationRunItem(models.Model):
    """One account of a run. By its id: the account itself is kept for 30 days, and who it was is no longer known then.

    `words` says why it was not revoked, where it was not.
    """

    run = models.ForeignKey(RevocationRun, on_delete=models.CASCADE, related_name="items", db_index=False)
    account_id = models.CharField(max_length=MAX_LENGTH)
    outcome = models.CharField(max_length=8, choices=ItemOutcome.choices, default=ItemOutcome.WAITING)
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "account_id"], name="once_in_a_run")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "outcome", "id"], name="run_item_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.run_id}"

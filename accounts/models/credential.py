"""What acts for the person: the tokens, key or password of one account, sealed, with a version and a lease."""

from __future__ import annotations

from typing import Any

from django.db import models

from flowra.due.row import DueRow
from flowra.encryption import SealedJSONField
from flowra.public_ids import MAX_LENGTH

from .connected_account import ConnectedAccount


class Credential(DueRow):
    """One row an account, under the account's id. `secrets` holds access_token, refresh_token, api_key, password….

    `version` counts what was stored: whoever stores again names the version that they read. Who renews the tokens holds
    the row's lease, be it a caller who needs them or the worker to whom they fell due. `issued_at` is when the access
    token was given, `grant_ends_at` when all of it ends for good, where the service says so; `warned_at` when the app
    was warned of that. `asked_at` is set while it is unknown what became of a request with the present refresh token:
    the service may have put another in its place. After a failure nobody asks again before `retry_at`; `trouble` says
    what it was: code, status, message, words.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, editable=False)
    account = models.OneToOneField(ConnectedAccount, on_delete=models.CASCADE, related_name="credential")
    secrets = SealedJSONField()
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    # Of DueRow, with a default that the database knows: rows were there before the column.
    attempts = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    issued_at = models.DateTimeField(null=True, editable=False)
    grant_ends_at = models.DateTimeField(null=True, editable=False)
    warned_at = models.DateTimeField(null=True, editable=False)
    slot_at = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False)
    trouble: models.JSONField[Any, Any] = models.JSONField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="credential_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["slot_at"], name="credential_slot", condition=models.Q(slot_at__isnull=False)
            ),
            # The few that ail: those that end soon, and those whose renewal fails.
            models.Index(
                fields=["warned_at"], name="credential_warned", condition=models.Q(warned_at__isnull=False)
            ),
            models.Index(
                fields=["retry_at"], name="credential_failing", condition=models.Q(retry_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"credential of {self.pk}"

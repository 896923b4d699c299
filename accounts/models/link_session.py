"""A link: the permission to finish one connection, for one person, once."""

from __future__ import annotations

from typing import Any

from django.db import models

from flowra.due.row import DueRow
from flowra.encryption import EncryptedJSONField, SealedJSONField
from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id

from .connected_account import ConnectedAccount, Status


def _new_id() -> str:
    return new_id("ls")


class LinkState(models.TextChoices):
    """How far it is. STARTED: its button was pressed, in one browser. PARKED: the code waits for the app's confirm."""

    OPEN = "OPEN"
    STARTED = "STARTED"
    FINISHING = "FINISHING"
    PARKED = "PARKED"
    DONE = "DONE"
    FAILED = "FAILED"


class OnDuplicate(models.TextChoices):
    """What becomes of a second connection of the same identity, by the same user through the same auth config."""

    KEEP = "keep"
    REPLACE = "replace"
    REFUSE = "refuse"


class LinkSession(DueRow):
    """Only hashes of the link token, the state, the browser's cookie and the confirmation token are stored.

    `auth_config_choices` are the ids among which the person
    may choose on the page; empty where the link names the one. `attempt` holds, sealed, what the callback needs: code_verifier and nonce, later the parked code. `context` is what
    was fixed when the button was pressed: auth config, redirect URI, issuer, token endpoint. `due_at` is when it runs out.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="link_sessions")
    is_reconnect = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=LinkState.choices, default=LinkState.OPEN)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    callback_url = models.TextField(blank=True)
    requires_confirmation = models.BooleanField(default=False)
    auth_config_choices: models.JSONField[Any, Any] = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField())
    )
    locale = models.CharField(max_length=20, blank=True)
    on_duplicate = models.CharField(
        max_length=10, choices=OnDuplicate.choices, default=OnDuplicate.KEEP, db_default=OnDuplicate.KEEP
    )
    allows_other_identity = models.BooleanField(default=False, db_default=False)
    scopes: models.JSONField[Any, Any] = models.JSONField(default=list)
    connection_data = EncryptedJSONField(default=dict)
    prefilled = SealedJSONField()

    browser_hash = models.CharField(max_length=64, blank=True)
    state_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique, and most have none
    attempt = SealedJSONField()
    context: models.JSONField[Any, Any] = models.JSONField(default=dict)
    confirmation_hash = models.CharField(max_length=64, blank=True)
    end = models.CharField(max_length=30, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="link_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["account", "created_at"], name="link_of_account"),
        ]

    def __str__(self) -> str:
        return self.pk

    @property
    def asks_again(self) -> bool:
        """Whether the account was connected before; one whose first link failed is authorized again and was not."""
        account = self.account
        return self.is_reconnect and (account.connected_at is not None or account.status != Status.FAILED)

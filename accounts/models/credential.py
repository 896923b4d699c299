"""What acts for the person: the tokens, key or password of one account, sealed, with a version."""

from __future__ import annotations

from django.db import models

from flowra.encryption import SealedJSONField
from flowra.public_ids import MAX_LENGTH

from .connected_account import ConnectedAccount


class Credential(models.Model):
    """One row an account, under the account's id. `secrets` holds access_token, refresh_token, api_key, password….

    `version` counts what was stored: whoever stores again names the version that they read.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, editable=False)
    account = models.OneToOneField(ConnectedAccount, on_delete=models.CASCADE, related_name="credential")
    secrets = SealedJSONField()
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"credential of {self.pk}"

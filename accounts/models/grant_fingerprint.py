"""By what a grant that was brought in is known again, when it is brought in a second time."""

from __future__ import annotations

from django.db import models

from .connected_account import ConnectedAccount


class GrantFingerprint(models.Model):
    """A keyed hash of auth config, user and a secret, and the account that has it; never the secret.

    It stays when the secret is renewed: the file that an import was made from is known again afterwards.
    """

    id = models.CharField(primary_key=True, max_length=64, editable=False)
    account = models.ForeignKey(ConnectedAccount, on_delete=models.CASCADE, related_name="fingerprints")

    def __str__(self) -> str:
        return f"fingerprint of {self.account_id}"

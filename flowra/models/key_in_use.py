"""Which encryption keys stored secrets need: lets an installation refuse to start without one of them."""

from __future__ import annotations

from django.db import models


class KeyInUse(models.Model):
    """A key id that something in the database may be sealed with; `rotate_keys` removes it when nothing is."""

    key_id = models.CharField(primary_key=True, max_length=8)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "encryption key in use"
        verbose_name_plural = "encryption keys in use"

    def __str__(self) -> str:
        return self.key_id

"""API keys: `flw_live_` or `flw_test_`, 32 random characters and a checksum; only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib
from typing import Any

from django.db import models
from django.utils import timezone

from flowra.public_ids import MAX_LENGTH, new_id

from .project import Project

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH = 32
CHECKSUM_LENGTH = 6
SHOWN_PREFIX_LENGTH = 13

SCOPES = {
    "accounts:read": "see connected accounts and users",
    "accounts:write": "make links, change and delete connected accounts and users",
    "configs:read": "see auth configs and toolkits",
    "configs:write": "change auth configs and toolkits",
    "credentials:read": "take raw tokens out of the vault",
    "credentials:export": "take a whole grant out of the vault",
    "proxy": "call a provider through Flowra",
    "tools:execute": "run tools",
    "webhooks:write": "manage webhooks",
}
DEFAULT_SCOPES = tuple(scope for scope in SCOPES if not scope.startswith("credentials:"))


def _new_id() -> str:
    return new_id("key")


def checksum(text: str) -> str:
    """CRC-32 of `text` in six base 62 digits: lets a secret scanner tell a key from a lookalike without asking."""
    number = zlib.crc32(text.encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def make_key(is_test: bool) -> str:
    """A fresh key as its owner will keep it; 190 random bits."""
    body = f"flw_{'test' if is_test else 'live'}_" + "".join(
        secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH)
    )
    return body + checksum(body)


def is_well_formed(key: str) -> bool:
    """Whether prefix, length and checksum are those of a key; says nothing about its existence."""
    body, check = key[:-CHECKSUM_LENGTH], key[-CHECKSUM_LENGTH:]
    return (
        key.startswith(("flw_live_", "flw_test_"))
        and len(body) == len("flw_live_") + RANDOM_LENGTH
        and key.isascii()
        and checksum(body) == check
    )


def hash_of(key: str) -> str:
    """SHA-256 in hex. A key has 190 random bits: a slow password hash would add nothing but time."""
    return hashlib.sha256(key.encode()).hexdigest()


class ApiKey(models.Model):
    """One key of a project: what it may do, until when, when it was last used (to the minute)."""

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, blank=True)
    prefix = models.CharField("begins with", max_length=SHOWN_PREFIX_LENGTH, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes: models.JSONField[Any, Any] = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "API key"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name or 'API key'} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        """Neither revoked nor run out."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

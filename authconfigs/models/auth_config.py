"""An auth config: how one of the app's OAuth clients (or its use of keys) is registered for a toolkit."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from flowra.encryption import SealedJSONField
from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id


def _new_id() -> str:
    return new_id("ac")


class RawCredentials(models.TextChoices):
    """Whether raw credentials may leave: to keys with the scope, or never."""

    SCOPE = "scope", "to keys that may read credentials"
    NEVER = "never", "never"


class LiveAuthConfigs(models.Manager["AuthConfig"]):
    """Those that are not deleted."""

    def get_queryset(self) -> models.QuerySet[AuthConfig]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class AuthConfig(models.Model):
    """`settings` holds what is not secret of the credentials (client_id, scopes, tenant…); `secrets` the rest, sealed.

    `failing_since`: since then the service refuses the client; `failing_words` is what it says.

    Deleting is soft: its accounts' grants are still revoked with its client after it. `objects` has all of them,
    `live` those that the API knows.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="auth_configs")
    toolkit_slug = models.CharField("toolkit", max_length=50)
    name = models.CharField(max_length=80, editable=False)
    display_name = models.CharField(max_length=200, blank=True)
    auth_scheme = models.CharField(max_length=30)
    is_provider_managed = models.BooleanField(default=False)
    is_disabled = models.BooleanField("switched off", default=False)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)
    secrets = SealedJSONField()
    restrict_to_following_tools: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    proxy_url = models.CharField(max_length=500, blank=True)
    raw_credentials = models.CharField(
        max_length=10, choices=RawCredentials.choices, default=RawCredentials.SCOPE
    )
    failing_since = models.DateTimeField(null=True, editable=False)
    failing_words = models.TextField(blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = models.Manager()
    live = LiveAuthConfigs()

    class Meta:
        verbose_name = "auth config"
        base_manager_name = "objects"
        default_manager_name = "objects"
        indexes = [
            models.Index(
                fields=["project", "-created_at", "-id"],
                name="auth_config_list",
                condition=models.Q(deleted_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.name

    @property
    def redirect_uri(self) -> str:
        """The one redirect URI of this client; distinct ones defend against mix-up (RFC 9700, 4.4.2)."""
        return f"{settings.FLOWRA_PUBLIC_URL}/connect/callback/{self.pk}"

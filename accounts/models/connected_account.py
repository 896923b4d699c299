"""A connected account: one person's grant, through one auth config."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from authconfigs.models import AuthConfig
from flowra.encryption import EncryptedJSONField
from flowra.models import Project
from flowra.public_ids import MAX_LENGTH, new_id

from .external_user import ExternalUser
from .labels import LabelsField


def _new_id() -> str:
    return new_id("ca")


class Status(models.TextChoices):
    """Where the grant stands; the words are the admin's and the pages'."""

    INITIALIZING = "INITIALIZING", "Waiting: link made"
    INITIATED = "INITIATED", "Waiting: link opened"
    ACTIVE = "ACTIVE", "Active"
    EXPIRED = "EXPIRED", "Needs the user"
    INACTIVE = "INACTIVE", "Switched off"
    FAILED = "FAILED", "Failed"


class StatusReason(models.TextChoices):
    """Why it is not active."""

    ACCESS_DENIED = "access_denied", "The person chose not to connect."
    LINK_EXPIRED = "link_expired", "The link ran out before the person finished."
    PROVIDER_ERROR = "provider_error", "The service could not complete the connection."
    CONFIRMATION_MISMATCH = (
        "confirmation_mismatch",
        "Somebody else than the person it was for finished the link.",
    )
    CONTEXT_MISMATCH = (
        "context_mismatch",
        "The answer did not belong to the browser or the service that began.",
    )
    GRANT_REVOKED = "grant_revoked", "The service no longer accepts this connection."
    REFRESH_LOST = "refresh_lost", "The service's last answer was lost and its old token no longer works."
    OTHER_IDENTITY = "other_identity", "Somebody else connected than the one whose account it is."
    DUPLICATE = "duplicate", "The same account is connected already."
    SWITCHED_OFF = "switched_off", "It was switched off."


class LiveAccounts(models.Manager["ConnectedAccount"]):
    """Those that are not deleted."""

    def get_queryset(self) -> models.QuerySet[ConnectedAccount]:
        return super().get_queryset().filter(deleted_at__isnull=True)


_LIVE = Q(deleted_at__isnull=True)


class ConnectedAccount(models.Model):
    """`objects` has all of them, the deleted too (support sees those for 30 days); `live` those that the API knows.

    The identity is in plain columns, for support to search; the profile it came from and the connection's data are
    encrypted; tokens and keys are in `Credential`. `secret_names` says which secrets there are, never what they are.
    `shared_with` is shown: "project", names of users, or None; what counts are the rows of `AccountShare`.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="connected_accounts")
    auth_config = models.ForeignKey(AuthConfig, on_delete=models.CASCADE, related_name="connected_accounts")
    external_user = models.ForeignKey(
        ExternalUser, on_delete=models.CASCADE, related_name="connected_accounts"
    )
    toolkit_slug = models.CharField("toolkit", max_length=50)

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.INITIALIZING)
    status_reason = models.CharField(max_length=30, blank=True, choices=StatusReason.choices)
    status_message = models.TextField(blank=True)
    status_when_enabled = models.CharField(max_length=12, blank=True, choices=Status.choices)
    is_disabled = models.BooleanField("switched off", default=False)

    display_name = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - null clears, on the wire
    labels = LabelsField(default=list, blank=True)

    identity_id = models.CharField(max_length=255, blank=True)
    identity_name = models.CharField(max_length=255, blank=True)
    identity_email = models.CharField(max_length=320, blank=True)
    identity_workspace = models.CharField(max_length=255, blank=True)
    profile = EncryptedJSONField(null=True)
    connection_data = EncryptedJSONField(default=dict)

    scopes_requested: models.JSONField[Any, Any] = models.JSONField(default=list)
    scopes_granted: models.JSONField[Any, Any] = models.JSONField(null=True)
    secret_names: models.JSONField[Any, Any] = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    last_refreshed_at = models.DateTimeField(null=True, editable=False)
    connected_at = models.DateTimeField(null=True, editable=False)

    shared_with: models.JSONField[Any, Any] = models.JSONField(null=True, editable=False)
    duplicate_of = models.CharField(
        max_length=MAX_LENGTH, blank=True, default="", db_default="", editable=False
    )

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = models.Manager()
    live = LiveAccounts()

    class Meta:
        base_manager_name = "objects"
        default_manager_name = "objects"
        permissions = (
            ("revoke_connectedaccount", "Can revoke connected account"),
            ("reconnect_connectedaccount", "Can ask people to connect again"),
            ("export_connectedaccount", "Can export lists of connected accounts"),
        )
        # The keyset lists walk these in order; each ends in the id, so that equal times have an order too.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "created_at", "id"], name="account_created", condition=_LIVE),
            models.Index(fields=["project", "updated_at", "id"], name="account_updated", condition=_LIVE),
            models.Index(
                fields=["project", "status", "created_at", "id"], name="account_status", condition=_LIVE
            ),
            models.Index(
                fields=["project", "toolkit_slug", "created_at", "id"],
                name="account_toolkit",
                condition=_LIVE,
            ),
            models.Index(
                fields=["external_user", "project", "created_at", "id"], name="account_user", condition=_LIVE
            ),
            models.Index(
                fields=["auth_config", "project", "created_at", "id"],
                name="account_auth_config",
                condition=_LIVE,
            ),
            models.Index(
                fields=["auth_config", "identity_id"],
                name="account_identity",
                condition=_LIVE & ~Q(identity_id=""),
            ),
            models.Index(
                fields=["duplicate_of"], name="account_duplicate", condition=_LIVE & ~Q(duplicate_of="")
            ),
            models.Index(fields=["deleted_at"], name="account_deleted", condition=~_LIVE),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def identity_label(self) -> str:
        """What a person would call it by its identity: e-mail, else name, else workspace, else nothing."""
        return self.identity_email or self.identity_name or self.identity_workspace

    @property
    def label(self) -> str:
        """The display name, else the first label, else the identity, else the toolkit's slug; never an id."""
        first_label = self.labels[0] if self.labels else ""
        return self.display_name or first_label or self.identity_label or self.toolkit_slug

    @property
    def scopes_missing(self) -> list[str]:
        """What was asked for and not granted; nothing where the provider did not say what it granted."""
        if self.scopes_granted is None:
            return []
        granted = set(self.scopes_granted)
        return [scope for scope in self.scopes_requested if scope not in granted]

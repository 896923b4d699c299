"""Who may see and run which project in the dashboard."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from flowra.public_ids import MAX_LENGTH, new_id

from .project import Project


def _new_id() -> str:
    return new_id("in")


class Role(models.TextChoices):
    """What a member may do; each role may all that the ones before it may."""

    VIEWER = "viewer", "Viewer"
    SUPPORT = "support", "Support"
    DEVELOPER = "developer", "Developer"
    OWNER = "owner", "Owner"

    def includes(self, other: Role) -> bool:
        """Whether whoever has this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Membership(models.Model):
    """One person's role in one project. Superusers own every project without one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="one_role_per_project")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.project_id}"


class Invitation(models.Model):
    """The permission to join a project's team, once; only the token's hash is stored."""

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.email

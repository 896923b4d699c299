"""A project: one app that acts for its users through this Flowra."""

from __future__ import annotations

from typing import Any

from django.db import models

from flowra.public_ids import MAX_LENGTH, new_id


def _new_id() -> str:
    return new_id("pr")


class Project(models.Model):
    """The app whose name end users see. `callback_origins` are `scheme://host[:port]`, compared exactly.

    `custom_schemes` are those of its mobile apps (`com.acme.app`), to which a callback may lead as well. `accent` is its
    colour as `#rrggbb`, `website` an https origin, verified since `website_verified_at`, `support_contact` an e-mail
    address or an https URL; empty: none. `owner_email` is who is told by mail of what needs them; empty: the superusers of this Flowra.
    """

    id = models.CharField(primary_key=True, max_length=MAX_LENGTH, default=_new_id, editable=False)
    name = models.CharField(max_length=100)
    is_test = models.BooleanField("test project", default=False)
    callback_origins: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    require_confirmation = models.BooleanField(default=False)
    owner_email = models.EmailField("owner's e-mail", blank=True, default="")
    custom_schemes: models.JSONField[Any, Any] = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField())
    )
    accent = models.CharField("colour", max_length=7, blank=True, default="", db_default="")
    website = models.CharField(max_length=300, blank=True, default="", db_default="")
    website_verified_at = models.DateTimeField(null=True, editable=False)
    support_contact = models.CharField(max_length=300, blank=True, default="", db_default="")
    terms_url = models.CharField("terms", max_length=500, blank=True, default="", db_default="")
    privacy_url = models.CharField("privacy notice", max_length=500, blank=True, default="", db_default="")
    shows_flowra = models.BooleanField("say that Flowra runs the page", default=True, db_default=True)
    logo = models.BinaryField(null=True, blank=True, editable=False, max_length=100_000)
    logo_type = models.CharField(max_length=20, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

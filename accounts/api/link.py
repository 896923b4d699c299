"""`POST connected_accounts/link`: permission for one user to finish one connection, once."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from accounts.actions.checked_labels import checked_labels
from accounts.actions.link_choices import MAX_CHOICES
from accounts.actions.start_link import DEFAULT_SECONDS, MAX_SECONDS, start_link
from accounts.actions.wanted_scopes import MAX_SCOPES
from accounts.api.acting import user_named
from accounts.api.shapes import LinkShown
from accounts.models import OnDuplicate
from flowra.api.body import Body, FlagField, ObjectField, TextField, read_body
from flowra.api.rendering import instant, json_answer
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView
from flowra.errors import InvalidInput

# BCP 47, as far as a page's language needs it: a language, perhaps a script and a region.
LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}")
MAX_URL = 2_000


class CreateConnectedAccountLinkDto(Body):
    """What the call takes; `label` is short for `labels` of one."""

    authConfigId = TextField(required=False)
    authConfigIds = serializers.ListField(
        child=TextField(max_length=60),
        required=False,
        allow_null=True,
        allow_empty=False,
        max_length=MAX_CHOICES,
        help_text="In place of `authConfigId`: the person chooses among these on the page. Until then the account is "
        "told under the first.",
    )
    callbackUrl = TextField(required=False, allow_null=True, allow_blank=True, max_length=MAX_URL)
    connectionData = ObjectField(required=False, allow_null=True)
    label = TextField(required=False, allow_null=True, max_length=100)  # type: ignore[assignment]
    labels = serializers.ListField(
        child=TextField(max_length=100),
        required=False,
        allow_null=True,
        help_text="A new account's; one that is connected again keeps its own.",
    )
    eUID = TextField(required=False, allow_null=True, trim_whitespace=False)
    scopes = serializers.ListField(
        child=TextField(max_length=300), required=False, allow_null=True, max_length=MAX_SCOPES
    )
    connectedAccountId = TextField(required=False, allow_null=True)
    requireConfirmation = FlagField(required=False, allow_null=True)
    expiresInSeconds = serializers.IntegerField(required=False, min_value=1, max_value=MAX_SECONDS)
    locale = TextField(required=False, allow_null=True, max_length=20)
    onDuplicate = serializers.ChoiceField(
        choices=OnDuplicate.values,
        required=False,
        help_text="When the user has connected the same identity through this auth config before: keep both, replace "
        "the old one's credential, or refuse.",
    )
    allowOtherIdentity = FlagField(
        required=False, help_text="An account that is connected again may become another person's."
    )


class Link(ApiView):
    """Makes a link; the page behind its URL does the rest."""

    scopes: ClassVar = {"POST": "accounts:write"}
    bodies: ClassVar = {"POST": CreateConnectedAccountLinkDto}

    @endpoint(answers=LinkShown, status=201, fails=(404, 409, 413, 415))
    def post(self, request: ApiRequest) -> HttpResponse:
        """A link: the URL to send one person to, good once; raises InvalidInput naming the field, NotFound (auth config, account), Conflict."""
        values = read_body(request, CreateConnectedAccountLinkDto)
        link = start_link(
            request.project,
            auth_config_id=values.get("authConfigId"),
            auth_config_choices=values.get("authConfigIds") or (),
            external_user=user_named(request, values.get("eUID")),
            actor=request.actor,
            callback_url=values.get("callbackUrl") or "",
            connection_data=values.get("connectionData"),
            labels=_labels(values),
            scopes=values.get("scopes"),
            account_id=values.get("connectedAccountId"),
            require_confirmation=values.get("requireConfirmation"),
            expires_in=values.get("expiresInSeconds", DEFAULT_SECONDS),
            locale=checked_locale(values.get("locale")),
            on_duplicate=values.get("onDuplicate", OnDuplicate.KEEP),
            allows_other_identity=bool(values.get("allowOtherIdentity")),
        )
        return json_answer(
            {
                "linkToken": link.token,
                "redirectUrl": link.url,
                "expiresAt": instant(link.expires_at),
                "connectedAccountId": link.account.pk,
            },
            status=201,
        )


def _labels(values: dict[str, Any]) -> list[str] | None:
    label, labels = values.get("label"), values.get("labels")
    if label is None:
        return None if labels is None else checked_labels(labels)
    if labels is not None and labels != [label]:
        raise InvalidInput.field("label", "is short for labels: send one of them")
    return checked_labels([label], named="label")


def checked_locale(locale: str | None) -> str:
    """A language tag, empty for none; raises InvalidInput naming `locale`."""
    if locale and not LOCALE.fullmatch(locale):
        raise InvalidInput.field("locale", "must be a language tag like en or pt-BR")
    return locale or ""

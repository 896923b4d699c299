"""What this floor's endpoints answer, for the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Status, StatusReason
from flowra.api.schema import FieldProblemShape, page_of, success_of

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[Any]
else:
    AnySerializer = serializers.Serializer


def _texts(**arguments: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), **arguments)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": ["project"]},
            {"type": "array", "items": {"type": "string"}},
        ],
        "description": "The whole project, users by name or id, or nobody.",
    }
)
class SharedWithField(serializers.JSONField):
    """Who else may use an account."""


class ToolkitOfAccount(AnySerializer):
    """The service."""

    slug = serializers.CharField()
    name = serializers.CharField()
    logo = serializers.CharField(allow_blank=True)


class FormerId(AnySerializer):
    """Under its older name."""

    uuid = serializers.CharField()


class AuthConfigOfAccount(AnySerializer):
    """How the app is registered there."""

    id = serializers.CharField()
    authScheme = serializers.CharField()
    isProviderManaged = serializers.BooleanField()
    isDisabled = serializers.BooleanField()
    deprecated = FormerId()


class UserOfAccount(AnySerializer):
    """Whose it is: one of the app's users."""

    id = serializers.CharField()
    name = serializers.CharField()


class StatusReasonShown(AnySerializer):
    """Why it is not active."""

    code = serializers.ChoiceField(choices=StatusReason.values)
    message = serializers.CharField(help_text="For people.")


class IdentityShown(AnySerializer):
    """Who it is at the service."""

    id = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    workspace = serializers.CharField(allow_null=True)


class ScopesShown(AnySerializer):
    """What was asked for and what was granted; null where the service did not say."""

    requested = _texts()
    granted = _texts(allow_null=True)
    missing = _texts()


class AccountState(AnySerializer):
    """`val` never holds a secret: its key is there, its value masked."""

    authScheme = serializers.CharField()
    val = serializers.DictField()


class FormerNames(AnySerializer):
    """Under their older names."""

    labels = _texts()
    uuid = serializers.CharField()


class ConnectedAccountShown(AnySerializer):
    """One person's grant, through one auth config."""

    id = serializers.CharField()
    toolkit = ToolkitOfAccount()
    authConfig = AuthConfigOfAccount()
    displayName = serializers.CharField(allow_null=True)
    label = serializers.CharField(help_text="As a person would recognise it; never an id.")  # type: ignore[assignment]
    labels = _texts()
    eUID = serializers.CharField()
    externalUser = UserOfAccount()
    status = serializers.ChoiceField(choices=Status.values)
    statusReason = StatusReasonShown(allow_null=True)
    isDisabled = serializers.BooleanField()
    duplicateOf = serializers.CharField(allow_null=True)
    sharedWith = SharedWithField(allow_null=True)
    identity = IdentityShown()
    scopes = ScopesShown()
    expiresAt = serializers.DateTimeField(allow_null=True)
    lastUsedAt = serializers.DateTimeField(allow_null=True)
    lastRefreshedAt = serializers.DateTimeField(allow_null=True)
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()
    state = AccountState()
    data = serializers.DictField()  # type: ignore[assignment]
    params = serializers.DictField()
    testRequestEndpoint = serializers.CharField(allow_null=True)
    deprecated = FormerNames()


class ConnectedAccountList(AnySerializer):
    """A page; `totalItems` is exact up to 10 000, above that within 1 % and at most 10 s old."""

    items = ConnectedAccountShown(many=True)
    nextCursor = serializers.CharField(allow_null=True)
    totalPages = serializers.IntegerField()
    currentPage = serializers.IntegerField()
    totalItems = serializers.IntegerField()


class CredentialsShown(AnySerializer):
    """What signs a request at the service; which of the secrets there are depends on the scheme."""

    authScheme = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField(), help_text="Ready to send.")
    params = serializers.DictField(child=serializers.CharField(), help_text="Query parameters to add.")
    accessToken = serializers.CharField(required=False)
    userAccessToken = serializers.CharField(required=False)
    token = serializers.CharField(required=False)
    apiKey = serializers.CharField(required=False)
    username = serializers.CharField(required=False)
    password = serializers.CharField(required=False)
    expiresAt = serializers.DateTimeField(allow_null=True)


class AccountsOfToolkit(AnySerializer):
    """A service and the accounts there."""

    toolkit = ToolkitOfAccount()
    connections = ConnectedAccountShown(many=True)


class GroupedAccounts(AnySerializer):
    """Accounts under their services."""

    externalUser = UserOfAccount(allow_null=True)
    groups = AccountsOfToolkit(many=True)
    totalConnections = serializers.IntegerField()


class EventActor(AnySerializer):
    """Who did it."""

    kind = serializers.CharField()
    id = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)


class AccountEvent(AnySerializer):
    """What happened to an account."""

    id = serializers.CharField()
    type = serializers.CharField()
    at = serializers.DateTimeField()
    actor = EventActor()
    reason = serializers.CharField(required=False)
    data = serializers.DictField()  # type: ignore[assignment]


class AccountTrail(AnySerializer):
    """A page of the trail, newest first."""

    items = AccountEvent(many=True)
    nextCursor = serializers.CharField(allow_null=True)


class LinkShown(AnySerializer):
    """A fresh link; its token is shown this once."""

    linkToken = serializers.CharField()
    redirectUrl = serializers.CharField(help_text="The page to send the person to.")
    expiresAt = serializers.DateTimeField()
    connectedAccountId = serializers.CharField()


class FreshAccount(AnySerializer):
    """An account that was made without a link, or that a link will finish."""

    id = serializers.CharField()
    connectionData = AccountState()
    status = serializers.ChoiceField(choices=Status.values)
    redirectUrl = serializers.CharField(
        allow_null=True, help_text="The page to send the person to, who must agree first."
    )
    deprecated = FormerNames()
    duplicate = serializers.BooleanField(
        required=False, help_text="Only where it was there before: nothing was made."
    )


class ExportedState(AnySerializer):
    """`val` holds every secret in the clear, `expires_at` and `scopes` where they are known, and the service's fields."""

    authScheme = serializers.CharField()
    val = serializers.DictField()


class ExportedIdentity(AnySerializer):
    """What is known of who it is at the service."""

    id = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    email = serializers.CharField(required=False)
    workspace = serializers.CharField(required=False)


class ExportedConnection(AnySerializer):
    """The grant and whose it is, by the app's own name of the user."""

    state = ExportedState()
    eUID = serializers.CharField()
    identity = ExportedIdentity(required=False)
    displayName = serializers.CharField(required=False)
    labels = _texts(required=False)


class ExportedAuthConfig(AnySerializer):
    """The one here; change it to the one there before you bring the grant in."""

    id = serializers.CharField()


class ExportedAccount(AnySerializer):
    """A whole grant, as `POST connected_accounts` takes it."""

    authConfig = ExportedAuthConfig()
    connection = ExportedConnection()


class ImportedLine(AnySerializer):
    """What became of one line: `id` and `status`, or `code`, `message` and `errors`."""

    line = serializers.IntegerField(help_text="From 1, blank ones counted.")
    success = serializers.BooleanField()
    id = serializers.CharField(required=False)
    status = serializers.ChoiceField(choices=Status.values, required=False)
    duplicate = serializers.BooleanField(required=False)
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    errors = FieldProblemShape(many=True, required=False)  # type: ignore[assignment]


class ExternalUserShown(AnySerializer):
    """One of the app's users."""

    id = serializers.CharField()
    name = serializers.CharField()
    projectId = serializers.CharField()
    isActive = serializers.BooleanField()
    connectionCount = serializers.IntegerField()
    createdAt = serializers.DateTimeField()
    lastSeenAt = serializers.DateTimeField(allow_null=True)


ONE_USER = success_of("ExternalUser", ExternalUserShown())
USER_OR_NONE = success_of("ExternalUserOrNone", ExternalUserShown(allow_null=True))
USER_PAGE = page_of("ExternalUser", ExternalUserShown(many=True))

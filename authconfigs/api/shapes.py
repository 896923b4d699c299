"""What this floor's endpoints take and answer, for reading bodies and for the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from authconfigs.actions.create_auth_config import TYPES
from authconfigs.models.auth_config import RawCredentials
from flowra.api.body import Body, FlagField, ObjectField, TextField
from flowra.api.schema import page_of, success_of

if TYPE_CHECKING:
    AnySerializer = serializers.Serializer[Any]
else:
    AnySerializer = serializers.Serializer

FIELD_TYPES = ("string", "password", "boolean")
MAX_URL = 2000
MAX_LONG = 5000


def _texts(**arguments: Any) -> serializers.ListField:
    return serializers.ListField(child=TextField(**arguments), required=False, max_length=500)


def _url() -> TextField:
    return TextField(required=False, allow_null=True, allow_blank=True, max_length=MAX_URL)


class ToolkitReference(Body):
    """Which service."""

    slug = TextField(max_length=50)


class ProxyConfig(Body):
    """Through which proxy calls to the service go."""

    proxyUrl = TextField(max_length=500, allow_blank=True, allow_null=True)


class NewAuthConfig(Body):
    """How the app is registered; `credentials` has what the toolkit's `authConfigDetails` asks for."""

    type = serializers.ChoiceField(choices=TYPES, required=False, default=TYPES[0])
    displayName = TextField(required=False, allow_blank=True, allow_null=True, max_length=200)
    authScheme = TextField(required=False, allow_null=True, max_length=30)
    credentials = ObjectField(required=False, allow_null=True)
    restrictToFollowingTools = _texts(max_length=100)
    proxyConfig = ProxyConfig(required=False, allow_null=True)
    rawCredentials = serializers.ChoiceField(choices=RawCredentials.values, required=False)


class CreateAuthConfig(Body):
    """A toolkit, and the app's registration there."""

    toolkit = ToolkitReference()
    authConfig = NewAuthConfig()


class ChangeAuthConfig(Body):
    """What is left out stays as it is."""

    displayName = TextField(required=False, allow_blank=True, allow_null=True, max_length=200)
    isDisabled = FlagField(required=False)
    credentials = ObjectField(required=False)
    restrictToFollowingTools = _texts(max_length=100)
    proxyConfig = ProxyConfig(required=False, allow_null=True)
    rawCredentials = serializers.ChoiceField(choices=RawCredentials.values, required=False)


class IdentityPaths(Body):
    """Where in the userinfo answer it is told whose account it is: dotted paths."""

    id = TextField(required=False)
    name = TextField(required=False)
    email = TextField(required=False)
    workspace = TextField(required=False)


class ToolkitOAuth2(Body):
    """`issuer`, from which the rest is discovered, or the two URLs, or both: explicit URLs win."""

    issuer = _url()
    authorizationUrl = _url()
    tokenUrl = _url()
    revocationUrl = _url()
    userinfoUrl = _url()
    registrationUrl = _url()
    defaultScopes = _texts(max_length=300)
    scopeSeparator = TextField(required=False, trim_whitespace=False, min_length=1, max_length=1)
    tokenAuthMethod = serializers.ChoiceField(
        choices=("client_secret_basic", "client_secret_post", "none"), required=False
    )
    authorizationParams = serializers.DictField(
        child=TextField(max_length=1000, allow_blank=True), required=False
    )
    tokenParams = serializers.DictField(child=TextField(max_length=1000, allow_blank=True), required=False)
    identity = IdentityPaths(required=False, allow_null=True)


class ToolkitApiKey(Body):
    """Where a key goes in a request."""

    name = TextField(max_length=100)
    prefix = TextField(required=False, allow_blank=True, trim_whitespace=False, max_length=50)

    def get_fields(self) -> dict[str, Any]:
        """With `in`, which is no name in Python."""
        return {"in": serializers.ChoiceField(choices=("header", "query")), **super().get_fields()}


class AskedField(Body):
    """What a form asks for."""

    name = TextField(max_length=50)
    displayName = TextField(required=False, max_length=100)
    type = serializers.ChoiceField(choices=FIELD_TYPES, required=False)
    description = TextField(required=False, allow_blank=True, max_length=500)
    required = FlagField(required=False)  # type: ignore[assignment]
    default = TextField(required=False, allow_null=True, max_length=500)


class AskedFields(Body):
    """Which fields making an auth config asks for, and which connecting an account does."""

    authScheme = TextField(required=False, max_length=30)
    authConfigCreation = serializers.ListField(child=AskedField(), required=False, max_length=20)
    connectedAccountInitiation = serializers.ListField(child=AskedField(), required=False, max_length=20)


class CreateToolkit(Body):
    """A project's own toolkit."""

    slug = TextField(max_length=50)
    name = TextField(max_length=100)
    description = TextField(required=False, allow_blank=True, allow_null=True, max_length=MAX_LONG)
    logo = _url()
    baseUrl = TextField(max_length=MAX_URL)
    authSchemes = serializers.ListField(child=TextField(max_length=30), min_length=1, max_length=9)
    categories = _texts(max_length=50)
    getCurrentUserEndpoint = _url()
    oauth2 = ToolkitOAuth2(required=False, allow_null=True)
    apiKey = ToolkitApiKey(required=False, allow_null=True)
    authConfigDetails = serializers.ListField(child=AskedFields(), required=False, max_length=9)


class ToggleToolkit(Body):
    """Without a body, or without the key, it is turned round."""

    isActive = FlagField(required=False)


class ToolkitBrief(AnySerializer):
    """A toolkit where it is mentioned."""

    slug = serializers.CharField()
    name = serializers.CharField()
    logo = serializers.CharField(allow_blank=True)


class AskedFieldShown(AnySerializer):
    """What a form must ask for."""

    name = serializers.CharField()
    displayName = serializers.CharField()
    type = serializers.ChoiceField(choices=FIELD_TYPES)
    description = serializers.CharField(allow_blank=True)
    required = serializers.BooleanField()  # type: ignore[assignment]
    default = serializers.CharField(allow_null=True)


class AuthConfigDetails(AnySerializer):
    """For one scheme: what making an auth config asks for, and what connecting an account does."""

    authScheme = serializers.CharField()
    authConfigCreation = AskedFieldShown(many=True)
    connectedAccountInitiation = AskedFieldShown(many=True)


class ToolkitShown(AnySerializer):
    """A toolkit; the catalogue's have their slug for an id, and neither times nor a switch."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    logo = serializers.CharField(allow_blank=True)
    categories = serializers.ListField(child=serializers.CharField())
    baseUrl = serializers.CharField()
    website = serializers.CharField(allow_blank=True)
    docsUrl = serializers.CharField(allow_blank=True)
    authSchemes = serializers.ListField(child=serializers.CharField())
    requiresAuth = serializers.BooleanField()
    isGlobal = serializers.BooleanField()
    isActive = serializers.BooleanField()
    getCurrentUserEndpoint = serializers.CharField(allow_null=True)
    oauth2 = serializers.DictField(allow_null=True)
    apiKey = serializers.DictField(allow_null=True)
    authConfigDetails = AuthConfigDetails(many=True)
    createdAt = serializers.DateTimeField(allow_null=True)
    updatedAt = serializers.DateTimeField(allow_null=True)


class Category(AnySerializer):
    """A category, and how many toolkits it has."""

    slug = serializers.CharField()
    name = serializers.CharField()
    toolkitCount = serializers.IntegerField()


class Failing(AnySerializer):
    """The service refuses the client: nobody can connect, and access that runs out is not renewed."""

    since = serializers.DateTimeField()
    message = serializers.CharField(help_text="The service's own words.")


class AuthConfigShown(AnySerializer):
    """An auth config; `credentials` with every secret masked to its last four characters."""

    id = serializers.CharField()
    name = serializers.CharField()
    displayName = serializers.CharField()
    toolkit = ToolkitBrief()
    authScheme = serializers.CharField()
    isProviderManaged = serializers.BooleanField()
    isDisabled = serializers.BooleanField()
    status = serializers.ChoiceField(choices=("ENABLED", "DISABLED"))
    failing = Failing(allow_null=True)
    credentials = serializers.DictField()
    redirectUri = serializers.CharField(
        allow_null=True, help_text="To be pasted into the provider's console."
    )
    rawCredentials = serializers.ChoiceField(choices=RawCredentials.values)
    restrictToFollowingTools = serializers.ListField(child=serializers.CharField())
    proxyConfig = serializers.DictField(allow_null=True)
    connectionCount = serializers.IntegerField()
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class CheckShown(AnySerializer):
    """One thing that was tried."""

    name = serializers.CharField()
    outcome = serializers.ChoiceField(choices=("passed", "failed", "unknown"))
    message = serializers.CharField()
    providerError = serializers.CharField(allow_null=True)


class AuthConfigTest(AnySerializer):
    """`ok` unless something failed."""

    ok = serializers.BooleanField()
    checks = CheckShown(many=True)


ONE_TOOLKIT = success_of("Toolkit", ToolkitShown())
TOOLKIT_PAGE = page_of("Toolkit", ToolkitShown(many=True))
ALL_CATEGORIES = success_of("Categories", Category(many=True))
ONE_AUTH_CONFIG = success_of("AuthConfig", AuthConfigShown())
AUTH_CONFIG_PAGE = page_of(
    "AuthConfig",
    AuthConfigShown(many=True),
    nextCursor=serializers.CharField(
        allow_null=True, help_text="For the next page, when sorted by a time; null at the end."
    ),
)
AUTH_CONFIG_TEST = success_of("AuthConfigTest", AuthConfigTest())

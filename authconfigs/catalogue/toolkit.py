"""A toolkit: what Flowra knows of one service, from the catalogue or from a project's own definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TokenAuthMethod = Literal["client_secret_basic", "client_secret_post", "none"]
TokenKind = Literal["refresh_token", "access_token", "user_refresh_token", "user_access_token"]
ScopeKind = Literal["identity", "read", "change", "delete"]


@dataclass(frozen=True, slots=True)
class Field:
    """What a form asks for. `pattern` must match the whole value; `where` says where a person finds it."""

    name: str
    display_name: str
    description: str = ""
    type: Literal["string", "password", "boolean"] = "string"
    required: bool = True
    default: str | None = None
    secret: bool = False
    pattern: str | None = None
    example: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the service, signed as the account's scheme signs.

    `url` is a template, or a path under `base_url`.

    `form` is a body of form fields. Its values are templates, too, and may name the client and its secrets:
    some services tell whose a token is only to the app that holds it. `ok_field` names a boolean that must be true
    in an answer with a good status.
    """

    url: str
    method: str = "GET"
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    ok_field: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Where it is told whose account it is.

    Paths are dotted (`user.id`, `items.0.name`), alternatives in order.
    `source`: an API call (what the token answer told besides is read with it, and its texts fill the call's
    URL: `authed_user.id` there is `{authed_user_id}`), the token answer itself, or the claims of the ID
    token.
    """

    source: Literal["call", "token", "id_token"] = "call"
    call: Call | None = None
    id: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    workspace: tuple[str, ...] = ()
    quirk: str | None = None


@dataclass(frozen=True, slots=True)
class RevokeCall:
    """How the service is told that the grant is given back.

    The defaults are RFC 7009. `tokens` are told in that order. `gone_statuses` and `gone_errors` are the
    answers that mean that the token was no longer good: done as well. `ok_field` names a boolean that must be
    true in the answer. `ends_all` says that giving one token back ends all that the person ever granted to this
    client, other accounts' grants with it.
    """

    url: str
    method: str = "POST"
    auth: Literal["client", "basic", "bearer", "none"] = "client"
    body: Literal["form", "json", "none"] = "form"
    token_param: str = "token"
    with_hint: bool = True
    tokens: tuple[TokenKind, ...] = ("refresh_token", "access_token")
    gone_statuses: tuple[int, ...] = ()
    gone_errors: tuple[str, ...] = ("invalid_token", "invalid_grant")
    ok_field: str | None = None
    ends_all: bool = False


@dataclass(frozen=True, slots=True)
class Refresh:
    """How an access token is renewed. The defaults are RFC 6749, sections 5.2 and 6.

    `gone_errors` are what the service says when only the person can help, `client_errors` when the app's
    registration is wrong; whatever else it says is trouble that may pass. A refresh token that is not used for
    `idle_days` dies of it; `lasts_days` after the person agreed, the grant ends whatever is done. `url` is a
    template, where it is not the token endpoint's.
    """

    url: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    gone_errors: tuple[str, ...] = ("invalid_grant",)
    client_errors: tuple[str, ...] = ("invalid_client", "unauthorized_client")
    idle_days: int | None = None
    lasts_days: int | None = None


@dataclass(frozen=True, slots=True)
class OAuth2:
    """The authorization server and how this service speaks OAuth 2. URLs are templates.

    `sends_iss`: its callbacks carry `iss` (RFC 9207), so one without it is refused. `scope_aliases` maps a
    scope as the service names it in its answer to the one that was asked for; `scope_implies` a scope to
    those that it contains, which the service then leaves out; `unsaid_scopes` are those that no answer names.
    """

    authorization_url: str
    token_url: str
    issuer: str | None = None
    sends_iss: bool = False
    registration_url: str | None = None
    pkce: bool = True
    default_scopes: tuple[str, ...] = ()
    scope_separator: str = " "
    scope_parameter: str = "scope"
    user_scope_parameter: str | None = None
    scope_aliases: Mapping[str, str] = field(default_factory=dict)
    scope_implies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unsaid_scopes: tuple[str, ...] = ()
    client_id_param: str = "client_id"
    client_secret_param: str = "client_secret"
    token_auth_method: TokenAuthMethod = "client_secret_post"
    token_body: Literal["form", "json"] = "form"
    authorization_params: Mapping[str, str] = field(default_factory=dict)
    token_params: Mapping[str, str] = field(default_factory=dict)
    authorize_quirk: str | None = None
    token_response_quirk: str | None = None
    refresh: Refresh = Refresh()
    revoke: RevokeCall | None = None


@dataclass(frozen=True, slots=True)
class ApiKeyPlace:
    """Where a key goes in a request."""

    place: Literal["header", "query"] = "header"
    name: str = "Authorization"
    prefix: str = "Bearer "


@dataclass(frozen=True, slots=True)
class ScopeText:
    """What a scope lets the app do, to be read after "Acme will be able to"."""

    text: str
    kind: ScopeKind = "read"
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Cannot:
    """What the app can surely not do, to be read after "It will not be able to".

    True unless one of the scopes `unless` is asked for.
    """

    text: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """How much room the service's own pages need in a window that an app's page opened, in CSS pixels."""

    width: int = 480
    height: int = 760


@dataclass(frozen=True, slots=True)
class Setup:
    """What to press in the service's console: to register an app there, or to find a key.

    `steps` are in order, for a person who has the console open. `{redirect_uri}` stands for the address to paste, `{scopes}`
    for the scopes that the app will ask for, `{app_name}` and `{service}` for the names. `client_id` and `client_secret` are what
    the console calls the two.
    """

    console_name: str = ""
    console_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Toolkit:
    """One service. `id` is set for a project's own toolkit, None for the catalogue's.

    `config_fields` are what an auth config needs besides the client (a tenant), `connection_fields` what each
    connection needs besides the grant (a subdomain); `key_fields` say what the scheme's own fields (api_key,
    username, password, token) are called at this service. `logo` is a URL, or a path under the static files.
    """

    slug: str
    name: str
    base_url: str
    auth_schemes: tuple[str, ...]
    description: str = ""
    categories: tuple[str, ...] = ()
    logo: str = ""
    website: str = ""
    docs_url: str = ""
    oauth2: OAuth2 | None = None
    api_key: ApiKeyPlace | None = None
    key_fields: tuple[Field, ...] = ()
    config_fields: tuple[Field, ...] = ()
    connection_fields: tuple[Field, ...] = ()
    identity: Identity | None = None
    test_call: Call | None = None
    request_headers: Mapping[str, str] = field(default_factory=dict)
    scopes: Mapping[str, ScopeText] = field(default_factory=dict)
    cannot: tuple[Cannot, ...] = ()
    revoke_page: str = ""
    setup: Setup = Setup()
    window: Window = Window()
    id: str | None = None

"""Things that tests begin with, each made in one line and stored for real."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import ConnectedAccount, Credential, ExternalUser, Status
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.models import ApiKey, Project, WebhookEndpoint
from flowra.models.api_key import DEFAULT_SCOPES, SHOWN_PREFIX_LENGTH, hash_of
from flowra.models.api_key import make_key as new_key_text
from flowra.models.webhook import Secrets
from flowra.webhooks.sign import new_secret

_number = count(1)


def make_project(name: str = "Acme", **fields: Any) -> Project:
    """A project that may send people back to https://acme.example."""
    fields.setdefault("callback_origins", ["https://acme.example"])
    return Project.objects.create(name=name, **fields)


def make_key(
    project: Project | None = None,
    *,
    scopes: Sequence[str] = DEFAULT_SCOPES,
    name: str = "test key",
    **fields: Any,
) -> tuple[ApiKey, str]:
    """A key and its text."""
    text = new_key_text(is_test=False)
    key = ApiKey.objects.create(
        project=project or make_project(),
        name=name,
        prefix=text[:SHOWN_PREFIX_LENGTH],
        key_hash=hash_of(text),
        scopes=list(scopes),
        **fields,
    )
    return key, text


def make_external_user(project: Project, name: str = "customer_42", **fields: Any) -> ExternalUser:
    """One of the app's users; the same name again is the same user."""
    return ExternalUser.objects.get_or_create(project=project, name=name, defaults=fields)[0]


def make_auth_config(
    project: Project, toolkit_slug: str = "github", *, auth_scheme: str = "OAUTH2", **fields: Any
) -> AuthConfig:
    """An auth config with a client of its own."""
    fields.setdefault("settings", {"client_id": "client-1", "scopes": []} if auth_scheme == "OAUTH2" else {})
    fields.setdefault("secrets", {"client_secret": "client-secret-0001"} if auth_scheme == "OAUTH2" else {})
    fields.setdefault("name", f"{toolkit_slug}-{next(_number):06}")
    return AuthConfig.objects.create(
        project=project, toolkit_slug=toolkit_slug, auth_scheme=auth_scheme, **fields
    )


def make_account(
    auth_config: AuthConfig,
    external_user: ExternalUser | None = None,
    *,
    status: str = Status.ACTIVE,
    secrets: dict[str, Any] | None = None,
    **fields: Any,
) -> ConnectedAccount:
    """A connected account of customer_42; with `secrets`, its credential too."""
    if status == Status.ACTIVE:
        fields.setdefault("connected_at", timezone.now())
    account = ConnectedAccount.objects.create(
        project=auth_config.project,
        auth_config=auth_config,
        external_user=external_user or make_external_user(auth_config.project),
        toolkit_slug=auth_config.toolkit_slug,
        status=status,
        secret_names=sorted(secrets or {}),
        **fields,
    )
    if secrets is not None:
        credential = Credential(id=account.pk, account=account)
        credential.secrets = secrets
        credential.save(force_insert=True)
    return account


def make_toolkit(project: Project, slug: str = "acme-desk", **definition: Any) -> ProjectToolkit:
    """A project's own toolkit that takes an API key, unless `definition` says otherwise."""
    whole: dict[str, Any] = {
        "slug": slug,
        "name": slug.replace("-", " ").title(),
        "baseUrl": f"https://{slug}.example/api",
        "authSchemes": ["API_KEY"],
        **definition,
    }
    return ProjectToolkit.objects.create(project=project, slug=slug, name=whole["name"], definition=whole)


def make_webhook_endpoint(project: Project, url: str, **fields: Any) -> WebhookEndpoint:
    """An endpoint that wants to know everything, unless `fields` say otherwise."""
    fields.setdefault("events", ["*"])
    endpoint = WebhookEndpoint(project=project, url=url, **fields)
    endpoint.secrets = Secrets(new_secret()).stored()
    endpoint.save(force_insert=True)
    return endpoint

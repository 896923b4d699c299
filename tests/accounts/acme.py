"""An app that connects its users through Flowra to the practice provider, told in few words for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from accounts.actions.act_as import act_as
from accounts.actions.complete_link import complete_link
from accounts.actions.continue_link import continue_link
from accounts.actions.ending import Ending
from accounts.actions.find_link import find_link
from accounts.actions.start_link import StartedLink, start_link
from accounts.actions.tokens_of_links import random_token
from accounts.models import ConnectedAccount, ExternalUser
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.events.record import Actor
from flowra.models import Project
from tests.provider import PracticeProvider

API_KEY = Actor("api_key", "key_test", "test key")
STAFF = Actor("staff", "1", "support")
BACK = "https://acme.example/back?next=%2Fhome"


@dataclass
class Browser:
    """A person's browser: all that the connect flow knows of it is its cookie."""

    cookie: str = field(default_factory=random_token)


@dataclass
class Acme:
    """The app, its project and its registration at the practice provider."""

    project: Project
    auth_config: AuthConfig
    provider: PracticeProvider

    def user(self, name: str = "customer_42") -> ExternalUser:
        """One of the app's users."""
        return act_as(self.project, name)

    def link(self, **wishes: Any) -> StartedLink:
        """A fresh link for customer_42, unless told otherwise."""
        wishes.setdefault("external_user", self.user())
        wishes.setdefault("callback_url", BACK)
        wishes.setdefault("auth_config_id", self.auth_config.pk)
        return start_link(self.project, actor=API_KEY, **wishes)

    def press(self, link: StartedLink, browser: Browser, **form: str) -> str:
        """The button; answers where the browser is sent."""
        return continue_link(find_link(link.token), browser.cookie, form)

    def come_back(self, callback: str, browser: Browser | None) -> Ending:
        """The browser at Flowra's callback address."""
        return complete_link(
            urlsplit(callback).path.rsplit("/", 1)[-1],
            query_of(callback),
            browser.cookie if browser else None,
        )

    def connect(
        self, browser: Browser | None = None, *, person: str = "sales@example.com", **wishes: Any
    ) -> Ending:
        """The whole way, agreed."""
        browser = browser or Browser()
        url = self.press(self.link(**wishes), browser)
        return self.come_back(self.provider.visit(url, person), browser)


def query_of(url: str | None) -> Mapping[str, str]:
    """The query's parameters by name."""
    return dict(parse_qsl(urlsplit(url or "").query, keep_blank_values=True))


def make_acme(provider: PracticeProvider, **definition: Any) -> Acme:
    """A project with its own toolkit `practice` and an auth config whose redirect URI the provider knows."""
    project = Project.objects.create(name="Acme", callback_origins=["https://acme.example"])
    ProjectToolkit.objects.create(
        project=project,
        slug="practice",
        name="Practice",
        definition={
            "slug": "practice",
            "name": "Practice",
            "baseUrl": provider.origin,
            "authSchemes": ["OAUTH2"],
            "oauth2": {
                "issuer": provider.origin,
                "authorizationUrl": f"{provider.origin}/authorize",
                "tokenUrl": f"{provider.origin}/token",
                "revocationUrl": f"{provider.origin}/revoke",
                "userinfoUrl": f"{provider.origin}/userinfo",
                "defaultScopes": ["openid", "profile", "email"],
                "tokenAuthMethod": "client_secret_basic",
                **definition,
            },
        },
    )
    auth_config = AuthConfig(
        project=project,
        toolkit_slug="practice",
        name="practice-test",
        auth_scheme="OAUTH2",
        settings={"client_id": "", "scopes": ["openid", "profile", "email"]},
    )
    client = provider.register_client(redirect_uris=[auth_config.redirect_uri], name="Acme")
    auth_config.settings = {**auth_config.settings, "client_id": client.client_id}
    auth_config.secrets = {"client_secret": client.client_secret}
    auth_config.save(force_insert=True)
    return Acme(project, auth_config, provider)


def reread(account: ConnectedAccount) -> ConnectedAccount:
    """The account as it is stored now."""
    return ConnectedAccount.objects.select_related("auth_config", "external_user", "project").get(
        pk=account.pk
    )

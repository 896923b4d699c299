"""What tests of tools begin with: an app whose people are connected at services that the practice provider plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import ConnectedAccount
from authconfigs.catalogue import load
from authconfigs.models import AuthConfig
from flowra.models import Project
from tests.accounts.acme import Acme
from tests.accounts.elsewhere import moved
from tests.caller import Caller
from tests.factories import make_external_user, make_key
from tests.provider import PracticeProvider
from tests.provider.calls import Call

CATALOGUE = dict(load.all_toolkits())


@dataclass
class ToolDesk:
    """A project at which every service of the catalogue is the practice provider's."""

    project: Project
    provider: PracticeProvider
    api: Caller

    def connected(
        self,
        slug: str,
        *scopes: str,
        user: str = "customer_42",
        person: str = "sales@example.com",
        **auth_config: Any,
    ) -> ConnectedAccount:
        """A user's account at a service, by the whole connect flow, with these scopes besides the usual."""
        registered = AuthConfig(
            project=self.project, toolkit_slug=slug, name=f"{slug}-1", auth_scheme="OAUTH2", **auth_config
        )
        oauth2 = CATALOGUE[slug].oauth2
        assert oauth2 is not None
        client = self.provider.register_client(service=slug, redirect_uris=[registered.redirect_uri])
        registered.settings = {"client_id": client.client_id, "scopes": [*oauth2.default_scopes, *scopes]}
        registered.secrets = {"client_secret": client.client_secret}
        registered.save(force_insert=True)
        acme = Acme(self.project, registered, self.provider)
        external_user = make_external_user(self.project, user)
        account: ConnectedAccount = acme.connect(person=person, external_user=external_user).account
        self.provider.calls.clear()
        return account

    def execute(self, slug: str, arguments: Any = None, **body: Any) -> Any:
        """The answer to `tools/execute/{slug}`, as customer_42."""
        return self.api.post(f"tools/execute/{slug}", {"arguments": arguments or {}, **body})

    def calls(self) -> list[Call]:
        """What reached the services since the last connection was made."""
        return list(self.provider.calls)


def make_tool_desk(provider: PracticeProvider, patch: pytest.MonkeyPatch) -> ToolDesk:
    """The desk, its caller acting as customer_42."""
    elsewhere = {slug: moved(toolkit, provider.origin) for slug, toolkit in CATALOGUE.items()}
    patch.setattr("authconfigs.catalogue.load.all_toolkits", lambda: elsewhere)
    patch.setattr("authconfigs.actions.toolkit_for.all_toolkits", lambda: elsewhere)
    project = Project.objects.create(name="Acme", callback_origins=["https://acme.example"])
    return ToolDesk(project, provider, Caller(project, make_key(project)[1]).as_user("customer_42"))

"""What the portal's tests begin with: a person of Acme's, their page, and browsers to open it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.actions.act_as import act_as
from accounts.actions.start_portal_session import StartedPortal, start_portal_session
from accounts.models import ConnectedAccount, ExternalUser
from flowra.models import Project
from tests.accounts.acme import API_KEY
from tests.factories import make_account, make_auth_config, make_project


@dataclass
class Portal:
    """A person's page of connections."""

    project: Project
    user: ExternalUser
    started: StartedPortal
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True), repr=False)

    @property
    def door(self) -> str:
        """The path of the app's URL."""
        return urlsplit(self.started.url).path

    @property
    def home(self) -> str:
        """The path of the list."""
        return f"/portal/{self.started.session.pk}"

    def open(self, client: Client | None = None) -> Any:
        """Visits the URL and presses its button; the answer to that."""
        client = client or self.client
        assert client.get(self.door).status_code == 200
        return client.post(self.door)

    def get(self, *parts: str, **query: str) -> Any:
        """A page of it."""
        return self.client.get("/".join((self.home, *parts)), query)

    def post(self, *parts: str, **form: str) -> Any:
        """A press on one."""
        return self.client.post("/".join((self.home, *parts)), form)

    def account(self, slug: str = "slack", **fields: Any) -> ConnectedAccount:
        """One of the person's accounts."""
        fields.setdefault("secrets", {"access_token": "x"})
        auth_config = fields.pop("auth_config", None) or make_auth_config(self.project, slug)
        return make_account(auth_config, fields.pop("user", self.user), **fields)


def make_portal(project: Project | None = None, user: str = "customer_42", **wishes: Any) -> Portal:
    """A fresh one, not opened yet."""
    project = project or make_project()
    person = act_as(project, user)
    return Portal(project, person, start_portal_session(project, person, API_KEY, **wishes))


@pytest.fixture
def closed(db: None) -> Portal:
    """The page of customer_42, not opened yet."""
    return make_portal()


@pytest.fixture
def portal(closed: Portal) -> Portal:
    """The same, opened in its browser."""
    assert closed.open().status_code == 303
    return closed

"""An account whose service is a mirror."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.actions import proxy_request
from accounts.models import ConnectedAccount
from authconfigs.models import ProjectToolkit
from tests.accounts.acme import Acme, make_acme
from tests.accounts.later import connected
from tests.accounts.mirror import Mirror
from tests.caller import Caller, make_caller
from tests.provider import PracticeProvider


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    server = Mirror()
    yield server
    server.close()


@pytest.fixture
def app(db: None, provider: PracticeProvider, mirror: Mirror) -> Acme:
    """Its toolkit's API is the mirror, its tokens are the practice provider's."""
    proxy_request._hopeless.clear()
    acme = make_acme(provider)
    own = ProjectToolkit.objects.get(project=acme.project)
    own.definition = {**own.definition, "baseUrl": f"{mirror.url}/v1"}
    own.save()
    return acme


@pytest.fixture
def account(app: Acme) -> ConnectedAccount:
    return connected(app)


@pytest.fixture
def caller(app: Acme) -> Caller:
    return make_caller(app.project)

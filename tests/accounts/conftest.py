"""What this floor's tests share: an app at the practice provider, and support with an account on its desk."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import ConnectedAccount
from tests.accounts.acme import Acme, make_acme
from tests.accounts.desk import make_whole_account
from tests.accounts.tool_desk import ToolDesk, make_tool_desk
from tests.provider import PracticeProvider
from tests.staff import make_support, signed_in


@pytest.fixture
def acme(db: None, provider: PracticeProvider) -> Acme:
    """A project whose auth config the practice provider knows."""
    return make_acme(provider)


@pytest.fixture
def tools(db: None, provider: PracticeProvider, monkeypatch: pytest.MonkeyPatch) -> ToolDesk:
    """An app whose people are connected at services that the practice provider plays."""
    return make_tool_desk(provider, monkeypatch)


@pytest.fixture
def support(db: None) -> Client:
    """A browser in which somebody of the group Support is signed in."""
    return signed_in(make_support())


@pytest.fixture
def account(db: None) -> ConnectedAccount:
    """A Slack account of Acme with all that one can have."""
    return make_whole_account()

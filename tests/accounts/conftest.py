"""What this floor's tests share: an app at the practice provider."""

from __future__ import annotations

import pytest

from tests.accounts.acme import Acme, make_acme
from tests.accounts.tool_desk import ToolDesk, make_tool_desk
from tests.provider import PracticeProvider


@pytest.fixture
def acme(db: None, provider: PracticeProvider) -> Acme:
    """A project whose auth config the practice provider knows."""
    return make_acme(provider)


@pytest.fixture
def tools(db: None, provider: PracticeProvider, monkeypatch: pytest.MonkeyPatch) -> ToolDesk:
    """An app whose people are connected at services that the practice provider plays."""
    return make_tool_desk(provider, monkeypatch)

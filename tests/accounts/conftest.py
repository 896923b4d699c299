"""What this floor's tests share: an app at the practice provider."""

from __future__ import annotations

import pytest

from tests.accounts.acme import Acme, make_acme
from tests.provider import PracticeProvider


@pytest.fixture
def acme(db: None, provider: PracticeProvider) -> Acme:
    """A project whose auth config the practice provider knows."""
    return make_acme(provider)

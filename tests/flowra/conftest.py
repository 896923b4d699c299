"""What the ground's tests share: other keys."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from flowra.encryption_keys import Key, KeyRing


@pytest.fixture
def other_ring() -> Callable[..., KeyRing]:
    """Makes a ring whose writing key is new; `also`: an older ring that it still reads with."""

    def make(*, also: KeyRing | None = None) -> KeyRing:
        older = [] if also is None else [key for id in also.ids() if (key := also.get(id)) is not None]
        return KeyRing([Key.from_text(secrets.token_hex(32)), *older])

    return make

"""The stage, and the page with the pictures."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gallery.looking import ALBUM, SCHEMES, WIDTHS
from tests.gallery.stage import Stage, set_up
from tests.provider import PracticeProvider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


@pytest.fixture
def stage(
    live_flowra: str, visitor: Callable[..., BrowserContext], provider: PracticeProvider
) -> Iterator[Stage]:
    made = set_up(live_flowra, visitor, provider)
    yield made
    made.app.page.stop()


@pytest.fixture(scope="session", autouse=True)
def _album() -> Iterator[None]:
    """Where pictures are kept, a page with all of them, to be looked through."""
    yield
    if not ALBUM:
        return
    from tests.gallery.places import PLACES

    parts = []
    for place in PLACES:
        shown = [
            f'<a href="pictures/{name}"><img src="pictures/{name}" alt="{width} px, {scheme}" loading="lazy" width="{width // 4}"></a>'
            for width in WIDTHS
            for scheme in SCHEMES
            if (Path(ALBUM) / "pictures" / (name := f"{place.name}-{width}-{scheme}.png")).exists()
        ]
        parts.append(
            f'<h2 id="{place.name}">{html.escape(place.title)} <code>{place.name}</code></h2><p>{"".join(shown)}</p>'
        )
    style = "body{font:16px system-ui;margin:24px}p{display:flex;flex-wrap:wrap;gap:12px;align-items:start}img{border:1px solid #888}"
    page = f"<!doctype html><meta charset=utf-8><title>Flowra's pages</title><style>{style}</style><h1>Flowra's pages</h1>{''.join(parts)}"
    (Path(ALBUM) / "index.html").write_text(page)

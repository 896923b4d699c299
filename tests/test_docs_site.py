"""`make docs`: the site is built whole, its links lead somewhere, and it loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from authconfigs.catalogue.load import all_toolkits
from flowra.api.description import description
from tests.readme import ROOT

LOADED = {("script", "src"), ("img", "src"), ("link", "href")}


class Page(HTMLParser):
    """What a page links to, what it loads, and the names within it that may be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if not value:
                continue
            if name == "id":
                self.names.add(value)
            elif tag == "a" and name == "href":
                self.links.append(value)
            elif (tag, name) in LOADED:
                self.loads.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", str(built)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return built


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text()) for path in site.rglob("*.html")}


def test_every_link_and_picture_leads_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    lost = []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            address, name = urldefrag(link)
            if re.match(r"[a-z]+:", address):
                continue
            target = (path.parent / unquote(address.partition("?")[0])).resolve() if address else path
            if target.is_dir():
                target /= "index.html"
            found = target.exists() and (
                not name or target not in pages or unquote(name) in pages[target].names
            )
            if not found:
                lost.append(f"{path.relative_to(site)} -> {link}")
    assert lost == []


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    foreign = [
        f"{path.relative_to(site)} loads {each}"
        for path, page in pages.items()
        for each in page.loads
        if re.match(r"(https?:)?//", each)
    ]
    sheets = "".join(path.read_text() for path in site.rglob("*.css"))
    assert foreign == [] and re.findall(r"url\((?:['\"]?)(?:https?:)?//", sheets) == []


def test_there_is_a_page_for_each_toolkit_and_each_endpoint(site: Path) -> None:
    for slug, toolkit in all_toolkits().items():
        text = (site / "toolkits" / f"{slug}.html").read_text()
        assert toolkit.name in text and all(name in text for name in toolkit.scopes)
    reference = "".join(path.read_text() for path in (site / "api").glob("*.html"))
    for path in description()["paths"]:
        assert path.removeprefix("/api/v1") in reference

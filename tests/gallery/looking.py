"""What is looked for on each page, whoever it is for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

WIDTHS = (1280, 768, 320)
SCHEMES = ("light", "dark")
ALBUM = os.environ.get("GALLERY_FOLDER", "")
_TOO_WIDE = """() => [...document.body.querySelectorAll("*")]
    .filter((each) => each.getBoundingClientRect().right > window.innerWidth + 1)
    .map((each) => `${each.tagName}.${each.className}`).slice(0, 8).join(", ")"""
_SHIFTS = """
    window.shifted = 0;
    window.whatShifted = [];
    new PerformanceObserver((list) => {
        for (const each of list.getEntries()) {
            if (each.hadRecentInput) continue;
            window.shifted += each.value;
            window.whatShifted.push(...each.sources.map(({node}) => node && `${node.nodeName}.${node.className || ""}`));
        }
    }).observe({type: "layout-shift", buffered: true});
"""
# What can be tabbed to, in the order in which it is read: of a group of radio buttons one, of a closed fold its handle.
_TO_TAB_TO = """() => {
    window.toTabTo = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((each) =>
        each.tabIndex >= 0 && !each.disabled && each.type !== "hidden" && each.checkVisibility({visibilityProperty: true})
        && (each.type !== "radio" || each.checked || !document.querySelector(`input[name="${each.name}"]:checked`)));
    const start = document.createElement("span");
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    return window.toTabTo.length;
}"""
# The ring is round the thing itself, or round the card whose link it is.
_WHERE = """() => {
    const here = document.activeElement;
    const ringed = (each) => { const look = getComputedStyle(each); return look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0 || look.boxShadow !== "none"; };
    const seen = ringed(here) || here.matches("input, select, textarea") || ringed(here.closest("li, tr, td, label") || here);
    return {place: window.toTabTo.indexOf(here), what: here.outerHTML.slice(0, 120), seen};
}"""
MOST_TABS = 40
# The docs' pictures, with the window that each is taken through: `make screenshots` puts them into docs/.
IN_DOCS = {
    "connect-slack": ("connect-page.png", 720, 900),
    "portal-list": ("portal-page.png", 720, 700),
    "dashboard-health": ("dashboard.png", 1100, 900),
    "dashboard-account-expired": ("account-page.png", 1100, 820),
    "admin-account-expired": ("support-page.png", 1100, 820),
}


class Looking:
    """Watches a page from before it is opened: what it asked for, what the browser complained of, what moved."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.answers: list[Response] = []
        page.add_init_script(_SHIFTS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.on("response", lambda answer: self.answers.append(answer))

    def _heard(self, said: Any) -> None:
        # A page that tells of an error has a status that Chromium complains of.
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.complaints.append(said.text)

    def weight(self) -> int:
        """Bytes of all that was loaded for the last page, as they came over the line."""
        return sum(answer.request.sizes()["responseBodySize"] for answer in self._of_last_page())

    def requests(self) -> int:
        """How many things the last page asked for, itself among them; services' logos, one each, are not counted."""
        return sum("/static/toolkits/" not in answer.url for answer in self._of_last_page())

    def _of_last_page(self) -> list[Response]:
        pages = [
            place
            for place, answer in enumerate(self.answers)
            if answer.request.is_navigation_request() and answer.frame == self.page.main_frame
        ]
        return self.answers[pages[-1] :]

    def findings(self, name: str, most_moved: float = 0.001) -> list[str]:
        """What is wrong with the page as it stands, in every width and both schemes; keeps pictures where asked to.

        `most_moved` is how far it may have shifted while it loaded (https://web.dev/articles/cls).
        """
        page, found = self.page, list(self.complaints)
        moved = page.evaluate("window.shifted")
        if moved > most_moved:
            found.append(f"moved by {moved:.3f} while it loaded: {page.evaluate('window.whatShifted')}")
        if page.locator("h1").count() != 1:
            found.append(f"has {page.locator('h1').count()} h1")
        if not page.get_attribute("html", "lang") or not page.title().strip():
            found.append("has no language or no title")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900 if width > 400 else 640})
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 0:
                found.append(f"is {wide} px too wide at {width}: {page.evaluate(_TOO_WIDE)}")
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                if (width, scheme) in ((1280, "light"), (320, "dark")):
                    found += _stands_in_the_way(page, f"{width} {scheme}")
                if ALBUM:
                    path = Path(ALBUM) / "pictures" / f"{name}-{width}-{scheme}.png"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=path, full_page=True, animations="disabled")
        if ALBUM and name in IN_DOCS:
            picture, width, height = IN_DOCS[name]
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme="light")
            page.screenshot(path=Path(ALBUM) / "docs" / picture, animations="disabled")
            page.set_viewport_size({"width": 320, "height": 640})
        # Still at 320 px: whoever reads from right to left sees no less.
        page.evaluate("document.documentElement.dir = 'rtl'")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        page.evaluate("document.documentElement.removeAttribute('dir')")
        if wide > 0:
            found.append(f"is {wide} px too wide from right to left")
        page.set_viewport_size({"width": 1280, "height": 900})
        return found + _by_keyboard(page)


def _stands_in_the_way(page: Page, where: str) -> list[str]:
    results = Axe().run(page).response
    return [
        f"{where}: {each['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for each in results["violations"]
        for node in each["nodes"][:3]
    ]


def _by_keyboard(page: Page) -> list[str]:
    """Each press of Tab leads on in the order of reading, to something that shows that it has the focus."""
    found = []
    count = page.evaluate(_TO_TAB_TO)
    before = -1
    for _ in range(min(count, MOST_TABS)):
        page.keyboard.press("Tab")
        here = page.evaluate(_WHERE)
        while here["what"].startswith('<input type="date"') and here["place"] == before:
            page.keyboard.press("Tab")
            here = page.evaluate(_WHERE)
        if here["place"] <= before:
            found.append(f"Tab leads from the {before}. back to {here['what']}")
            break
        if here["place"] > before + 1:
            found.append(f"Tab leaves out what stands before {here['what']}")
        if not here["seen"]:
            found.append(f"shows no focus on {here['what']}")
        before = here["place"]
    return found

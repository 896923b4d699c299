"""Where the tests' browser is: the system's Chromium, or else the one that Playwright keeps.

`python -m tests.chromium` prints its path, and fails where there is none.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without these it talks to its maker at every start.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


def chromium_path(playwright: Playwright) -> str | None:
    """The path of a Chromium; None where there is none."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def arguments() -> list[str]:
    """How it is started; its sandbox does not work for root."""
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


if __name__ == "__main__":
    with sync_playwright() as playwright:
        path = chromium_path(playwright)
    print(path)
    sys.exit(path is None)

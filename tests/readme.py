"""A page of ours as its reader meets it, the README above all: its commands one by one, in the order in which they are to be typed."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and its text."""

    language: str
    text: str

    def commands(self) -> list[str]:
        """The shell commands; one may span lines, by an open quote or a backslash."""
        found: list[str] = []
        begun = ""
        for line in self.text.splitlines():
            begun = f"{begun}\n{line}" if begun else line
            if not begun.strip() or begun.rstrip().endswith("\\") or not is_whole(begun):
                continue
            found.append(begun)
            begun = ""
        assert not begun.strip(), f"this command never ends: {begun}"
        return found


def is_whole(command: str) -> bool:
    """Whether bash finds nothing open in it."""
    return subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False).returncode == 0


def blocks(page: Path = README) -> list[Block]:
    """Every fenced block, from top to bottom."""
    return [Block(language, text) for language, text in _BLOCK.findall(page.read_text())]


def linked_files() -> list[str]:
    """Every file of the checkout that it links to or shows."""
    return [link for link in _LINK.findall(README.read_text()) if "://" not in link]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its first two lines."""
    section = README.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]

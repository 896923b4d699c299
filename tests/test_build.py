"""What is installed is what is needed: the ranges say all that the product imports, the locks hold to the ranges."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OWN = {"flowra", "authconfigs", "accounts", "tests"}
LOCKS = ("requirements.lock", "requirements-test.lock", "tests/sdk/requirements.lock")
_PIN = re.compile(r"^([\w.-]+)==(\S+)(.*?)\\?$", re.MULTILINE)
_ADDRESS = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host|^-i ", re.MULTILINE)


def needed_to_run() -> set[str]:
    """The distributions that `pip install -e .` brings on this machine, by what each says of itself."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in PROJECT["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        found.add(name)
        extras = {"", *requirement.extras}
        for text in metadata.requires(name) or []:
            inner = Requirement(text)
            marker = inner.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(inner)
    return found


def imported_by(*folders: str) -> Iterator[tuple[str, str]]:
    """Each file with each top-level package that it imports at any depth, types alone left out."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text())
            for_types = {
                id(node)
                for test in ast.walk(tree)
                if isinstance(test, ast.If)
                and ast.unparse(test.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
                for each in test.body
                for node in ast.walk(each)
            }
            for node in ast.walk(tree):
                if id(node) in for_types:
                    continue
                if isinstance(node, ast.Import):
                    yield from (
                        (str(path.relative_to(ROOT)), name.name.partition(".")[0]) for name in node.names
                    )
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    yield str(path.relative_to(ROOT)), (node.module or "").partition(".")[0]


def pins(lock: str) -> dict[str, str]:
    """Name and version of all that a lock holds."""
    return {canonicalize_name(name): version for name, version, _ in _PIN.findall((ROOT / lock).read_text())}


def test_all_that_the_product_imports_is_installed_with_it() -> None:
    """The demo's provider and sample app live with the tests, and run in an environment without what tests need."""
    needed = needed_to_run()
    distributions = metadata.packages_distributions()
    missing = {
        f"{path} imports {package}"
        for path, package in imported_by("flowra", "authconfigs", "accounts", "tests/provider")
        if package not in OWN
        and package not in sys.stdlib_module_names
        and not {canonicalize_name(name) for name in distributions.get(package, [])} & needed
    }
    assert missing == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_everything_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert _ADDRESS.search(text) is None
    entries = [entry for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE) if entry.strip()]
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_locks_hold_to_the_ranges() -> None:
    extras = [text for extra in PROJECT["optional-dependencies"].values() for text in extra]
    for lock, wanted in (
        ("requirements.lock", PROJECT["dependencies"]),
        ("requirements-test.lock", [*PROJECT["dependencies"], *extras]),
    ):
        locked = pins(lock)
        for requirement in map(Requirement, wanted):
            version = locked.get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement} is not in {lock}: run `make lock`"
            assert requirement.specifier.contains(version), (
                f"{lock} has {version} for {requirement}: run `make lock`"
            )


def test_both_locks_agree() -> None:
    running, testing = pins("requirements.lock"), pins("requirements-test.lock")
    assert {
        name: (version, testing.get(name))
        for name, version in running.items()
        if testing.get(name) != version
    } == {}


def test_no_package_index_is_named_anywhere() -> None:
    """Where packages come from is the machine's affair."""
    told = subprocess.run(
        ["git", "grep", "-lE", r"(index-url|find-links|PIP_INDEX_URL|registry)[ =\"']+https?://"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines() == []


def test_the_guarded_clients_minor_version_is_pinned() -> None:
    """It sets a private attribute of its transport, which another minor version may have moved."""
    pinned = next(Requirement(text) for text in PROJECT["dependencies"] if text.startswith("httpx2"))
    major, minor, *_ = metadata.version("httpx2").split(".")
    assert str(pinned.specifier) in (f"<{major}.{int(minor) + 1},>={major}.{minor}",)

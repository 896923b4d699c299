"""The catalogue: one TOML file a service, read into frozen dataclasses when it is first asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from .coherence import check_toolkit
from .social_auth import BACKENDS, known_to_social_auth
from .strict import Fault, read_table
from .toolkit import Toolkit

FOLDER: Final = Path(__file__).resolve().parent / "toolkits"
FAMILIES: Final = Path(__file__).resolve().parent / "families"


class CatalogueError(Exception):
    """What is wrong, with file and key: `toolkits/slack.toml: oauth2.token_url: is missing`."""


class Catalogue(Mapping[str, Toolkit]):
    """Toolkits by slug, sorted; each file is read once, when its toolkit is first asked for.

    Raises CatalogueError for a file that cannot be used.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._paths = {path.stem: path for path in sorted(folder.glob("*.toml"))}
        self._read: dict[str, Toolkit] = {}

    def __getitem__(self, slug: str) -> Toolkit:
        toolkit = self._read.get(slug)
        if toolkit is None:
            toolkit = self._read.setdefault(slug, read_toolkit(self._paths[slug]))
        return toolkit

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, slug: object) -> bool:
        return slug in self._paths


@cache
def all_toolkits() -> Catalogue:
    """The catalogue's toolkits by slug, sorted; the same mapping for the life of the process."""
    return Catalogue()


def toolkit_named(slug: str) -> Toolkit | None:
    """The catalogue's toolkit of that slug, or None."""
    return all_toolkits().get(slug)


def read_toolkit(path: Path) -> Toolkit:
    """The toolkit in one file, named for it. Raises CatalogueError with file and key."""
    file = f"{path.parent.name}/{path.name}"
    try:
        table = _table_in(path)
        backend = table.pop("backend", None)
        family = table.pop("family", None)
        if family is not None:
            inherited = _family(family)
            backend = backend or inherited.pop("backend", None)
            table = merged(inherited, table)
        if backend is not None:
            if backend not in BACKENDS:
                raise Fault("backend", f"must be one of {', '.join(BACKENDS)}")
            table = merged(known_to_social_auth(backend), table)
        table.setdefault("logo", f"toolkits/{path.stem}.svg")
        if "test_call" not in table and "call" in table.get("identity", {}):
            table["test_call"] = table["identity"]["call"]
        toolkit = read_table(Toolkit, table, slug=path.stem, id=None)
        check_toolkit(toolkit)
    except Fault as fault:
        raise CatalogueError(f"{file}: {fault}") from fault
    return toolkit


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `under`, table by table; all that is no table replaces what was there."""
    result = dict(under)
    for name, value in over.items():
        below = result.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[name] = merged(below, value) if both and isinstance(below, Mapping) else value
    return result


def _table_in(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Fault("", f"is no TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Fault("", f"cannot be read: {error}") from error


def _family(name: Any) -> dict[str, Any]:
    path = FAMILIES / f"{name}.toml"
    if not isinstance(name, str) or "/" in name or not path.is_file():
        raise Fault("family", "must name a file in families/")
    try:
        return _table_in(path)
    except Fault as fault:
        raise Fault("family", f"families/{name}.toml {fault.message}") from fault

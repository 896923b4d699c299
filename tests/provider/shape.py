"""What one service looks like from outside, as data; one engine (`service.py`) plays them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .ledger import AnswerStyle, Grant, RefreshRule
from .web import Reply, Request

if TYPE_CHECKING:
    from .service import Service

Path = Mapping[str, str]
"""The values of the `{names}` in a route's path."""

Handler = Callable[["Service", Request, Path], Reply]


@dataclass(frozen=True)
class Route:
    """One call of a service.

    A `{name}` in the path stands for a part without `/` or `.`; `{name*}` takes dots.
    """

    method: str
    path: str
    answer: Handler

    def match(self, method: str, path: str) -> Path | None:
        """The path's values where this route answers `method path`, else None."""
        found = self._pattern.fullmatch(path) if method == self.method else None
        return found.groupdict() if found else None

    @property
    def _pattern(self) -> re.Pattern[str]:
        return path_pattern(self.path)


def path_pattern(path: str) -> re.Pattern[str]:
    """`/{tenant}/token` as a pattern with one group a name."""
    parts = re.split(r"(\{\w+\*?\})", path)
    return re.compile("".join(_part_pattern(part) for part in parts))


def _part_pattern(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part[1:-1]
    return f"(?P<{name[:-1]}>[^/]+)" if name.endswith("*") else f"(?P<{name}>[^/.]+)"


def _plain_answer(service: Service, grant: Grant, answer: dict[str, Any]) -> dict[str, Any]:
    return answer


def _plain_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return status, error


def _always(asked: Mapping[str, str], known: bool) -> bool:
    return True


def _no_objection(request: Request, fields: Mapping[str, str]) -> str | None:
    return None


@dataclass(frozen=True)
class Shape:
    """The facts of one service.

    Paths begin with the service's host: `/slack.com/api/oauth.v2.access`; the practice service itself has
    none. `pkce` is required, optional or ignored. `offers_refresh(asked, known)` says whether a code brings
    a refresh token, given the authorization request and whether this person agreed before. `answer` turns
    RFC 6749's token answer into the service's own, `refusal` its error. `objects_to_asking` and
    `objects_to_token_call` name what the service is strict about: a sentence refuses the request.
    """

    slug: str
    name: str
    authorize_path: str
    token_path: str
    issuer_path: str | None = None
    revoke_path: str | None = None
    revoke_ends_grant: bool = False
    announces_iss: bool = False
    signs_id_tokens: bool = False
    pkce: str = "required"
    client_auth: tuple[str, ...] = ("client_secret_basic", "client_secret_post", "none")
    token_bodies: tuple[str, ...] = ("form",)
    refresh: RefreshRule = RefreshRule.ROTATES
    expires_in: int | None = 3600
    scopes: Mapping[str, str] = field(default_factory=dict)
    scope_pattern: str = r"\S+"
    scope_parameters: tuple[str, ...] = ("scope",)
    asked_scope_separator: str = " "
    style: AnswerStyle = AnswerStyle()
    token_prefixes: tuple[str, str] = ("pat_", "prt_")
    offers_refresh: Callable[[Mapping[str, str], bool], bool] = _always
    answer: Callable[[Service, Grant, dict[str, Any]], dict[str, Any]] = _plain_answer
    refusal: Callable[[int, dict[str, Any]], tuple[int, dict[str, Any]]] = _plain_refusal
    objects_to_asking: Callable[[Request, Mapping[str, str]], str | None] = _no_objection
    objects_to_token_call: Callable[[Request, Mapping[str, str]], str | None] = _no_objection
    routes: tuple[Route, ...] = ()

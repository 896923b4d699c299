"""What one service looks like from outside, as data; one engine (`service.py`) plays them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from .message import Reply, Request
from .records import AnswerStyle, Grant, RefreshRule

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


@cache
def path_pattern(path: str) -> re.Pattern[str]:
    """`/{tenant}/token` as a pattern with one group a name."""
    parts = re.split(r"(\{\w+\*?\})", path)
    return re.compile("".join(_part_pattern(part) for part in parts))


def _part_pattern(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part[1:-1]
    return f"(?P<{name[:-1]}>[^/]+)" if name.endswith("*") else f"(?P<{name}>[^/.]+)"


class Revocation(Enum):
    """What dies with a token that is revoked."""

    BY_KIND = (
        "by kind"  # a refresh token takes its access tokens along, an access token goes alone (RFC 7009)
    )
    GRANT = "grant"  # either token ends the whole grant
    PERSON = "person"  # either token ends all that this person gave the app
    TOKEN = "token"  # that token alone
    REFRESH_TOKEN = "refresh token"  # that refresh token; access tokens live on until they run out
    NONE = "none"  # the service has no such call


def _plain_answer(service: Service, grant: Grant, answer: dict[str, Any]) -> dict[str, Any]:
    return answer


def _plain_refusal(status: int, error: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return status, error


def _always(asked: Mapping[str, str], known: bool) -> bool:
    return True


def _no_objection(request: Request, fields: Mapping[str, str]) -> str | None:
    return None


def _nothing_more(asked: Mapping[str, str], scopes: tuple[str, ...]) -> dict[str, str]:
    return {}


def _same_style(request: Request, style: AnswerStyle) -> AnswerStyle:
    return style


@dataclass(frozen=True)
class Shape:
    """The facts of one service. Paths begin with its host: `/slack.com/api/auth.test`; Practice has none."""

    slug: str
    name: str
    plays: tuple[str, ...] = ()  # other names for it: toolkits that share this account, client and consent

    authorize_path: str | None = None
    other_authorize_paths: tuple[str, ...] = ()
    token_path: str | None = None
    revoke_path: str | None = None  # of an RFC 7009 endpoint; a call of another form is among `routes`
    revocation: Revocation = Revocation.NONE
    issuer_path: str | None = None
    announces_iss: bool = False
    signs_id_tokens: bool = False

    pkce: str = "optional"  # or "required", or "ignored"
    client_auth: tuple[str, ...] = ("client_secret_basic", "client_secret_post", "none")
    token_bodies: tuple[str, ...] = ("form",)
    refresh: RefreshRule = RefreshRule.ROTATES
    expires_in: int | None = 3600  # None: tokens do not run out
    scopes: Mapping[str, str] = field(default_factory=dict)  # all there are, with what they mean; empty: any
    scope_pattern: str = r"[^\s,]+"
    asked_scope_separator: str = " "
    style: AnswerStyle = AnswerStyle()
    token_prefixes: tuple[str, str] = ("pat_", "prt_")
    ready_keys: tuple[str, ...] = ()  # keys, or user:password, of the first account

    # Whether a code brings a refresh token: by the authorization request, and whether a live grant has one.
    offers_refresh: Callable[[Mapping[str, str], bool], bool] = _always
    # RFC 6749's token answer made the service's own, and the same for its error and for the API's 401 and 403.
    answer: Callable[[Service, Grant, dict[str, Any]], dict[str, Any]] = _plain_answer
    refusal: Callable[[int, dict[str, Any]], tuple[int, dict[str, Any]]] = _plain_refusal
    # RFC 6749's errors by the service's names where it refuses a refresh token; `refusal` is given these.
    renewal_errors: Mapping[str, str] = field(default_factory=dict)
    api_refusal: Callable[[int, dict[str, Any]], tuple[int, dict[str, Any]]] = _plain_refusal
    # What the service is strict about at its two endpoints: a sentence refuses the request.
    objects_to_asking: Callable[[Request, Mapping[str, str]], str | None] = _no_objection
    objects_to_token_call: Callable[[Request, Mapping[str, str]], str | None] = _no_objection
    # What it adds to the callback besides `code`, `state` and `iss`.
    adds_to_callback: Callable[[Mapping[str, str], tuple[str, ...]], dict[str, str]] = _nothing_more
    style_for: Callable[[Request, AnswerStyle], AnswerStyle] = _same_style
    routes: tuple[Route, ...] = ()

"""Requests and answers in the form that Authlib wants them. It ships no types."""

# mypy: disable-error-code="import-untyped"
# mypy: disallow-subclassing-any=False

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import OAuth2Payload

from .records import Client, Grant
from .shape import Path


@dataclass
class Outcome:
    """What Authlib answers: `payload` is a dict for JSON, or text."""

    status: int
    payload: Any
    headers: list[tuple[str, str]]
    client: Client | None = None
    grant: Grant | None = None

    @property
    def location(self) -> str | None:
        return next((value for name, value in self.headers if name == "Location"), None)

    @location.setter
    def location(self, url: str) -> None:
        self.headers = [("Location", url)]


class OAuthPayload(OAuth2Payload):
    def __init__(self, fields: Mapping[str, str], lists: Mapping[str, list[str]]) -> None:
        self._fields = dict(fields)
        self._lists = dict(lists)

    @property
    def data(self) -> dict[str, str]:
        return self._fields

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._lists


class OAuthRequest(OAuth2Request):
    """A request as Authlib wants it: `fields` is the query at the authorization endpoint, else the body."""

    def __init__(
        self,
        method: str,
        uri: str,
        headers: Mapping[str, str],
        fields: Mapping[str, str],
        lists: Mapping[str, list[str]] | None = None,
        path: Path | None = None,
    ) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = OAuthPayload(fields, lists or {name: [value] for name, value in fields.items()})
        self.path_values = path or {}
        self.grant: Grant | None = None

    @property
    def args(self) -> dict[str, str]:
        fields: dict[str, str] = self.payload.data
        return fields

    @property
    def form(self) -> dict[str, str]:
        return self.args

"""One app at one service that the practice provider plays, by raw calls."""

from __future__ import annotations

from typing import Any

from tests.plain_http import Answer, call, query_of, with_query
from tests.provider import Client, PracticeProvider

BACK = "http://127.0.0.1:9/back"
JSON = {"Accept": "application/json"}


class At:
    """One app at one service, by raw calls."""

    def __init__(self, provider: PracticeProvider, service: str) -> None:
        self.provider = provider
        self.client: Client = provider.register_client(service=service, redirect_uris=[BACK])

    @property
    def basic(self) -> tuple[str, str]:
        return self.client.client_id, self.client.client_secret or ""

    @property
    def posted(self) -> dict[str, str]:
        return {"client_id": self.basic[0], "client_secret": self.basic[1]}

    def callback(self, path: str, **fields: str) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": BACK,
            "state": "s",
        }
        return query_of(self.provider.visit(with_query(self.provider.origin + path, **{**asked, **fields})))

    def call(self, method: str, path: str, **how: Any) -> Answer:
        return call(method, self.provider.origin + path, **how)

    def exchange(self, path: str, code: str, **fields: str) -> Answer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            **self.posted,
            **fields,
        }
        return self.call("POST", path, form=form, headers=JSON)

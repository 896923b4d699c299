"""An app that calls the API with its key, in the words of the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from flowra.models import Project
from flowra.models.api_key import DEFAULT_SCOPES
from tests.factories import make_key, make_project


def _strict_client() -> Client:
    """As a server sees it: nothing is let by for a test."""
    return Client(enforce_csrf_checks=True)


@dataclass
class Caller:
    """Calls `/api/v1/…`; bodies are sent as JSON, `raw` ones as they are."""

    project: Project
    key: str
    headers: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=_strict_client, repr=False)

    def as_user(self, name: str) -> Caller:
        """The same app, acting as one of its users."""
        return Caller(self.project, self.key, {**self.headers, "x-username": name}, self.client)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Any:
        """The answer; what a view did not catch is raised, as a test should see it."""
        sent: dict[str, Any] = {"headers": {"x-api-key": self.key, **self.headers, **(headers or {})}}
        if raw is not None or body is not None:
            sent["data"] = json.dumps(body) if raw is None else raw
            sent["content_type"] = content_type
        answer: Any = self.client.generic(method, f"/api/v1/{path}", **sent)
        return answer

    def get(self, path: str, **more: Any) -> Any:
        """GET."""
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """POST."""
        return self.call("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Any:
        """PATCH."""
        return self.call("PATCH", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Any:
        """PUT."""
        return self.call("PUT", path, body, **more)

    def delete(self, path: str, **more: Any) -> Any:
        """DELETE."""
        return self.call("DELETE", path, **more)


def make_caller(project: Project | None = None, **key: Any) -> Caller:
    """A caller of a project of its own, with a new key's scopes unless told otherwise."""
    key.setdefault("scopes", DEFAULT_SCOPES)
    made, text = make_key(project or make_project(), **key)
    return Caller(made.project, text)


def problem_of(answer: Any, status: int, field: str | None = None) -> dict[str, Any]:
    """The error in the contract's shape, with that status, about that field."""
    assert answer.status_code == status, answer.content.decode()
    told: dict[str, Any] = answer.json()
    assert told["success"] is False
    assert told["message"]
    assert told["code"]
    assert told["requestId"] == answer.headers["x-request-id"]
    if field is not None:
        assert field in [each["field"] for each in told["errors"]], told
    return told

"""Flowra as an app sees it: five calls of the public API, with nothing but the standard library."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

SECONDS = 20.0


class FlowraSaidNo(Exception):
    """An error answer, or none at all. `status` is 0 where Flowra could not be reached."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _NoRedirect(HTTPRedirectHandler):
    """The key goes to Flowra and nowhere else."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


@dataclass(frozen=True)
class FlowraApi:
    """`url` is Flowra's, without `/api/v1`. Every call but `auth_config` acts as one user, by `x-username`."""

    url: str
    key: str = field(repr=False)

    def auth_config(self, identifier: str) -> dict[str, Any]:
        """What is connected with it: `{"toolkit": {"name": …}, …}`."""
        answer: dict[str, Any] = self._call("GET", f"auth_configs/{quote(identifier)}")["data"]
        return answer

    def link(self, user: str, auth_config_id: str, callback_url: str, **wishes: Any) -> str:
        """Where to send the browser of `user`."""
        body = {"authConfigId": auth_config_id, "callbackUrl": callback_url, **wishes}
        return str(self._call("POST", "connected_accounts/link", body, user=user)["redirectUrl"])

    def connections(self, user: str) -> list[dict[str, Any]]:
        """What `user` has connected, newest first; links that nobody finished are left out."""
        query = urlencode({"statuses": "ACTIVE,EXPIRED,INACTIVE", "limit": 50})
        found: list[dict[str, Any]] = self._call("GET", f"connected_accounts?{query}", user=user)["items"]
        return found

    def connection(self, user: str, identifier: str) -> dict[str, Any]:
        """One connection of `user`; another user's is a 404."""
        return self._call("GET", f"connected_accounts/{quote(identifier, safe='')}", user=user)

    def confirm(self, user: str, identifier: str, token: str) -> dict[str, Any]:
        """Says that it is `user` who is signed in in the browser that came back."""
        path = f"connected_accounts/{quote(identifier, safe='')}/confirm"
        return self._call("POST", path, {"confirmationToken": token}, user=user)

    def disconnect(self, user: str, identifier: str) -> None:
        self._call("DELETE", f"connected_accounts/{quote(identifier, safe='')}", user=user)

    def _call(self, method: str, path: str, body: object = None, user: str | None = None) -> dict[str, Any]:
        """The JSON of one call. Raises `FlowraSaidNo`."""
        headers = {"x-api-key": self.key, "Accept": "application/json", "User-Agent": "Acme/1"}
        if user is not None:
            headers["x-username"] = user
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = Request(f"{self.url}/api/v1/{path}", data, headers, method=method)
        try:
            with build_opener(ProxyHandler({}), _NoRedirect).open(request, timeout=SECONDS) as answer:
                return _parsed(answer.read())
        except HTTPError as error:
            with error:
                told = _parsed(error.read())
            message = str(told.get("message") or f"Flowra answered {error.code}.")
            raise FlowraSaidNo(error.code, str(told.get("code", "")), message) from None
        except (URLError, OSError) as error:
            raise FlowraSaidNo(0, "unreachable", f"Flowra can't be reached at {self.url}.") from error


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

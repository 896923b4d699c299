"""The app of the walks: it uses the public API with its key, and has one page to which its people come back."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.caller import Caller
from tests.provider import PracticeProvider

KEY = "practice-key-0123456789"


class AppPage:
    """A web server on loopback that shows, and remembers, with which query each visit came."""

    def __init__(self) -> None:
        self.visits: list[dict[str, str]] = []
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/back":
                    page.visits.append(dict(parse_qsl(parts.query)))
                words = escape(dict(parse_qsl(parts.query)).get("status", "home"))
                body = f"<!doctype html><title>Acme</title><h1>Acme: {words}</h1>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class App:
    """An app with a key, a page of its own, and a registration at the practice provider made through the API."""

    caller: Caller
    page: AppPage
    provider: PracticeProvider
    auth_config_id: str = ""
    key_config_id: str = ""

    def register(self) -> None:
        """A toolkit of the project's own, an auth config for it, and its redirect URI at the provider."""
        origin = self.provider.origin
        self.made(
            "toolkits",
            {
                "slug": "practice",
                "name": "Practice",
                "description": "A service to practise with.",
                "baseUrl": origin,
                "authSchemes": ["OAUTH2"],
                "oauth2": {
                    "issuer": origin,
                    "defaultScopes": ["openid", "profile", "email"],
                    "revocationUrl": f"{origin}/revoke",
                    "tokenAuthMethod": "client_secret_basic",
                },
            },
        )
        client = self.provider.register_client(name="Acme")
        config = self.made(
            "auth_configs",
            {
                "toolkit": {"slug": "practice"},
                "authConfig": {
                    "type": "use_custom_auth",
                    "authScheme": "OAUTH2",
                    "credentials": {"client_id": client.client_id, "client_secret": client.client_secret},
                },
            },
        )
        self.auth_config_id = config["id"]
        self.provider.register_client(
            client_id=client.client_id,
            client_secret=client.client_secret,
            redirect_uris=[config["redirectUri"]],
            name="Acme",
        )
        self.made(
            "toolkits",
            {
                "slug": "practice-key",
                "name": "Practice Keys",
                "description": "The same, by key.",
                "baseUrl": origin,
                "authSchemes": ["API_KEY"],
                "apiKey": {"in": "header", "name": "X-Practice-Key"},
                "getCurrentUserEndpoint": "/api/key-check",
            },
        )
        made = self.made(
            "auth_configs",
            {
                "toolkit": {"slug": "practice-key"},
                "authConfig": {"type": "use_custom_auth", "authScheme": "API_KEY", "credentials": {}},
            },
        )
        self.key_config_id = made["id"]

    def made(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What a POST made."""
        answer = self.caller.post(path, body)
        assert answer.status_code in (200, 201), answer.content.decode()
        told: dict[str, Any] = answer.json()
        return told.get("data", told)  # type: ignore[no-any-return]

    def link(self, **wishes: Any) -> dict[str, Any]:
        """A link for customer_42 that leads back to the app's page, unless told otherwise."""
        body = {
            "authConfigId": self.auth_config_id,
            "eUID": "customer_42",
            "callbackUrl": f"{self.page.origin}/back",
            **wishes,
        }
        return self.made(
            "connected_accounts/link", {name: value for name, value in body.items() if value is not None}
        )

    def account(self, link: Mapping[str, Any]) -> dict[str, Any]:
        """The link's account, as the API tells it."""
        answer = self.caller.get(f"connected_accounts/{link['connectedAccountId']}")
        assert answer.status_code == 200, answer.content.decode()
        told: dict[str, Any] = answer.json()
        return told

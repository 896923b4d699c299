"""The walks' app at a Flowra that runs as an operator runs it: `serve`, with its web server, its worker, its database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flowra.models import Project
from tests.caller import Caller
from tests.flowra.installation import Installation, Serve, within
from tests.flowra.webhooks.receiver import Receiver
from tests.plain_http import Answer, call
from tests.provider import PracticeProvider
from tests.walks.app import App, AppPage

SUPPORT = ("support", "a long practice password")
EVENTS = "account."


@dataclass
class OverHttp:
    """An answer in the words of Django's test client."""

    answer: Answer

    @property
    def status_code(self) -> int:
        return self.answer.status

    @property
    def content(self) -> bytes:
        return self.answer.body

    @property
    def headers(self) -> Any:
        return self.answer.headers

    def json(self) -> Any:
        return self.answer.json


@dataclass
class HttpCaller(Caller):
    """The same app, on the wire."""

    origin: str = ""

    def call(self, method: str, path: str, body: Any = None, **_: Any) -> OverHttp:
        url = f"{self.origin}/api/v1/{path}"
        return OverHttp(
            call(method, url, body=body, headers={"x-api-key": self.key, **self.headers}, timeout=60)
        )


@dataclass
class Running:
    """A running Flowra and all who have to do with it. `secret` is the webhook endpoint's."""

    serve: Serve
    data: Path
    app: App
    receiver: Receiver
    secret: str
    origin: str
    provider: PracticeProvider = field(repr=False)

    def time_goes_by(self, account_id: str) -> None:
        """An hour: the access token has run out, here and there; and whatever waited to be tried again is due."""
        with closing(sqlite3.connect(self.data / "flowra.sqlite3", timeout=30)) as database, database:
            now = datetime.now(UTC)
            past, hour_ago = _stored(now - timedelta(seconds=1)), _stored(now - timedelta(hours=1))
            account, credential = ("accounts_connectedaccount", "accounts_credential")
            database.execute(f"UPDATE {account} SET expires_at = ? WHERE id = ?", (past, account_id))
            # Not due: that somebody who needs it renews it, and not the worker, is what the walks look at.
            database.execute(
                f"UPDATE {credential} SET issued_at = ?, due_at = NULL, retry_at = NULL WHERE id = ?",
                (hour_ago, account_id),
            )
            database.execute(
                "UPDATE accounts_revocation SET due_at = ? WHERE account_id = ? AND due_at IS NOT NULL",
                (past, account_id),
            )
        for grant in self.provider.grants:
            for token in grant.tokens:
                if token.kind == "access":
                    token.expires_at = 0.0

    def told_of(self, account_id: str, *types: str) -> list[Any]:
        """The webhooks about an account once those of these types are there, in the order in which they came."""

        def so_far() -> list[Any]:
            opened = [each.opened(self.secret) for each in list(self.receiver.got)]
            return [each for each in opened if each["data"].get("accountId") == account_id]

        assert within(lambda: len(so_far()) >= len(types), 30), [each["type"] for each in so_far()]
        found = so_far()
        assert [each["type"] for each in found] == [f"{EVENTS}{type}" for type in types]
        return found

    def secrets(self) -> list[str]:
        """All that nobody may be told: tokens ever given out, the client's secret, the API key, the webhook secret."""
        clients = [grant.client.client_secret or "" for grant in self.provider.grants]
        tokens = [token.value for grant in self.provider.grants for token in grant.tokens]
        return [*tokens, *clients, self.app.caller.key, self.secret, self.secret.removeprefix("whsec_")]


@contextmanager
def running(data: Path) -> Iterator[Running]:
    """It all, until the block ends."""
    installation = Installation(
        data,
        {"FLOWRA_OUTBOUND_ALLOW": "127.0.0.0/8", "DJANGO_SUPERUSER_PASSWORD": SUPPORT[1]},
    )
    page = AppPage()
    with PracticeProvider() as provider, Receiver() as receiver, installation.serve() as serve:
        made = installation.manage("create_project", "Acme", "--callback-origin", page.origin)
        key = json.loads(made.stdout.splitlines()[-1])["apiKey"]
        staff = ["createsuperuser", "--noinput", "--username", SUPPORT[0], "--email", "support@example.com"]
        assert installation.manage(*staff).returncode == 0
        origin = f"http://127.0.0.1:{serve.port}"
        caller = HttpCaller(Project(name="Acme"), key, origin=origin)
        app = App(caller, page, provider)
        app.register()
        endpoint = app.made("webhook_endpoints", {"url": receiver.url, "events": ["*"]})
        yield Running(serve, data, app, receiver, endpoint["secret"], origin, provider)
    page.stop()


def _stored(moment: datetime) -> str:
    """As Django stores a time in SQLite."""
    return moment.replace(tzinfo=None).isoformat(sep=" ")

"""A reader of a page of the docs at a desk of their own, and what they have been granted elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.flowra.installation import Installation
from tests.plain_http import Answer, call, pkce_pair, query_of, with_query
from tests.provider import PracticeProvider
from tests.readme import Block

REDIRECT = "https://old.example/callback"


class Desk:
    """Somebody who does what a page says, in a folder of their own; `instead` is what they have for the page's examples."""

    def __init__(self, page: Path, folder: Path, installed: Installation, instead: dict[str, str]) -> None:
        self.page, self.folder, self.instead = page, folder, instead
        self.environment = {
            **installed.env(),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
        self.exports: list[str] = []

    def type(self, command: str) -> str:
        """Runs it as a shell would; answers what it printed."""
        for shown, meant in self.instead.items():
            command = command.replace(shown, meant)
        if command.startswith("export "):
            self.exports.append(command)
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join([*self.exports, command])],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
        return run.stdout

    def save(self, name: str, block: Block) -> None:
        """Keeps a script under the name that the page gives it."""
        assert f"`{name}`" in self.page.read_text()
        (self.folder / name).write_text(block.text)


def sent(url: str, path: str, key: str, body: dict[str, Any]) -> Any:
    answer: Answer = call("POST", f"{url}/api/v1/{path}", body=body, headers={"x-api-key": key})
    assert answer.status in (200, 201), answer.text
    return answer.json["data"]


def make_practice_toolkit(url: str, key: str, provider: PracticeProvider) -> None:
    """The practice provider as a toolkit of the project's own."""
    toolkit = {
        "slug": "practice",
        "name": "Practice",
        "baseUrl": provider.origin,
        "authSchemes": ["OAUTH2"],
        "getCurrentUserEndpoint": "/userinfo",
        "oauth2": {"issuer": provider.origin},
    }
    sent(url, "toolkits", key, toolkit)


def make_auth_config(url: str, key: str, client: Any) -> str:
    """The id of one for that client of the practice provider."""
    credentials = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "scopes": ["openid", "email"],
    }
    given = {"authScheme": "OAUTH2", "credentials": credentials}
    made: str = sent(url, "auth_configs", key, {"toolkit": {"slug": "practice"}, "authConfig": given})["id"]
    return made


def grants_elsewhere(provider: PracticeProvider, client: Any, count: int) -> list[dict[str, str]]:
    """What the service has given to the same client in another system."""
    found = []
    for _ in range(count):
        verifier, challenge = pkce_pair()
        asked = {
            "response_type": "code",
            "client_id": client.client_id,
            "state": "x",
            "scope": "openid email",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        back = provider.visit(with_query(f"{provider.origin}/authorize", redirect_uri=REDIRECT, **asked))
        code = query_of(back)["code"]
        answer = call(
            "POST",
            f"{provider.origin}/token",
            form={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": REDIRECT,
                "code_verifier": verifier,
            },
            basic=(client.client_id, client.client_secret),
        )
        found.append(answer.json)
    return found

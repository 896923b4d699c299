"""Existing clients work unchanged: the official one, in an environment of its own, drives the running server."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from flowra.actions.create_api_key import create_api_key
from flowra.actions.create_project import create_project
from flowra.events.record import SYSTEM
from tests.provider import PracticeProvider
from tests.provider.shapes.practice import API_KEY

SCENARIO = Path(__file__).with_name("scenario.py")


def test_the_official_client_finds_everything_as_the_contract_says(
    live_flowra: str, provider: PracticeProvider, tmp_path: Path
) -> None:
    python = os.environ.get("FLOWRA_TEST_SDK_PYTHON") or SCENARIO.parents[2] / ".venv/sdk/bin/python"
    if not Path(python).exists():
        pytest.fail("The official client's environment is not there: `make test` makes it.")
    project = create_project("Acme", callback_origins=["https://acme.example"], actor=SYSTEM)
    client = provider.register_client()
    told = {
        "url": live_flowra,
        "projectId": project.pk,
        "apiKey": create_api_key(project, actor=SYSTEM).text,
        "readingKey": create_api_key(project, scopes=["accounts:read"], actor=SYSTEM).text,
        "provider": provider.origin,
        "practiceKey": API_KEY,
        "clientId": client.client_id,
        "clientSecret": client.client_secret,
    }
    run = subprocess.run(
        [python, SCENARIO],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "all as the contract says" in run.stdout

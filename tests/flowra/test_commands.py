"""Projects and keys from the command line: the last line is for a script, a wrong argument changes nothing."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError
from django.utils import timezone

from flowra.models import ApiKey, Event, Project
from flowra.models.api_key import DEFAULT_SCOPES
from tests.caller import Caller
from tests.factories import make_project
from tests.flowra.installation import ROOT, Installation


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    told: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return told


@pytest.mark.both_databases
def test_a_project_is_made_with_a_key_that_works(db: None) -> None:
    told = run(
        "create_project",
        "Acmé",
        "--callback-origin",
        "https://acme.example",
        "--callback-origin",
        "http://localhost:3000/",
    )
    assert told.keys() == {"projectId", "name", "apiKey"}
    project = Project.objects.get(pk=told["projectId"])
    assert (project.name, told["name"], project.is_test) == ("Acmé", "Acmé", False)
    assert project.callback_origins == ["https://acme.example", "http://localhost:3000"]
    assert told["apiKey"].startswith("flw_live_")
    assert Caller(project, told["apiKey"]).get("users/profile").status_code == 200
    assert list(ApiKey.objects.get().scopes) == list(DEFAULT_SCOPES)
    assert not [scope for scope in DEFAULT_SCOPES if scope.startswith("credentials:")]


def test_a_test_project_has_test_keys(db: None) -> None:
    assert run("create_project", "Try", "--test")["apiKey"].startswith("flw_test_")
    assert Project.objects.get().is_test


def test_who_made_them_is_on_the_trail_and_the_key_is_not(db: None) -> None:
    told = run("create_project", "Acme")
    events = list(Event.objects.values_list("type", "actor_name"))
    assert sorted(events) == [
        ("api_key.created", "manage.py create_project"),
        ("project.created", "manage.py create_project"),
    ]
    assert told["apiKey"] not in str(list(Event.objects.values()))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([""], "NAME: must be 1 to 100 characters"),
        (["x" * 101], "NAME: must be 1 to 100 characters"),
        (["two\nlines"], "NAME: must be one line"),
        (
            ["Acme", "--callback-origin", "https://acme.example/path"],
            "--callback-origin https://acme.example/path: must be an origin",
        ),
        (["Acme", "--callback-origin", "acme.example"], "--callback-origin acme.example: must be an origin"),
        (
            ["Acme", "--callback-origin", "https://ok.example", "--callback-origin", "javascript:x"],
            "--callback-origin javascript:x",
        ),
    ],
)
def test_a_project_that_cannot_be_is_refused_and_nothing_is_made(
    db: None, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError) as refused:
        run("create_project", *arguments)
    assert words in str(refused.value)
    assert "https://ok.example" not in str(refused.value)
    assert not Project.objects.exists()
    assert not ApiKey.objects.exists()


@pytest.mark.both_databases
def test_one_more_key_has_the_scopes_name_and_life_that_were_asked_for(db: None) -> None:
    project = make_project()
    told = run(
        *("create_api_key", project.pk, "--scopes", "accounts:read, credentials:read"),
        *("--name", "nightly", "--expires-in-days", "30"),
    )
    assert told.keys() == {"apiKey", "scopes"}
    assert told["scopes"] == ["accounts:read", "credentials:read"]
    key = ApiKey.objects.get()
    assert (key.name, key.scopes) == ("nightly", told["scopes"])
    assert key.expires_at is not None
    assert abs(key.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert Caller(project, told["apiKey"]).get("users/profile").status_code == 200


def test_without_wishes_it_has_all_scopes_but_those_of_credentials(db: None) -> None:
    assert run("create_api_key", make_project().pk)["scopes"] == list(DEFAULT_SCOPES)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pr_unknown"], "PROJECT_ID: there is no project 'pr_unknown'"),
        (["pr_\x00"], "PROJECT_ID: there is no project"),
        (["PROJECT", "--scopes", "accounts:read,fly"], "--scopes: fly is unknown. Known are: accounts:read"),
        (["PROJECT", "--scopes", " , "], "--scopes: name at least one scope"),
        (["PROJECT", "--name", "x" * 101], "--name: must be one line of at most 100 characters"),
        (["PROJECT", "--expires-in-days", "0"], "--expires-in-days: must be from 1 to 3650"),
        (["PROJECT", "--expires-in-days", "-1"], "--expires-in-days: must be from 1 to 3650"),
    ],
)
@pytest.mark.both_databases
def test_a_key_that_cannot_be_is_refused_and_not_made(db: None, arguments: list[str], words: str) -> None:
    project = make_project()
    with pytest.raises(CommandError) as refused:
        run("create_api_key", *[project.pk if each == "PROJECT" else each for each in arguments])
    assert words in str(refused.value)
    assert not ApiKey.objects.exists()


def test_on_the_command_line_the_json_stands_alone_at_the_end_and_faults_have_an_exit_code(
    tmp_path: Path,
) -> None:
    installation = Installation(tmp_path / "var")
    made = installation.manage("create_project", "Before any serve")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout.splitlines()[-1])
    assert installation.manage("create_api_key", told["projectId"]).returncode == 0
    refused = installation.manage("create_api_key", "pr_unknown")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr
    for wrong in (
        ["create_project"],
        ["create_api_key", "x", "--expires-in-days", "soon"],
        ["create_project", "x", "-y"],
    ):
        refused = installation.manage(*wrong)
        assert (refused.returncode, refused.stdout) == (2, "")


@pytest.mark.parametrize("page", ["README.md", "docs/running.md"])
def test_every_command_and_setting_that_the_pages_name_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    commands = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert commands <= set(get_commands()), commands - set(get_commands())
    source = (ROOT / "flowra" / "settings.py").read_text()
    named = set(re.findall(r"\b(FLOWRA_[A-Z_]+)", text)) - {"FLOWRA_KEY"}
    assert {name for name in named if name not in source} <= {"FLOWRA_ENCRYPTION_KEYS", "FLOWRA_SECRET_KEY"}

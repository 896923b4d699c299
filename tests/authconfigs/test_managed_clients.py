"""The operator's own clients: a file that is read once and refused with what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from authconfigs.actions.managed_clients import check_managed_clients, managed_clients


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[slack", "is no TOML"),
        ('[slakc]\nclient_id = "a"', "no toolkit slakc"),
        ('[slack]\nclient_secret = "a"', "must have client_id"),
        ('[slack]\nclient_id = "a"\nscope = "b"', "nothing else"),
        ("[slack]\nclient_id = 5", "must have texts"),
        ('slack = "a"', "must have client_id"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start(
    tmp_path: Path, settings: Any, text: str, words: str
) -> None:
    path = tmp_path / "clients.toml"
    path.write_text(text)
    settings.FLOWRA_MANAGED_CLIENTS = str(path)
    (message,) = check_managed_clients()
    assert message.id == "authconfigs.E002"
    assert words in message.msg
    with pytest.raises(ImproperlyConfigured):
        managed_clients()


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path, settings: Any) -> None:
    settings.FLOWRA_MANAGED_CLIENTS = str(tmp_path / "nothing.toml")
    assert [each.id for each in check_managed_clients()] == ["authconfigs.E002"]


def test_without_a_file_there_are_none(settings: Any) -> None:
    settings.FLOWRA_MANAGED_CLIENTS = ""
    assert managed_clients() == {}
    assert check_managed_clients() == []

"""A catalogue file that cannot be used: the start is refused with the file and the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.checks.registry import registry

from authconfigs.catalogue.load import Catalogue, CatalogueError
from authconfigs.catalogue.startup_check import check_catalogue, messages_about

GOOD = """
name = "Acme"
base_url = "https://api.acme.example"
auth_schemes = ["OAUTH2"]

[oauth2]
authorization_url = "https://acme.example/authorize"
token_url = "https://acme.example/token"
"""

Read = Callable[[str], str]


@pytest.fixture
def reading(tmp_path: Path) -> Read:
    """Reads a catalogue of one file, `toolkits/acme.toml`, and answers what it is told."""

    def read(text: str) -> str:
        folder = tmp_path / "toolkits"
        folder.mkdir(exist_ok=True)
        (folder / "acme.toml").write_text(text)
        with pytest.raises(CatalogueError) as caught:
            Catalogue(folder)["acme"]
        return str(caught.value)

    return read


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(GOOD)
    acme = Catalogue(tmp_path)["acme"]
    assert (acme.slug, acme.name, acme.logo) == ("acme", "Acme", "toolkits/acme.svg")


@pytest.mark.parametrize(
    ("change", "by", "told"),
    [
        ('name = "Acme"\n', "", "name: is missing"),
        ('name = "Acme"', "name = 3", "name: must be a text"),
        ('name = "Acme"', 'name = "Acme"\nnmae = "Acme"', "nmae: is not a key that is known here"),
        ('name = "Acme"', 'name = "A\\nB"', "name: must be one line of printable characters"),
        ('name = "Acme"', 'name = "Acme"\nslug = "other"', "slug: is not a key that is known here"),
        ('token_url = "https://acme.example/token"\n', "", "oauth2.token_url: is missing"),
        (
            "https://acme.example/token",
            "http://acme.example/token",
            "oauth2.token_url: must begin with https://",
        ),
        (
            "https://acme.example/token",
            "https://me@acme.example/token",
            "oauth2.token_url: must have a host's name",
        ),
        (
            "[oauth2]",
            '[setup]\nsteps = ["Paste {redirect_uri}."]\n\n[oauth2]',
            "setup.console_name: is missing",
        ),
        (
            "[oauth2]",
            '[setup]\nconsole_name = "A"\nconsole_url = "http://a.example"\nsteps = ["Paste {redirect_uri}."]\n\n[oauth2]',
            "setup.console_url: must be a page's address that begins with https://",
        ),
        (
            "[oauth2]",
            '[setup]\nconsole_name = "A"\nconsole_url = "https://a.example"\nsteps = ["Paste {uri}."]\n\n[oauth2]',
            "setup.steps.0: has {uri}",
        ),
        (
            "[oauth2]",
            '[setup]\nconsole_name = "A"\nconsole_url = "https://a.example"\nsteps = ["Press New."]\n\n[oauth2]',
            "setup.steps: must name {redirect_uri} once for OAUTH2",
        ),
        ("https://acme.example/token", "https:///token", "oauth2.token_url: must have a host's name"),
        ("https://acme.example/token", "https://[::1/token", "oauth2.token_url: is no URL"),
        (
            "https://acme.example/token",
            "https://acme.example/token#x",
            "oauth2.token_url: must be a plain URL",
        ),
        (
            "https://acme.example/token",
            "https://{shop}.example/token",
            "oauth2.token_url: needs {shop}, which no field",
        ),
        ("https://acme.example/token", "https://acme.example/{token", "oauth2.token_url: has a brace"),
        ("[oauth2]", "[oauth2]\npkce = 1", "oauth2.pkce: must be true or false"),
        ("[oauth2]", '[oauth2]\ntoken_body = "xml"', "oauth2.token_body: must be one of form, json"),
        ("[oauth2]", '[oauth2]\ndefault_scopes = "a b"', "oauth2.default_scopes: must be a list"),
        ("[oauth2]", "[oauth2]\ndefault_scopes = [1]", "oauth2.default_scopes.0: must be a text"),
        ("[oauth2]", '[oauth2]\ntoken_params = "a"', "oauth2.token_params: must be a table"),
        ("[oauth2]", "[oauth2]\nrevoke = {}", "oauth2.revoke.url: is missing"),
        (
            "[oauth2]",
            '[oauth2]\ntoken_response_quirk = "odd"',
            "oauth2.token_response_quirk: names no function",
        ),
        ('["OAUTH2"]', "[]", "auth_schemes: must name one scheme or more"),
        ('["OAUTH2"]', '["MAGIC"]', "auth_schemes.0: must be one of"),
        ('["OAUTH2"]', '["API_KEY"]', "oauth2: must be there exactly when auth_schemes has OAUTH2"),
        (
            "[oauth2]",
            '[identity]\ncall = { url = "me" }\n[oauth2]',
            "identity.call.url: must be a URL, or a path",
        ),
        (
            "[oauth2]",
            '[identity]\ncall = { url = "https://{host}.example/me" }\n[oauth2]',
            "identity.call.url: needs {host}",
        ),
        (
            "[oauth2]",
            '[[connection_fields]]\nname = "s"\ndisplay_name = "S"\npattern = "("\n[oauth2]',
            "connection_fields.0.pattern: is no regular expression",
        ),
        (
            "[oauth2]",
            '[[connection_fields]]\nname = "s"\ndisplay_name = "S"\npattern = "a"\nexample = "b"\n[oauth2]',
            "connection_fields.0.example: does not match",
        ),
        (
            "[oauth2]",
            '[[key_fields]]\nname = "api_key"\ndisplay_name = "K"\nsecret = true\n[oauth2]',
            "key_fields.0.secret: must be true exactly when the type is password",
        ),
        (
            "[oauth2]",
            '[request_headers]\n"X Y" = "z"\n[oauth2]',
            "request_headers.X Y: must be a header's name",
        ),
        ('name = "Acme"', 'name = "Acme"\nbackend = "friendster"', "backend: must be one of"),
        (
            'name = "Acme"',
            'name = "Acme"\nfamily = "../toolkits/slack"',
            "family: must name a file in families/",
        ),
        ('name = "Acme"', "name = Acme", "is no TOML"),
    ],
)
def test_each_kind_of_fault_names_the_file_and_the_key(
    reading: Read, change: str, by: str, told: str
) -> None:
    assert change in GOOD
    assert reading(GOOD.replace(change, by, 1)).startswith(f"toolkits/acme.toml: {told}")


def test_the_start_is_refused_with_every_bad_file(tmp_path: Path) -> None:
    for slug in ("one", "two"):
        (tmp_path / f"{slug}.toml").write_text(GOOD.replace("https://acme.example/token", slug))
    (tmp_path / "slack.toml").write_text(GOOD)
    errors = messages_about(Catalogue(tmp_path))
    assert [each.id for each in errors] == ["authconfigs.E001", "authconfigs.E001"]
    assert "one.toml: oauth2.token_url" in errors[0].msg and "two.toml: oauth2.token_url" in errors[1].msg


def test_a_logo_that_is_not_there_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(GOOD)
    assert [each.id for each in messages_about(Catalogue(tmp_path))] == ["authconfigs.W001"]


def test_the_catalogue_as_it_is_may_start() -> None:
    assert list(check_catalogue()) == []


def test_every_command_that_checks_the_project_checks_the_catalogue() -> None:
    assert check_catalogue.__name__ in {getattr(each, "__name__", "") for each in registry.get_checks()}
    assert run_checks(tags=["authconfigs"]) == []

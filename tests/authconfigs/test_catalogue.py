"""The catalogue's files: each can be used, none repeats what is known, every scope asked for has words."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from authconfigs.catalogue import quirks
from authconfigs.catalogue.load import FAMILIES, FOLDER, all_toolkits, merged, toolkit_named
from authconfigs.catalogue.social_auth import known_to_social_auth
from authconfigs.catalogue.toolkit import OAuth2, RevokeCall, Toolkit
from authconfigs.pages.setup_steps import steps_of

STATIC = Path(__file__).resolve().parents[2] / "static"
FOURTEEN = [
    "discord",
    "github",
    "gitlab",
    "gmail",
    "google-calendar",
    "google-drive",
    "hubspot",
    "linear",
    "notion",
    "openai",
    "outlook",
    "slack",
    "twilio",
    "zendesk",
]
TOOLKITS = [pytest.param(toolkit, id=slug) for slug, toolkit in all_toolkits().items()]
WITH_OAUTH = [pytest.param(each, id=slug) for slug, each in all_toolkits().items() if each.oauth2]


def test_the_fourteen_services_are_there_in_the_order_of_their_slugs() -> None:
    assert list(all_toolkits()) == FOURTEEN


def test_a_service_that_is_not_there_is_none() -> None:
    assert toolkit_named("myspace") is None
    assert toolkit_named("../families/google") is None


def test_the_catalogue_is_read_once() -> None:
    assert toolkit_named("slack") is toolkit_named("slack")


def test_a_service_that_inherits_nothing_is_read_without_social_auth_core() -> None:
    """Starting must not wait for a second HTTP client that nobody asked for."""
    program = """
import sys
from authconfigs.catalogue.load import all_toolkits, toolkit_named
assert "slack" in all_toolkits() and toolkit_named("linear").oauth2
assert "social_core" not in sys.modules and "requests" not in sys.modules
assert toolkit_named("github").oauth2
assert "social_core" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=STATIC.parent, timeout=60)


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_each_service_says_what_it_is_and_where_its_pages_are(toolkit: Toolkit) -> None:
    assert toolkit.name and toolkit.description.endswith(".") and toolkit.categories
    assert toolkit.website.startswith("https://") and toolkit.docs_url.startswith("https://")
    assert toolkit.id is None


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_each_service_is_called_over_https(toolkit: Toolkit) -> None:
    urls = [toolkit.base_url, toolkit.website, toolkit.docs_url]
    if toolkit.oauth2:
        urls += [toolkit.oauth2.authorization_url, toolkit.oauth2.token_url]
        urls += [toolkit.oauth2.revoke.url] if toolkit.oauth2.revoke else []
    assert all(url.startswith("https://") for url in urls)


@pytest.mark.parametrize("toolkit", WITH_OAUTH)
def test_every_scope_that_is_asked_for_by_default_has_words(toolkit: Toolkit) -> None:
    assert toolkit.oauth2
    assert [scope for scope in toolkit.oauth2.default_scopes if scope not in toolkit.scopes] == []


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_words_read_on_after_will_be_able_to(toolkit: Toolkit) -> None:
    for text in [*(scope.text for scope in toolkit.scopes.values()), *(each.text for each in toolkit.cannot)]:
        assert text[0].islower() and not text.endswith("."), text


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_what_an_app_surely_cannot_do_hangs_on_scopes_that_are_known(toolkit: Toolkit) -> None:
    implied = {
        scope
        for scopes in (toolkit.oauth2.scope_implies if toolkit.oauth2 else {}).values()
        for scope in scopes
    }
    for each in toolkit.cannot:
        assert set(each.unless) <= {*toolkit.scopes, *implied}


@pytest.mark.parametrize("toolkit", WITH_OAUTH)
def test_every_grant_can_be_given_back_by_a_call_or_on_a_page(toolkit: Toolkit) -> None:
    assert toolkit.oauth2
    assert toolkit.oauth2.revoke or toolkit.revoke_page


@pytest.mark.parametrize("toolkit", WITH_OAUTH)
def test_every_oauth_service_says_whose_account_it_is_and_how_to_get_a_client(toolkit: Toolkit) -> None:
    assert toolkit.identity and toolkit.identity.id
    assert toolkit.setup.steps


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_each_service_says_what_to_press_in_its_console(toolkit: Toolkit) -> None:
    setup = toolkit.setup
    assert setup.console_name and setup.console_url.startswith("https://")
    assert len(setup.steps) >= 3
    for step in setup.steps:
        assert step[0].isupper() and step.endswith((".", "/library")), step
    assert sum("{app_name}" in step for step in setup.steps) >= 1


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_the_steps_are_told_in_the_apps_name_with_the_address_to_paste_once(toolkit: Toolkit) -> None:
    steps = steps_of(toolkit, "<Acme>")
    assert sum("redirect_uri" in step.shows for step in steps) == (1 if toolkit.oauth2 else 0)
    told = " ".join(step.words for step in steps)
    assert "{" not in told and "<Acme>" not in told and "&lt;Acme&gt;" in told


def test_a_key_or_a_password_is_checked_before_it_is_stored_and_the_form_says_where_it_is() -> None:
    for slug in ("openai", "twilio"):
        toolkit = all_toolkits()[slug]
        assert toolkit.test_call
        assert all(each.where for each in toolkit.key_fields)


@pytest.mark.parametrize("toolkit", TOOLKITS)
def test_each_logo_is_a_small_drawing_without_scripts(toolkit: Toolkit) -> None:
    path = STATIC / toolkit.logo
    drawing = ElementTree.parse(path).getroot()
    assert path.stat().st_size < 3000
    assert {element.tag.partition("}")[2] for element in drawing.iter()} <= {
        "svg",
        "title",
        "rect",
        "path",
        "text",
    }
    for element in drawing.iter():
        assert not [
            name for name in element.attrib if name.startswith("on") or "href" in name or name == "style"
        ]


def test_no_file_repeats_what_it_inherits_or_what_holds_anyway() -> None:
    repeated = [line for path in sorted(FOLDER.glob("*.toml")) for line in _repeated_in(path)]
    assert repeated == []


def test_every_family_and_every_quirk_is_used() -> None:
    tables = [_table(path) for path in FOLDER.glob("*.toml")]
    assert {path.stem for path in FAMILIES.glob("*.toml")} == {
        each["family"] for each in tables if "family" in each
    }
    used = {toolkit.oauth2.token_response_quirk for toolkit in all_toolkits().values() if toolkit.oauth2}
    assert set(quirks.TOKEN_RESPONSE) == used - {None}


def test_slack_asks_in_its_second_version_for_the_bot_and_the_person() -> None:
    slack = all_toolkits()["slack"].oauth2
    assert slack
    assert slack.authorization_url == "https://slack.com/oauth/v2/authorize"
    assert slack.token_url == "https://slack.com/api/oauth.v2.access"
    assert (slack.scope_parameter, slack.user_scope_parameter, slack.scope_separator) == (
        "scope",
        "user_scope",
        ",",
    )


def test_what_social_auth_knows_of_github_need_not_be_written_down() -> None:
    written = _table(FOLDER / "github.toml")["oauth2"]
    github = all_toolkits()["github"].oauth2
    assert github
    assert "authorization_url" not in written and "token_url" not in written
    assert github.authorization_url == "https://github.com/login/oauth/authorize"
    assert github.token_url == "https://github.com/login/oauth/access_token"


def test_google_gives_refresh_tokens_because_it_is_asked_for_them() -> None:
    for slug in ("gmail", "google-calendar", "google-drive"):
        google = all_toolkits()[slug].oauth2
        assert google
        assert google.authorization_params["access_type"] == "offline"
        assert google.authorization_params["prompt"] == "consent"


def test_notion_authenticates_by_basic_with_a_json_body() -> None:
    notion = all_toolkits()["notion"].oauth2
    assert notion
    assert (notion.token_auth_method, notion.token_body) == ("client_secret_basic", "json")


def test_hubspot_is_not_asked_at_the_endpoints_that_end_in_2027() -> None:
    hubspot = all_toolkits()["hubspot"]
    assert hubspot.oauth2 and hubspot.identity and hubspot.identity.call
    for url in (hubspot.oauth2.token_url, hubspot.identity.call.url):
        assert "/v1/" not in url


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def _repeated_in(path: Path) -> Iterator[str]:
    own = _table(path)
    family = _table(FAMILIES / f"{own['family']}.toml") if "family" in own else {}
    backend = own.get("backend") or family.get("backend")
    known = known_to_social_auth(backend) if backend else {}
    always = {"oauth2": _defaults(OAuth2) | {"revoke": _defaults(RevokeCall)}, **_defaults(Toolkit)}
    inherited = merged(merged(always, known), family)
    yield from (f"{path.name}: {key}" for key in _same(own, inherited))
    if family:
        yield from (f"families/{own['family']}.toml: {key}" for key in _same(family, merged(always, known)))


def _defaults(cls: type) -> dict[str, Any]:
    return {each.name: each.default for each in fields(cls) if each.default not in (MISSING, None)}


def _same(table: Mapping[str, Any], other: Mapping[str, Any], under: str = "") -> Iterator[str]:
    for name, value in table.items():
        if name not in other:
            continue
        if isinstance(value, Mapping) and isinstance(other[name], Mapping):
            yield from _same(value, other[name], f"{under}{name}.")
        elif _plain(value) == _plain(other[name]):
            yield under + name


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

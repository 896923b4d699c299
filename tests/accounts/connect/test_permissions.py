"""What the app will be able to do, as the page says it before anybody agrees."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.accounts.acme import Acme
from tests.accounts.connect.test_link_page import catalogue_config, page_of

SCOPES = ["users:read", "chat:write", "files:write", "channels:read", "im:history"]
# With these alone the promise of the tests below holds.
PROMISED = {"slack": "users:read", "gmail": "email", "github": "read:user"}


def test_they_are_grouped_by_what_is_done_and_the_sensitive_come_first(acme: Acme, client: Client) -> None:
    link = acme.link(auth_config_id=catalogue_config(acme, "slack", scopes=SCOPES).pk)
    page = client.get(page_of(link)).content.decode()
    shown = page[page.index('id="what-is-shared"') : page.index('class="by-name"')]
    headings = re.findall(r'<h3 class="group">([^<]+)</h3>', shown)
    texts = re.findall(r"</svg>\s*<span>([^<]+)<", shown)
    assert headings[0] == "Read" and set(headings) == {"Read", "Change", "Delete"}
    assert texts[:2] == ["read direct messages it is part of", "see who is in the workspace"]
    assert shown.index("upload, change and delete files") > shown.index("Delete")


def test_of_many_none_that_is_sensitive_waits_behind_a_fold(acme: Acme, client: Client) -> None:
    more = ["channels:manage", "channels:join", "groups:read", "im:read", "im:write", "files:read"]
    more += ["reactions:read", "reactions:write", "team:read"]
    link = acme.link(auth_config_id=catalogue_config(acme, "slack", scopes=[*SCOPES, *more]).pk)
    page = client.get(page_of(link)).content.decode()
    before, _, folded = page.partition("<details>")
    folded = folded[: folded.index("</details>")]
    assert 'class="sensitive"' in before and 'class="sensitive"' not in folded
    told = re.search(r"<summary>(\d+) more, less sensitive</summary>", folded)
    assert told is not None and int(told.group(1)) == folded.count("<li>")


def test_the_headings_are_in_the_persons_language(acme: Acme, client: Client) -> None:
    link = acme.link(auth_config_id=catalogue_config(acme, "slack", scopes=SCOPES).pk)
    german = client.get(page_of(link), headers={"accept-language": "de"}).content.decode()
    assert re.findall(r'<h3 class="group">([^<]+)</h3>', german)[0] == "Lesen"


@pytest.mark.parametrize(
    ("slug", "scope", "cannot"),
    [
        ("slack", "reactions:read", "read your messages"),
        ("slack", "files:write", "send messages"),
        ("gmail", "https://www.googleapis.com/auth/gmail.metadata", "read your mail"),
        ("github", "workflow", "see your private code"),
    ],
)
def test_no_promise_is_made_that_a_scope_could_break(
    acme: Acme, client: Client, slug: str, scope: str, cannot: str
) -> None:
    config = catalogue_config(acme, slug)
    kept = client.get(page_of(acme.link(auth_config_id=config.pk, scopes=[PROMISED[slug]])))
    assert cannot in kept.content.decode()
    broken = client.get(page_of(acme.link(auth_config_id=config.pk, scopes=[PROMISED[slug], scope])))
    assert cannot not in broken.content.decode()


def test_google_is_asked_for_what_the_page_says_and_for_nothing_from_before(
    acme: Acme, client: Client
) -> None:
    config = catalogue_config(acme, "google-calendar")
    sent = client.post(page_of(acme.link(auth_config_id=config.pk)))["Location"]
    assert "prompt=consent" in sent and "include_granted_scopes" not in sent


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("es", "No podrá cambiar ni eliminar nada."),
        ("pt", "Não poderá alterar nem excluir nada."),
        ("fr", "Cette application ne pourra pas modifier ou supprimer quoi que ce soit."),
        ("ja", "次のことはできません：何かを変更または削除する。"),
        ("de", "Das wird nicht möglich sein: irgendetwas ändern oder löschen."),
    ],
)
def test_what_it_cannot_do_is_a_sentence_in_each_language(
    acme: Acme, client: Client, language: str, sentence: str
) -> None:
    link = acme.link(auth_config_id=catalogue_config(acme, "zendesk").pk, scopes=["read"], locale=language)
    assert sentence in client.get(page_of(link)).content.decode()

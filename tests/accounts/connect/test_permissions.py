"""What the app will be able to do, as the page says it before anybody agrees."""

from __future__ import annotations

import re

from django.test import Client

from tests.accounts.acme import Acme
from tests.accounts.connect.test_link_page import catalogue_config, page_of

SCOPES = ["users:read", "chat:write", "files:write", "channels:read", "im:history"]


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

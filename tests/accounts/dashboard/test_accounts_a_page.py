"""How many accounts stand on a page, where the address says it as the API does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from flowra.models import Project
from tests.accounts.dashboard.test_accounts import ids_on, url
from tests.factories import make_account, make_auth_config

pytestmark = [pytest.mark.both_databases]


@pytest.fixture
def browser(as_member: Callable[..., Client]) -> Client:
    return as_member()


def test_a_page_is_as_long_as_the_address_asks_and_so_are_those_after_it(
    browser: Client, project: Project
) -> None:
    auth_config = make_auth_config(project, "slack")
    made = {make_account(auth_config).pk for _ in range(5)}
    seen: list[str] = []
    query = "?limit=2&statuses=ACTIVE"
    lengths = []
    while query:
        page = browser.get(url(project, query))
        found = ids_on(page)
        lengths.append(len(found))
        seen += found
        assert 'name="limit" value="2"' in page.content.decode()
        more = re.search(r'href="(\?[^"]*cursor=[^"]*)"[^>]*>More accounts', page.content.decode())
        query = more[1].replace("&amp;", "&") if more else ""
    assert lengths == [2, 2, 1] and set(seen) == made and len(seen) == 5

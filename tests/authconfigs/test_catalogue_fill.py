"""Templates: a value fills its place and never reaches beyond it."""

from __future__ import annotations

import pytest

from authconfigs.catalogue.fill import fill, fill_text, names_in
from flowra.errors import InvalidInput

ZENDESK = "https://{subdomain}.zendesk.com/api/v2/users/{user}.json?as={user}"


def test_a_value_in_the_host_stands_as_it_is_and_elsewhere_quoted() -> None:
    url = fill(ZENDESK, {"subdomain": "acme", "user": "a/b c?&#"})
    assert url == "https://acme.zendesk.com/api/v2/users/a%2Fb%20c%3F%26%23.json?as=a%2Fb%20c%3F%26%23"


@pytest.mark.parametrize(
    "value",
    [
        "evil.com/",
        "evil.com/.",
        "evil.com#",
        "evil.com?",
        "evil.com\\",
        "a.b@",
        "me:secret@evil.com",
        "evil.com:443",
        "[::1]",
        "a..b",
        ".a",
        "a.",
        "-a",
        "a-",
        "a b",
        "a\n",
        "%2f",
        "ácme",
        "evil。com",
    ],
)
def test_no_value_makes_another_host(value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        fill(ZENDESK, {"subdomain": value, "user": "me"})
    assert [each.field for each in caught.value.errors] == ["subdomain"]


@pytest.mark.parametrize("value", [".", ".."])
def test_no_value_walks_up_the_path(value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        fill("https://login.example/{tenant}/token", {"tenant": value})
    assert [each.field for each in caught.value.errors] == ["tenant"]


@pytest.mark.parametrize("values", [{}, {"subdomain": ""}])
def test_a_missing_value_is_named(values: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        fill(ZENDESK, values)
    assert [each.field for each in caught.value.errors] == ["subdomain"]


def test_names_are_told_once_in_order() -> None:
    assert names_in(ZENDESK) == ("subdomain", "user")


def test_a_form_takes_its_values_as_they_are() -> None:
    assert fill_text("{access_token}", {"access_token": "a/b+c"}) == "a/b+c"
    with pytest.raises(InvalidInput):
        fill_text("{access_token}", {})

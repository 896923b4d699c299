"""Query parameters: nothing is ignored, nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from flowra.api.pages import chosen_fields, page_parameters, window_of
from flowra.api.query import Choice, Flag, Number, Query, Text, Texts
from flowra.errors import InvalidInput

QUERY = Query(
    Text("q"),
    Text("category", narrows=True),
    Texts("toolkitSlugs"),
    Texts("statuses", ("ACTIVE", "EXPIRED")),
    Flag("showDisabled", False),
    Choice("orderBy", ("createdAt", "updatedAt"), "createdAt"),
    Number("limit", 1, 100, 10),
)


def read(text: str) -> dict[str, Any]:
    return QUERY.read(QueryDict(text))


def refused(text: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        read(text)
    return {problem.field: problem.message for problem in refusal.value.errors}


def test_without_any_the_defaults_hold() -> None:
    assert read("") == {
        "q": "",
        "category": "",
        "toolkitSlugs": None,
        "statuses": None,
        "showDisabled": False,
        "orderBy": "createdAt",
        "limit": 10,
    }


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "1"])
def test_booleans_are_read_in_any_case(text: str) -> None:
    assert read(f"showDisabled={text}")["showDisabled"] is True
    assert read("showDisabled=False")["showDisabled"] is False


def test_lists_are_repeated_or_comma_separated_or_both() -> None:
    assert read("toolkitSlugs=slack,github&toolkitSlugs=notion, slack")["toolkitSlugs"] == [
        "slack",
        "github",
        "notion",
    ]


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("limt=5", "limt", 'Did you mean "limit"?'),
        ("toolkitslugs=a", "toolkitslugs", 'Did you mean "toolkitSlugs"?'),
        ("zzz=1", "zzz", "Known are: q, category"),
        ("statuses=ACTVE", "statuses", 'Did you mean "ACTIVE"?'),
        ("statuses=ACTIVE,nope", "statuses", "must be one of"),
        ("statuses=", "statuses", "may not be empty"),
        ("category=", "category", "may not be empty"),
        ("category=%20", "category", "may not be empty"),
        ("toolkitSlugs=,", "toolkitSlugs", "may not be empty"),
        ("limit=0", "limit", "from 1 to 100"),
        ("limit=101", "limit", "from 1 to 100"),
        ("limit=ten", "limit", "whole number"),
        ("limit=1.5", "limit", "whole number"),
        ("limit=" + "9" * 4000, "limit", "whole number"),
        ("limit=٣", "limit", "whole number"),
        ("limit=5&limit=6", "limit", "more than once"),
        ("showDisabled=yes", "showDisabled", "true or false"),
        ("orderBy=name", "orderBy", "must be one of"),
        ("q=" + "x" * 301, "q", "at most 300"),
        ("q=a%00b", "q", "cannot be read"),
        ("q=%ff", "q", "cannot be read"),
        ("toolkitSlugs=" + ",".join(map(str, range(300))), "toolkitSlugs", "at most 200"),
    ],
)
def test_a_refusal_names_the_parameter_and_says_what_would_do(text: str, name: str, hint: str) -> None:
    assert hint in refused(text)[name]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert refused("limit=0&nope=1").keys() == {"limit", "nope"}


class TestWindow:
    PAGES = Query(*page_parameters(sort_by=("name",), sorted_by="name"))

    def window(self, text: str) -> tuple[int, int, int]:
        window = window_of(self.PAGES.read(QueryDict(text)))
        return window.offset, window.limit, window.page

    def test_page_and_offset_say_the_same(self) -> None:
        assert self.window("page=3&limit=10") == (20, 10, 3)
        assert self.window("offset=20&limit=10") == (20, 10, 3)
        assert self.window("page=3&offset=20&limit=10") == (20, 10, 3)

    def test_they_may_not_contradict_each_other(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            self.window("page=2&offset=5")
        assert refusal.value.errors[0].field == "offset"


def test_fields_reduce_an_entry_and_an_unknown_one_is_named() -> None:
    assert chosen_fields("name, id", ("id", "name", "logo"))({"id": 1, "name": "x", "logo": ""}) == {
        "id": 1,
        "name": "x",
    }
    assert chosen_fields("", ("id",))({"id": 1}) == {"id": 1}
    with pytest.raises(InvalidInput):
        chosen_fields("id,nme", ("id", "name"))

"""A call's arguments against a tool's schema: every fault by its place, and never more work than is bounded."""

from __future__ import annotations

from typing import Any

import pytest

from authconfigs.actions.checked_arguments import MAX_TOLD, checked_arguments
from authconfigs.catalogue.load import all_toolkits
from authconfigs.catalogue.tool import Tool
from authconfigs.catalogue.tool_definition import tool_from_definition
from flowra.errors import InvalidInput
from tests.authconfigs.own_tool import own_tool, with_argument


def tool_of(definition: dict[str, Any]) -> Tool:
    return tool_from_definition(definition, all_toolkits()["slack"], id="to_1")


def faults(schema: Any, value: Any) -> dict[str, str]:
    """What is wrong with the one argument, by its place under `arguments`."""
    with pytest.raises(InvalidInput) as refused:
        checked_arguments(tool_of(with_argument(schema)), {"a": value})
    return {each.field.removeprefix("arguments."): each.message for each in refused.value.errors}


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"type": "string"}, 5, {"a": "must be a text"}),
        ({"type": "integer"}, 1.5, {"a": "must be a whole number"}),
        ({"type": "integer"}, True, {"a": "must be a whole number"}),
        ({"type": "boolean"}, "true", {"a": "must be true or false"}),
        ({"type": ["string", "null"]}, [], {"a": "must be a text or null"}),
        ({"type": "object"}, [], {"a": "must be an object"}),
        ({"enum": ["x", 1]}, "y", {"a": "must be one of x, 1"}),
        ({"const": "x"}, "y", {"a": "must be x"}),
        ({"minLength": 2}, "", {"a": "must have at least 2 characters"}),
        ({"maxLength": 2}, "abc", {"a": "may have at most 2 characters"}),
        ({"minimum": 1}, 0, {"a": "must be at least 1"}),
        ({"maximum": 1}, 2, {"a": "may be at most 1"}),
        ({"exclusiveMinimum": 1}, 1, {"a": "must be more than 1"}),
        ({"exclusiveMaximum": 1}, 1, {"a": "must be less than 1"}),
        ({"multipleOf": 5}, 7, {"a": "must be a multiple of 5"}),
        ({"minItems": 1}, [], {"a": "must have at least 1 entries"}),
        ({"maxItems": 1}, [1, 2], {"a": "may have at most 1 entries"}),
        ({"uniqueItems": True}, [1, 1.0], {"a": "has an entry twice"}),
        ({"minProperties": 1}, {}, {"a": "must have at least 1 keys"}),
        ({"maxProperties": 0}, {"x": 1}, {"a": "may have at most 0 keys"}),
        ({"pattern": "^[a-z]+$"}, "A", {"a": "must match ^[a-z]+$"}),
        (
            {"pattern": "^[a-z]+$"},
            "a" * 501,
            {"a": "may have at most 500 characters, as it must match a pattern"},
        ),
        ({"not": {"const": 1}}, 1, {"a": "is one of the values that are ruled out"}),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            1,
            {"a": "fits none of the forms that it may have: must be a text; or must be null"},
        ),
        ({"oneOf": [{}, {}]}, 1, {"a": "must fit exactly one of the forms that it may have"}),
        (
            {"type": "array", "items": {"type": "object", "required": ["x"], "additionalProperties": False}},
            [{"y": 1}, 2],
            {"a.0.x": "is needed", "a.0.y": "is unknown.", "a.1": "must be an object"},
        ),
    ],
)
def test_each_fault_is_told_in_plain_words(schema: Any, value: Any, told: dict[str, str]) -> None:
    assert faults(schema, value) == told


def test_the_value_itself_is_never_told() -> None:
    told = faults({"type": "integer"}, "hunter2-hunter2")
    assert "hunter2" not in str(told)


def test_what_was_left_out_has_its_default() -> None:
    tool = tool_of(with_argument({"type": "integer", "default": 5}))
    assert checked_arguments(tool, {}) == {"a": 5}
    assert checked_arguments(tool, {"a": 6}) == {"a": 6}


def test_a_definition_is_used_where_it_is_referred_to() -> None:
    body = with_argument({"type": "array", "items": {"$ref": "#/$defs/person"}})
    body["inputSchema"]["$defs"] = {"person": {"type": "object", "required": ["email"]}}
    with pytest.raises(InvalidInput) as refused:
        checked_arguments(tool_of(body), {"a": [{}, {"email": 1}]})
    assert [each.field for each in refused.value.errors] == ["arguments.a.0.email"]


def test_faults_beyond_many_are_counted() -> None:
    told = faults({"type": "array", "items": {"type": "string"}}, [1] * (MAX_TOLD + 7))
    assert len(told) == MAX_TOLD + 1
    assert told["arguments"] == "have 7 faults more"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "array"}, [0] * 20_001),
        ({"type": "array", "items": {"enum": list(range(500))}}, [0] * 2_000),
        ({"type": "array", "items": {"pattern": "^.*.*.*x$"}}, ["a" * 500] * 100),
        ({"anyOf": [{"pattern": f"[a-z]*[a-z]*{n}$"} for n in range(90)]}, "a" * 500),
        ({"multipleOf": 1e-300}, 10**300),
        ({"multipleOf": 0.1}, 10**400),
    ],
)
def test_what_would_take_long_is_refused_or_quickly_told(schema: Any, value: Any) -> None:
    """The times are not measured: without a bound, some of these run for minutes."""
    try:
        checked_arguments(tool_of(with_argument(schema)), {"a": value})
    except InvalidInput as refused:
        assert {each.field.split(".")[0] for each in refused.errors} == {"arguments"}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "array", "items": {"pattern": "^.*.*.*x$"}}, ["a" * 500] * 100),
        ({"anyOf": [{"pattern": f"[a-z]*[a-z]*{n}$"} for n in range(90)]}, "a" * 500),
    ],
)
def test_what_patterns_cost_is_counted_for_the_whole_call(schema: Any, value: Any) -> None:
    assert faults(schema, value) == {
        "arguments": "have more text than can be matched with this tool's patterns"
    }


def test_many_short_texts_are_matched() -> None:
    emails = {"type": "array", "items": {"pattern": r"^[^@]+@[^@]+\.[a-z]+$"}}
    value = [f"customer-{number}@example.com" for number in range(5_000)]
    assert checked_arguments(tool_of(with_argument(emails)), {"a": value}) == {"a": value}


def test_a_default_that_takes_long_to_check_is_refused_when_the_tool_is_made() -> None:
    default = ["a" * 500] * 20
    schema = {"type": "array", "items": {"pattern": "^.*.*.*x$"}, "default": default}
    with pytest.raises(InvalidInput) as refused:
        tool_of(with_argument(schema))
    assert [(each.field, each.message) for each in refused.value.errors] == [
        ("inputSchema.properties.a.default", "takes too long to check")
    ]


def test_nothing_given_is_enough_where_nothing_is_needed() -> None:
    tool = tool_of(own_tool(inputSchema={}, request={"method": "GET", "url": "/auth.test"}))
    assert checked_arguments(tool, {}) == {}

"""The catalogue's tools: a file that cannot be used stops the start with file and key, and requests are filled in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authconfigs.catalogue.load import CatalogueError, all_toolkits
from authconfigs.catalogue.load_tools import Tools, all_tools
from authconfigs.catalogue.startup_check import messages_about_tools
from authconfigs.catalogue.tool_definition import tool_from_definition
from authconfigs.catalogue.tool_request import FilledRequest, filled_request
from flowra.errors import InvalidInput
from tests.authconfigs.own_tool import own_tool

GOOD = """
[answer]
ok_field = "ok"

[[tool]]
slug = "SLACK_PIN_MESSAGE"
name = "Pin a message"

[tool.input_schema]
required = ["channel"]

[tool.input_schema.properties]
channel = { type = "string", description = "Where." }

[tool.request]
method = "POST"
url = "/pins.add"
json = { channel = "{channel}" }
"""
Reading = Callable[[str], Tools]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """A catalogue of tools of one file, `tools/slack.toml`."""

    def read(text: str) -> Tools:
        folder = tmp_path / "tools"
        folder.mkdir(exist_ok=True)
        (folder / "slack.toml").write_text(text)
        return Tools(folder)

    return read


def test_a_whole_file_is_read(reading: Reading) -> None:
    tools = reading(GOOD)
    tool = tools["slack"]["SLACK_PIN_MESSAGE"]
    assert (tool.toolkit, tool.answer.ok_field, tool.id) == ("slack", "ok", None)
    assert tool.input_schema["additionalProperties"] is False
    assert tools.named("SLACK_PIN_MESSAGE") is tool
    assert tools.named("SLACK_NOTHING") is tools.named("PIN") is None
    assert messages_about_tools(tools) == []


def test_all_of_the_catalogue_s_can_be_used() -> None:
    assert messages_about_tools(all_tools()) == []


@pytest.mark.parametrize(
    ("change", "by", "told"),
    [
        ('name = "Pin a message"\n', "", "tool.1.name: is missing"),
        ('name = "Pin', 'nmae = "x"\nname = "Pin', "tool.1.nmae: is not a key that is known here"),
        ("SLACK_PIN_MESSAGE", "PIN_MESSAGE", "tool.1.slug: must begin with SLACK_"),
        ("SLACK_PIN_MESSAGE", "SLACK_pin", "tool.1.slug: must be capitals"),
        ('"POST"', '"TRACE"', "tool.1.request.method: must be one of"),
        ("/pins.add", "https://evil.example/pins", "tool.1.request.url: must be on the toolkit's origins"),
        ('"{channel}"', '"{chanel}"', "tool.1.request.json.channel: names {chanel}, which is no argument"),
        ('required = ["channel"]', 'required = ["other"]', "tool.1.input_schema.required: names other"),
        ('"string"', '"text"', "tool.1.input_schema.properties.channel.type: is not as JSON Schema has it"),
        ("[answer]", "[answers]", "answers: is not a key that is known here"),
        ("/pins.add", '/pins.add"\nquirk = "magic', "tool.1.request.quirk: names no function"),
        ("[[tool]]", "[[tool", "is no TOML"),
    ],
)
def test_a_fault_is_told_with_file_and_key(reading: Reading, change: str, by: str, told: str) -> None:
    assert change in GOOD
    tools = reading(GOOD.replace(change, by, 1))
    with pytest.raises(CatalogueError) as caught:
        tools["slack"]
    assert str(caught.value).startswith("tools/slack.toml: ")
    assert told in str(caught.value)
    [message] = messages_about_tools(tools)
    assert (message.id, message.msg) == ("authconfigs.E001", str(caught.value))


def test_a_slug_is_there_once_and_a_file_is_named_for_its_toolkit(reading: Reading, tmp_path: Path) -> None:
    twice = GOOD + GOOD.replace('[answer]\nok_field = "ok"\n', "")
    with pytest.raises(CatalogueError, match="slug: is there twice"):
        reading(twice)["slack"]
    (tmp_path / "tools" / "nothing.toml").write_text(GOOD)
    with pytest.raises(CatalogueError, match="named for a toolkit"):
        reading(GOOD)["nothing"]


class TestFilling:
    def filled(self, url: str, **arguments: Any) -> FilledRequest:
        properties = {name: {"type": "string"} for name in arguments}
        schema = {"properties": properties, "required": list(arguments)}
        request = {"method": "POST", "url": url, "json": {name: f"{{{name}}}" for name in arguments}}
        definition = own_tool(inputSchema=schema, request=request)
        return filled_request(tool_from_definition(definition, all_toolkits()["slack"], id=""), arguments)

    @pytest.mark.parametrize(
        ("url", "value", "path"),
        [
            ("/x/{a}", "b c", "/x/b%20c"),
            ("/x/{a}", "b/c", "/x/b%2Fc"),
            ("/x/{a}", "%2e%2e", "/x/%252e%252e"),
            ("/x/{a}", "b?c#d;e", "/x/b%3Fc%23d%3Be"),
            ("/x/{a}", "ü", "/x/%C3%BC"),
            ("/x/{a}", "{a}", "/x/%7Ba%7D"),
            ("/x/{a}:run", "...", "/x/...:run"),
            ("/x/{a*}/y", "b/c d", "/x/b/c%20d/y"),
            ("https://slack.com/x/{a}", "b@c", "https://slack.com/x/b%40c"),
        ],
    )
    def test_a_value_stays_in_its_place_of_the_path(self, url: str, value: str, path: str) -> None:
        assert self.filled(url, a=value).path == path

    @pytest.mark.parametrize(
        ("url", "value"),
        [("/x/{a}", each) for each in ("", ".", "..", "../y", "y/..", "..\\y")]
        + [("/x/{a*}", each) for each in ("", "/y", "y/", "y//z", "y/../z", "./y")],
    )
    def test_a_value_that_would_lead_out_of_it_is_refused(self, url: str, value: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            self.filled(url, a=value)
        assert [each.field for each in refused.value.errors] == ["arguments.a"]

    def test_an_address_has_an_end(self) -> None:
        with pytest.raises(InvalidInput, match="URL of more than"):
            self.filled("/x/{a}", a="ü" * 2_000)

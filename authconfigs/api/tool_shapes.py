"""What the endpoints of tools take and answer, for reading bodies and for the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from flowra.api.body import Body, FlagField, ObjectField, TextField
from flowra.api.schema import page_of, success_of

from .shapes import AnySerializer, ToolkitBrief, ToolkitShown

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MAX_URL = 2000
MAX_LONG = 5000
MAX_TEMPLATE = 2000


def _texts(**arguments: Any) -> serializers.ListField:
    return serializers.ListField(child=TextField(max_length=300), required=False, **arguments)


def _templates() -> serializers.DictField:
    return serializers.DictField(
        child=TextField(max_length=MAX_TEMPLATE, allow_blank=True, trim_whitespace=False), required=False
    )


class ToolRequestGiven(Body):
    """What is sent; every text is a template, in which `{name}` stands for an argument."""

    method = serializers.ChoiceField(choices=METHODS)
    url = TextField(
        max_length=MAX_URL, help_text="A path under the toolkit's base URL, or a URL on its origins."
    )
    query = _templates()
    headers = _templates()
    form = _templates()
    json = ObjectField(required=False, allow_null=True)


class ToolAnswerGiven(Body):
    """How the service says that it did not work."""

    okField = TextField(
        required=False,
        allow_null=True,
        max_length=100,
        help_text="A boolean that must be true in a good answer.",
    )
    error = _texts(max_length=10, help_text="Dotted paths to the service's words, alternatives in order.")
    refused = _texts(max_length=20, help_text="Words that mean that the credential is no longer good.")


class CreateTool(Body):
    """A project's own tool; `inputSchema` is a JSON Schema (2020-12) of the arguments."""

    slug = TextField(max_length=100)
    name = TextField(max_length=100)
    toolkitSlug = TextField(max_length=50)
    description = TextField(required=False, allow_blank=True, allow_null=True, max_length=MAX_LONG)
    tags = _texts(max_length=20)
    important = FlagField(required=False)
    scopes = _texts(max_length=50)
    inputSchema = ObjectField()
    output = TextField(required=False, allow_blank=True, allow_null=True, max_length=MAX_LONG)
    request = ToolRequestGiven()
    answer = ToolAnswerGiven(required=False, allow_null=True)


class ToggleTool(Body):
    """Without a body, or without the key, it is turned round."""

    isActive = FlagField(required=False)


class ToolRequestShown(AnySerializer):
    """What is sent."""

    method = serializers.ChoiceField(choices=METHODS)
    url = serializers.CharField()
    query = serializers.DictField(child=serializers.CharField(allow_blank=True))
    headers = serializers.DictField(child=serializers.CharField(allow_blank=True))
    form = serializers.DictField(child=serializers.CharField(allow_blank=True))
    json = serializers.DictField(allow_null=True)


class ToolAnswerShown(AnySerializer):
    """How the service says that it did not work."""

    okField = serializers.CharField(allow_null=True)
    error = serializers.ListField(child=serializers.CharField())
    refused = serializers.ListField(child=serializers.CharField())


class ToolShown(AnySerializer):
    """A tool; the catalogue's have their slug for an id, and no times."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    toolkit = ToolkitBrief()
    tags = serializers.ListField(child=serializers.CharField())
    important = serializers.BooleanField()
    scopes = serializers.ListField(child=serializers.CharField())
    inputSchema = serializers.DictField()
    output = serializers.CharField(allow_blank=True)
    request = ToolRequestShown()
    answer = ToolAnswerShown()
    isGlobal = serializers.BooleanField()
    isActive = serializers.BooleanField()
    createdAt = serializers.DateTimeField(allow_null=True)
    updatedAt = serializers.DateTimeField(allow_null=True)


class ToolkitWithTools(ToolkitShown):
    """A toolkit and what can be done with it."""

    tools = ToolShown(many=True)


ONE_TOOL = success_of("Tool", ToolShown())
TOOL_PAGE = page_of("Tool", ToolShown(many=True))
TOOLKITS_WITH_TOOLS = page_of(
    "ToolkitWithTools",
    ToolkitWithTools(many=True),
    totalTools=serializers.IntegerField(help_text="Of all toolkits that were found, on every page."),
)

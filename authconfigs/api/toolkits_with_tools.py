"""`toolkits/with-tools`: what can be connected, and what can be done with it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse

from authconfigs.actions.tools_for import tools_for
from authconfigs.catalogue.tool import Tool
from flowra.api.pages import chosen_fields, page_answer, window_of
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView

from .present import TOOLKIT_FIELDS
from .present_tool import present_tools
from .tool_shapes import TOOLKITS_WITH_TOOLS
from .toolkits import TOOLKITS_QUERY, found_toolkits


class ToolkitsWithTools(ApiView):
    """As `toolkits`, each with its tools."""

    scopes: ClassVar = {"GET": "configs:read"}
    query: ClassVar = {"GET": TOOLKITS_QUERY}

    @endpoint(answers=TOOLKITS_WITH_TOOLS)
    def get(self, request: ApiRequest) -> HttpResponse:
        """A page of toolkits, each with `tools`; `totalTools` counts those of all toolkits that were found."""
        asked = request.query
        window = window_of(asked)
        reduced = chosen_fields(asked["fields"], (*TOOLKIT_FIELDS, "tools"))
        found = found_toolkits(request.project, asked)
        tools: dict[str, list[Tool]] = {each["slug"]: [] for each in found}
        for tool in tools_for(request.project, toolkit_slugs=list(tools)):
            tools[tool.toolkit].append(tool)
        page = window.of(found)
        on_page = [tool for each in page for tool in sorted(tools[each["slug"]], key=lambda tool: tool.slug)]
        shown: dict[str, list[dict[str, Any]]] = {each["slug"]: [] for each in page}
        for tool, presented in zip(on_page, present_tools(request.project, on_page), strict=True):
            shown[tool.toolkit].append(presented)
        return page_answer(
            [reduced({**each, "tools": shown[each["slug"]]}) for each in page],
            total=len(found),
            window=window,
            message="Toolkits with their tools.",
            totalTools=sum(map(len, tools.values())),
        )

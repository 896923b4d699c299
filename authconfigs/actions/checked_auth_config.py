"""What an auth config has besides its client: its name for people, its tools, its proxy."""

from __future__ import annotations

from collections.abc import Sequence

from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models.auth_config import RawCredentials
from flowra import outbound
from flowra.errors import InvalidInput
from flowra.models import Project
from flowra.near_match import near_match
from flowra.origins import origin_of

from .tools_for import tools_for

MAX_DISPLAY_NAME = 200
MAX_TOOLS = 500
MAX_TOOL = 100
MAX_PROXY_URL = 500


def checked_display_name(name: str, named: str) -> str:
    """Raises InvalidInput for what is too long or would not show as it reads; empty is none."""
    stripped = name.strip()
    if len(stripped) > MAX_DISPLAY_NAME or not stripped.isprintable():
        raise InvalidInput.field(
            f"{named}displayName",
            f"must be one line of at most {MAX_DISPLAY_NAME} characters that can be seen",
        )
    return stripped


def checked_tools(
    project: Project, toolkit: Toolkit, tools: Sequence[str], named: str, *, before: Sequence[str] = ()
) -> list[str]:
    """Slugs of the toolkit's tools, in capitals, each once.

    One that was there `before` may stay when its tool is gone: taking it out could widen what is allowed. Raises
    InvalidInput with those that are no tool of the toolkit.
    """
    if len(tools) > MAX_TOOLS or any(
        not 0 < len(tool) <= MAX_TOOL or not tool.isprintable() for tool in tools
    ):
        raise InvalidInput.field(
            f"{named}restrictToFollowingTools",
            f"must be at most {MAX_TOOLS} slugs of 1 to {MAX_TOOL} characters",
        )
    wanted = [each if each in before else each.upper() for each in dict.fromkeys(tools)]
    known = {tool.slug for tool in tools_for(project, toolkit_slugs=[toolkit.slug])} if wanted else set()
    unknown = [each for each in wanted if each not in known and each not in before]
    if unknown:
        hints = "".join(near_match(each, known, or_all=False) for each in unknown[:1])
        raise InvalidInput.field(
            f"{named}restrictToFollowingTools",
            f"has what is no tool of {toolkit.name}: {', '.join(unknown)}.{hints} "
            f"GET /api/v1/tools?toolkitSlug={toolkit.slug} lists them",
        )
    return list(dict.fromkeys(wanted))


def checked_proxy_url(url: str, named: str) -> str:
    """A URL that may be called; empty is none. Resolves its host."""
    if not url:
        return ""
    field = f"{named}proxyConfig.proxyUrl"
    if len(url) > MAX_PROXY_URL or origin_of(url) is None:
        raise InvalidInput.field(field, "must be a plain http or https URL")
    outbound.refuse_inward(field, url)
    return url


def checked_raw_credentials(value: str, named: str) -> str:
    """`scope` or `never`."""
    if value not in RawCredentials.values:
        raise InvalidInput.field(
            f"{named}rawCredentials", f"must be one of {', '.join(RawCredentials.values)}"
        )
    return value

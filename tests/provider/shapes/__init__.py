"""The services that the provider plays, one file each, from what each of them documents.

None of it is read from Flowra's catalogue: the walk over every toolkit can only find an error in the catalogue
where this says it again, on its own.
"""

from __future__ import annotations

from dataclasses import replace

from ..shape import Shape
from .discord import DISCORD
from .github import GITHUB
from .github_repositories import ROUTES as GITHUB_REPOSITORIES
from .gitlab import GITLAB
from .google import GOOGLE
from .google_mail_and_calendar import ROUTES as MAIL_AND_CALENDAR
from .hubspot import HUBSPOT
from .linear import LINEAR
from .microsoft import OUTLOOK
from .notion import NOTION
from .notion_pages import ROUTES as NOTION_PAGES
from .openai import OPENAI
from .practice import PRACTICE
from .slack import SLACK
from .slack_methods import ROUTES as SLACK_METHODS
from .twilio import TWILIO
from .zendesk import ZENDESK

SHAPES: tuple[Shape, ...] = (
    PRACTICE,
    replace(SLACK, routes=(*SLACK.routes, *SLACK_METHODS)),
    replace(GITHUB, routes=(*GITHUB.routes, *GITHUB_REPOSITORIES)),
    GITLAB,
    replace(GOOGLE, routes=(*GOOGLE.routes, *MAIL_AND_CALENDAR)),
    OUTLOOK,
    replace(NOTION, routes=(*NOTION.routes, *NOTION_PAGES)),
    HUBSPOT,
    LINEAR,
    DISCORD,
    ZENDESK,
    OPENAI,
    TWILIO,
)

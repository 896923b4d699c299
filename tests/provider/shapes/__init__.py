"""The services that the provider plays, one file each, from what each of them documents.

None of it is read from Flowra's catalogue: the walk over every toolkit can only find an error in the catalogue
where this says it again, on its own.
"""

from __future__ import annotations

from ..shape import Shape
from .discord import DISCORD
from .github import GITHUB
from .gitlab import GITLAB
from .google import GOOGLE
from .hubspot import HUBSPOT
from .linear import LINEAR
from .microsoft import OUTLOOK
from .notion import NOTION
from .openai import OPENAI
from .practice import PRACTICE
from .slack import SLACK
from .twilio import TWILIO
from .zendesk import ZENDESK

SHAPES: tuple[Shape, ...] = (
    PRACTICE,
    SLACK,
    GITHUB,
    GITLAB,
    GOOGLE,
    OUTLOOK,
    NOTION,
    HUBSPOT,
    LINEAR,
    DISCORD,
    ZENDESK,
    OPENAI,
    TWILIO,
)

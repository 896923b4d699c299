"""Numbers that can be read."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """With its thousands apart: `12,345`."""
    return f"{number:,}"

"""Tags of the dashboard's pages."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.dashboard.nav import Place, places
from flowra.pages.names import cut_in_the_middle

register = template.Library()


@register.simple_tag(takes_context=True, name="places")
def places_tag(context: RequestContext) -> list[Place]:
    """`{% places as all %}`: the pages of the project that is shown, for whoever is signed in."""
    return places(context["here"], context["request"].path) if context.get("here") else []


@register.filter
def cut(text: object, longest: int = 36) -> SafeString:
    """A long name cut in the middle, the whole of it on hover; `{{ name|cut:24 }}`."""
    whole = str(text)
    shown = cut_in_the_middle(whole, longest)
    if shown == whole:
        return format_html("<bdi>{}</bdi>", whole)
    return format_html("<bdi title='{}'>{}</bdi>", whole, shown)

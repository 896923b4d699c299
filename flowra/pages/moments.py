"""Times as people say them, with the exact one on hover and for screen readers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

NEVER = "never"
_HALF_A_MINUTE = timedelta(seconds=30)


def exact(when: datetime) -> str:
    """`23 November 2026, 12:05:09 UTC`."""
    at = when.astimezone(timezone.get_default_timezone())
    return date_format(at, "j F Y, H:i:s T")


def said(when: datetime) -> str:
    """`3 hours ago`, `in 2 days`, and the date where that is long ago or far off."""
    now = timezone.now()
    if abs((now - when).days) > 60:
        return date_format(when, "j F Y")
    if when > now:
        # To the nearest minute, and at least one: "in 0 minutes" is no time, and a week just begun is no six days.
        until = max(when + _HALF_A_MINUTE, now + timedelta(minutes=1))
        return _("in %(time)s") % {"time": timeuntil(until, now, depth=1)}
    if (now - when).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(when, now, depth=1)}


def moment(when: datetime | None, otherwise: str = NEVER) -> SafeString:
    """The time as HTML; `otherwise` where there is none."""
    if when is None:
        return format_html("<span class='quiet'>{}</span>", otherwise)
    return format_html(
        "<time datetime='{}' title='{}'>{}<span class='for-readers'> ({})</span></time>",
        when.isoformat(),
        exact(when),
        said(when),
        exact(when),
    )

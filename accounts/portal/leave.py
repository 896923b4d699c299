"""Leaving the page before its time is over: whoever uses the computer next finds nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.actions.close_portal_session import close_portal_session
from accounts.portal.gate import Here, for_the_person, show


@for_the_person("POST")
def leave(request: HttpRequest, here: Here) -> HttpResponse:
    """Closes it, and says so; the back button finds a page that has run out."""
    close_portal_session(here.session)
    return show(request, here, "left.html", _("This page is closed"))

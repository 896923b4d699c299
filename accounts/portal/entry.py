"""The URL that the app made: the browser in which its button is pressed first has the page, and no other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.actions.open_portal_session import find_portal_session, is_open_in, open_portal_session
from accounts.pages.see_other import SeeOther
from accounts.portal.browser import browser_for, known_browsers, may_keep_cookies, remember
from accounts.portal.gate import (
    Here,
    in_its_frame,
    is_framed,
    refusal_page,
    refuse_foreign_press,
    show,
)
from flowra.errors import FlowraError, Gone, InvalidInput
from flowra.page_language import speak
from flowra.pages.names import cut_in_the_middle
from flowra.pages.refuse_unreadable import refuse_unreadable

LONGEST_NAME = 40


# The press is checked by what the browser says of its origin, as on the other pages.
@csrf_exempt
def entry_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows whose page it is and opens nothing, since previews of messages look at links; POST opens it.

    In the browser that has it, GET goes on to the list.
    """
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    here: Here | None = None
    try:
        refuse_unreadable(request)
        here = Here(find_portal_session(token), is_framed(request))
        speak(here.session.locale)
        if is_open_in(here.session, known_browsers(request)):
            return in_its_frame(HttpResponseRedirect(here.home), here)
        if here.session.browser_hash:
            raise Gone("It is another browser's.", code="portal_elsewhere", extra={"session": here.session})
        return _open(request, here) if request.method == "POST" else _door(request, here)
    except FlowraError as error:
        return refusal_page(request, error, here)


def _open(request: HttpRequest, here: Here) -> HttpResponse:
    refuse_foreign_press(request)
    browser = browser_for(request, framed=here.framed)
    if browser is None and here.framed:
        return _window_page(request, here)
    if browser is None:
        # Whoever cannot be known again must not have the page: they would be locked out of it themselves.
        raise InvalidInput("The browser keeps no cookies.", code="no_cookies")
    open_portal_session(here.session, browser)
    return in_its_frame(SeeOther(here.home), here)


def _door(request: HttpRequest, here: Here) -> HttpResponse:
    if not may_keep_cookies(request, framed=here.framed):
        return _window_page(request, here)
    response = show(request, here, "entry.html", _("Your connections"), _whose(here))
    remember(response, browser_for(request, framed=here.framed), framed=here.framed)
    return response


def _window_page(request: HttpRequest, here: Here) -> HttpResponse:
    """A frame in which no cookie sticks: the same, in a window of its own."""
    context = {**_whose(here), "window_url": request.path}
    return show(request, here, "entry.html", _("Your connections"), context)


def _whose(here: Here) -> dict[str, str]:
    return {"user_name": here.user.name, "user_name_shown": cut_in_the_middle(here.user.name, LONGEST_NAME)}

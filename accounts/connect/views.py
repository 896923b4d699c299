"""The doors of the connect flow. No GET changes anything; every end is a page, or the way back to the app."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from accounts.actions.complete_link import complete_link
from accounts.actions.continue_link import continue_link, refuse_switched_off
from accounts.actions.ending import Ending
from accounts.actions.find_link import find_link
from accounts.actions.link_choices import as_chosen
from accounts.actions.refuse_link import refuse_link
from accounts.actions.submit_credentials import submit_credentials
from accounts.connect.browser import known_browser, new_browser, remember
from accounts.connect.choose import choose_page
from accounts.connect.embedding import display_of, embedding_context, end_in_window, shown_in
from accounts.connect.ending_page import ending_context, refusal_context
from accounts.models import LinkSession
from accounts.pages.app_logo import TYPES
from accounts.pages.link_page import authorization_url_of, link_page_context
from accounts.pages.presses import pressed_on_our_page
from accounts.pages.see_other import SeeOther, back_to_app
from authconfigs.schemes import scheme_named
from flowra.api.middleware import allow_form_to
from flowra.errors import FlowraError, InvalidInput
from flowra.models import Project
from flowra.page_language import speak

STATUS_OF_PAGE = {"wrong_browser": 410, "expired": 410, "mismatch": 400, "switched_off": 409}


# The press is checked by what the browser says of its origin: a token in the page would need a second cookie.
@csrf_exempt
def link_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the page and burns nothing; POST agrees."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    try:
        session = find_link(token)
    except FlowraError as refusal:
        return _refusal_page(request, refusal)
    speak(session.locale)
    browser = known_browser(request) or new_browser()
    try:
        if session.auth_config_choices:
            chosen = request.GET.get("service", "")
            if chosen not in session.auth_config_choices:
                return shown_in(request, choose_page(request, session), session)
            session = as_chosen(session, chosen)
        refuse_switched_off(session.account)
        response = _agree(request, session, browser) if request.method == "POST" else _page(request, session)
    except InvalidInput as refusal:
        problems = {problem.field: problem.message for problem in refusal.errors} or {"": refusal.message}
        response = _page(request, session, problems)
    except FlowraError as refusal:
        response = _refusal_page(request, refusal, session)
    remember(response, browser)
    return shown_in(request, response, session)


@csrf_exempt
def not_now(request: HttpRequest, token: str) -> HttpResponse:
    """POST refuses. Whoever comes to its address again, by GET, is led to the link's page, which says how it ended."""
    if request.method in ("GET", "HEAD"):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return SeeOther(f"/connect/{quote(token, safe='')}{query}")
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    browser = known_browser(request) or new_browser()
    try:
        session = find_link(token)
        speak(session.locale)
        if not pressed_on_our_page(request):
            return _refusal_page(request, _not_our_page(), session)
        return _ended(request, refuse_link(session, browser))
    except FlowraError as refusal:
        return _refusal_page(request, refusal)


def come_back(request: HttpRequest, auth_config_id: str) -> HttpResponse:
    """The redirect URI: the service sends the person here."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    try:
        return _ended(request, complete_link(auth_config_id, _query(request), known_browser(request)))
    except FlowraError as refusal:
        return _refusal_page(request, refusal, came_to=auth_config_id)


def app_logo(request: HttpRequest, project_id: str) -> HttpResponse:
    """The app's logo: what everybody sees who gets a link of it."""
    project = Project.objects.only("logo", "logo_type").filter(pk=project_id).first()
    if project is None or not project.logo or project.logo_type not in TYPES:
        return HttpResponse(status=404)
    response = HttpResponse(bytes(project.logo), content_type=project.logo_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def _agree(request: HttpRequest, session: LinkSession, browser: str) -> HttpResponse:
    if not pressed_on_our_page(request):
        return _refusal_page(request, _not_our_page(), session)
    values = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    if scheme_named(session.account.auth_config.auth_scheme).needs_redirect:
        return SeeOther(continue_link(session, browser, values, display=display_of(request)))
    return _ended(request, submit_credentials(session, browser, values))


def _page(request: HttpRequest, session: LinkSession, problems: dict[str, str] | None = None) -> HttpResponse:
    typed = {name: str(value) for name, value in request.POST.items()}
    context = {**link_page_context(session, typed, problems or {}), **embedding_context(request, session)}
    response = render(request, "connect/link.html", context, status=400 if problems else 200)
    # Browsers hold `form-action` against every redirect that follows the press, and a service's sign-in may be
    # anywhere: https is let through as such, plain http (a server of one's own) by name.
    allow_form_to(response, "https:")
    for url in (authorization_url_of(session), session.callback_url):
        if url and not url.startswith("https://"):
            allow_form_to(response, url)
    return response


def _query(request: HttpRequest) -> dict[str, str]:
    """The callback's parameters; one with a NUL is none, since no service sends it and PostgreSQL cannot store it."""
    return {name: value for name, value in request.GET.dict().items() if "\0" not in value}


def _ended(request: HttpRequest, ending: Ending) -> HttpResponse:
    speak(ending.session.locale)
    status = STATUS_OF_PAGE.get(ending.page, 200)
    in_window = end_in_window(request, ending, status)
    if in_window is not None:
        return in_window
    if ending.redirect_to is not None:
        return back_to_app(ending.redirect_to)
    context = ending_context(ending, keeps_cookies=known_browser(request) is not None)
    return render(request, "connect/end.html", context, status=status)


def _refusal_page(
    request: HttpRequest, refusal: FlowraError, session: LinkSession | None = None, *, came_to: str = ""
) -> HttpResponse:
    known: Any = session or refusal.extra.get("session")
    if known is not None:
        speak(known.locale)
    context = refusal_context(refusal.problem_code, known, came_to)
    return shown_in(request, render(request, "connect/end.html", context, status=refusal.status), known)


def _not_our_page() -> InvalidInput:
    return InvalidInput("The press did not come from our page.", code="not_our_page")

"""Who is let into a person's own pages, and what each page is given of where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt

from accounts.actions.open_portal_session import person_of, portal_session_in
from accounts.models import ExternalUser, PortalSession
from accounts.pages.app_logo import logo_of_app
from accounts.pages.presses import pressed_on_our_page
from accounts.portal.browser import known_browsers
from accounts.portal.refusals import refusal_words
from flowra.api.middleware import allow_framing_by
from flowra.errors import FlowraError, InvalidInput
from flowra.events.record import Actor
from flowra.logs import request_id
from flowra.models import Project
from flowra.origins import origin_of
from flowra.page_language import speak
from flowra.pages.names import apart
from flowra.pages.refuse_unreadable import refuse_unreadable

Page = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Here:
    """Where a page is: whose it is, and whether it stands in a frame of the app's."""

    session: PortalSession
    framed: bool

    @property
    def project(self) -> Project:
        """The app."""
        return self.session.project

    @property
    def app(self) -> str:
        """Its name, as it stands in a sentence."""
        return apart(self.project.name)

    @property
    def user(self) -> ExternalUser:
        """The person, as the app knows them."""
        return self.session.external_user

    @property
    def actor(self) -> Actor:
        """The person, for the trail."""
        return person_of(self.session)

    def url(self, *parts: str, **query: str) -> str:
        """The path of one of the person's pages, as `url(account.pk, "rename")`; the list without parts."""
        asked = {**query, **({"display": "iframe"} if self.framed else {})}
        path = "/".join(("/portal", self.session.pk, *parts))
        return f"{path}?{urlencode(asked)}" if asked else path

    @property
    def home(self) -> str:
        """The list."""
        return self.url()

    @property
    def app_url(self) -> str:
        """Where the app is: its verified site, else the only origin that it has; empty where that is not known."""
        project = self.project
        if project.website and project.website_verified_at is not None:
            return project.website
        origins = project.callback_origins
        origin = origin_of(origins[0]) if len(origins) == 1 else None
        return f"{origin}/" if origin else ""

    @property
    def time_left(self) -> str:
        """How long the page goes on, as `8 minutes`."""
        left: timedelta = self.session.expires_at - timezone.now()
        minutes = max(round(left.total_seconds() / 60), 1)
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def for_the_person(*methods: str) -> Callable[[Page], Page]:
    """Makes `page(request, here, …)` a view of `(request, portal_id, …)` that takes these methods.

    Only the browser that opened the session is let in, and a press must come from our own page. Errors of the family
    that `page` raises are shown as a page.
    """
    allowed = [*methods, "HEAD"] if "GET" in methods else [*methods]

    def gate(page: Page) -> Page:
        # The press is checked by what the browser says of its origin: in a frame, Django's token has no cookie to match.
        @csrf_exempt
        @wraps(page)
        def view(request: HttpRequest, portal_id: str, **named: Any) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            framed = is_framed(request)
            here: Here | None = None
            try:
                refuse_unreadable(request)
                here = Here(portal_session_in(portal_id, known_browsers(request)), framed)
                speak(here.session.locale)
                refuse_foreign_press(request)
                return in_its_frame(page(request, here, **named), here)
            except FlowraError as error:
                return refusal_page(request, error, here, is_open=here is not None)
            except (DataError, SuspiciousOperation):
                words = InvalidInput("This address asks for something that cannot be looked up.")
                return refusal_page(request, words, here, is_open=here is not None)

        return view

    return gate


def is_framed(request: HttpRequest) -> bool:
    """Whether the address says that the page is in a frame."""
    return request.GET.get("display") == "iframe"


def refuse_foreign_press(request: HttpRequest) -> None:
    """Raises InvalidInput (`not_our_page`) for a POST from elsewhere."""
    if request.method == "POST" and not pressed_on_our_page(request):
        raise InvalidInput("The press did not come from our page.", code="not_our_page")


def in_its_frame(response: HttpResponse, here: Here) -> HttpResponse:
    """Lets the app's own pages frame it, where the address asks for that."""
    return allow_framing_by(response, *here.project.callback_origins) if here.framed else response


def show(
    request: HttpRequest,
    here: Here,
    template: str,
    title: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in the portal's frame; `template` is under `templates/portal/`, `title` its h1."""
    whole = {
        "here": here,
        "project": here.project,
        "app_logo": logo_of_app(here.project),
        "title": title,
        **(context or {}),
    }
    return in_its_frame(render(request, f"portal/{template}", whole, status=status), here)


def refusal_page(
    request: HttpRequest, error: FlowraError, here: Here | None = None, *, is_open: bool = False
) -> HttpResponse:
    """An error of the family as a page for a person: what happened, whose turn it is, what to press.

    `is_open`: the page is this browser's, which can go back to it.
    """
    session = error.extra.get("session")
    if here is None and isinstance(session, PortalSession):
        here = Here(session, is_framed(request))
    if here is not None:
        speak(here.session.locale)
    words = refusal_words(error, here.app if here else None)
    context = {"paragraphs": words.paragraphs, "is_open": is_open, "request_id": request_id.get()}
    if here is None:
        whole = {"title": words.title, **context}
        return render(request, "portal/refused.html", whole, status=error.status)
    return show(request, here, "refused.html", words.title, context, status=error.status)

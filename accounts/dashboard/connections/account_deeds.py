"""What support does for one account while the person waits: look whether it works, renew it, ask to connect again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from accounts.actions.ask_to_reconnect import ask_to_reconnect
from accounts.actions.check_account import check_account
from accounts.actions.refresh_now import refresh_now
from accounts.dashboard.connections.account_page import about
from accounts.dashboard.connections.found import account_of, credential_of
from accounts.dashboard.gate import Here, for_members, show
from accounts.pages.story import story_of
from accounts.pages.what_to_say import what_to_say
from flowra.errors import FlowraError, NotFound
from flowra.models import Role
from flowra.pages.moments import moment

_LEVELS = {"works": messages.SUCCESS, "refused": messages.ERROR, "unknown": messages.WARNING}


@require_POST
@for_members(Role.SUPPORT)
def check(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST asks the service whether the connection works, and says so on the account's page."""
    found = account_of(here, id)
    if found.deleted_at is not None:
        messages.warning(request, "It was revoked, so there is nothing to check.")
    else:
        checked = check_account(found.pk, here.actor)
        messages.add_message(request, _LEVELS[checked.outcome], checked.words)
    return HttpResponseRedirect(here.url("account", found.pk))


@require_POST
@for_members(Role.SUPPORT)
def refresh(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST has its access renewed at once, and says how that went on the account's page."""
    found = account_of(here, id)
    try:
        refresh_now(found, of={"project": here.project.pk}, actor=here.actor)
    except NotFound:
        messages.warning(request, "It was revoked, so there is nothing to renew.")
    except FlowraError as error:
        messages.error(request, f"Not renewed: {error.message}")
    else:
        messages.success(request, "Its access is renewed.")
    return HttpResponseRedirect(here.url("account", found.pk))


@require_POST
@for_members(Role.SUPPORT)
def ask(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST makes a fresh link and shows it, this once, with the text to send."""
    found = account_of(here, id)
    try:
        started = ask_to_reconnect(found, here.actor)
    except FlowraError as error:
        messages.error(request, f"No link was made. {error.message}")
        return HttpResponseRedirect(here.url("account", found.pk))
    story = story_of(found)
    context = {
        **about(found, story),
        "link": started.url,
        "until": moment(started.expires_at),
        "tell": what_to_say(
            found, story.service, credential_of(found), link=started.url, until=started.expires_at
        ),
    }
    answer = show(request, here, "connections/asked.html", "Send this link", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""One account's page: how it stands and whose turn it is, what to tell the person, and what can be done about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.actions.ask_to_reconnect import why_not
from accounts.dashboard.connections.found import account_of
from accounts.dashboard.gate import Here, for_members, show
from accounts.models import ConnectedAccount, Status
from accounts.pages.ailment import Ailment
from accounts.pages.story import Story, story_of
from accounts.pages.uses import DAYS, uses_by_day
from authconfigs.schemes import scheme_named
from flowra.pages.moments import moment
from flowra.public_ids import reference_of

# Kinds of keys that are renewed, as `secret_names` has them.
RENEWABLE = {"refresh_token", "user_refresh_token"}

THEIR_TURN = {
    Ailment.NOT_OPENED,
    Ailment.NOT_FINISHED,
    Ailment.EXPIRED,
    Ailment.FAILED,
    Ailment.RAN_OUT,
    Ailment.ENDS_SOON,
}


@for_members()
def account(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """The whole story; nothing is changed here."""
    found = account_of(here, id)
    story = story_of(found)
    context = {
        **about(found, story),
        "tell": story.to_say,
        "is_their_turn": story.ailment in THEIR_TURN,
        "made": moment(found.created_at),
        "connected": moment(found.connected_at),
        "used": moment(found.last_used_at),
        "refreshed": moment(found.last_refreshed_at),
        "uses": uses_by_day(found, story.service),
        "days": DAYS,
        "reference": reference_of(found.pk),
        "auth_config_url": ""
        if found.auth_config.deleted_at
        else here.url("auth_config", found.auth_config_id),
        "events_url": f"{here.url('events')}?about={found.pk}",
        **_deeds(found),
    }
    return show(request, here, "connections/account.html", story.identity, context)


def about(account: ConnectedAccount, story: Story) -> dict[str, Any]:
    """What the head of each page about an account shows."""
    return {
        "account": account,
        "story": story,
        "toolkit": {"name": story.service, "logo": story.logo},
    }


def _deeds(account: ConnectedAccount) -> dict[str, Any]:
    """What goes with the account as it stands, whoever is looking."""
    is_there = account.deleted_at is None
    is_active = is_there and account.status == Status.ACTIVE
    return {
        "is_there": is_there,
        "can_check": is_active,
        "can_refresh": is_active
        and scheme_named(account.auth_config.auth_scheme).refreshes
        and bool(RENEWABLE & set(account.secret_names)),
        "why_not": why_not(account),
        "can_switch": is_there,
    }

"""One of the app's users: what they have connected, which links are open for them, what happened."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.actions.revoke_account import UNFINISHED
from accounts.dashboard.connections.account_list import FIELDS, rows_of
from accounts.dashboard.connections.found import person_of
from accounts.dashboard.gate import Here, for_members, show
from accounts.models import ConnectedAccount, LinkSession
from authconfigs.actions.toolkit_for import toolkits_for
from flowra.pages.moments import moment
from flowra.pages.trail_words import events_of

MOST_SHOWN = 50


@for_members()
def person(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """Their page; of many accounts the newest fifty, and where the others are."""
    found = person_of(here, id)
    live = ConnectedAccount.live.filter(project_id=here.project.pk, external_user_id=found.pk)
    accounts = list(
        live.select_related("auth_config", "external_user")
        .only(*FIELDS)
        .order_by("-created_at", "-id")[:MOST_SHOWN]
    )
    total = live.count()
    revoked = ConnectedAccount.objects.filter(external_user_id=found.pk, deleted_at__isnull=False).count()
    links = LinkSession.objects.filter(
        account__external_user_id=found.pk, state__in=UNFINISHED, expires_at__gt=timezone.now()
    ).count()
    context = {
        "person": found,
        "rows": rows_of(accounts, toolkits_for(here.project, {each.toolkit_slug for each in accounts})),
        "total": total,
        "shown": len(accounts),
        "revoked": revoked,
        "links": links,
        "all_url": f"{here.url('accounts')}?eUIDs={found.pk}",
        "revoked_url": f"{here.url('accounts')}?revoked=yes&eUIDs={found.pk}",
        "made": moment(found.created_at),
        "seen": moment(found.last_seen_at),
        "events": events_of("user", found.pk),
        "events_url": f"{here.url('events')}?about={found.pk}",
    }
    return show(request, here, "connections/person.html", found.name, context)

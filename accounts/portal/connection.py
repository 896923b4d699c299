"""One connection: what it may do, who used it; what it is called, and connecting it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.actions.ask_to_reconnect import begins_in_app
from accounts.actions.sharing import WHOLE_PROJECT
from accounts.actions.start_link import start_link
from accounts.actions.update_account import MAX_NAME_LENGTH, update_account
from accounts.models import ConnectedAccount, Status, StatusReason
from accounts.pages.permissions import grouped
from accounts.pages.see_other import SeeOther
from accounts.pages.uses import DAYS, Day, uses_by_day
from accounts.portal.connections import UNFINISHED, UNREAD, name_and_identity
from accounts.portal.gate import Here, for_the_person, show
from accounts.portal.health import Health, health_of
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.scopes import Shared, missing_scopes, what_is_shared
from authconfigs.catalogue.toolkit import ScopeText, Toolkit
from authconfigs.schemes import scheme_named
from flowra.errors import Conflict, InvalidInput, NotFound
from flowra.pages.moments import moment
from flowra.pages.names import apart


@dataclass(frozen=True, slots=True)
class Told:
    """All that the page tells of one account, without one secret."""

    account: ConnectedAccount
    toolkit: Toolkit | None
    service: str
    name: str
    identity: str
    identity_lines: tuple[tuple[str, str], ...]
    health: Health
    was_connected: bool
    connected: SafeString | None
    used: SafeString | None
    shared: Shared | None
    can: list[tuple[str, list[ScopeText]]]
    scopes: tuple[str, ...]
    refused: tuple[str, ...]
    is_key: bool
    shared_with: str
    days: tuple[Day, ...]
    may_reconnect: bool
    begins_in_app: bool


@for_the_person("GET")
def connection_page(request: HttpRequest, here: Here, account_id: str) -> HttpResponse:
    """The page; whoever comes back from connecting again is told how that went."""
    account = own_account(here, account_id)
    return _page(request, here, account, note=_note(request, account))


@for_the_person("POST")
def rename(request: HttpRequest, here: Here, account_id: str) -> HttpResponse:
    """Calls it what was typed; nothing typed, what the service calls it."""
    account = own_account(here, account_id)
    typed = request.POST.get("displayName", "")
    try:
        update_account(account, here.actor, display_name=typed)
    except InvalidInput:
        problem = _("That name is too long: it may have %(n)d characters at most.") % {"n": MAX_NAME_LENGTH}
        return _page(request, here, account, typed=typed[: 2 * MAX_NAME_LENGTH], problem=problem)
    return SeeOther(here.url(account.pk, told="renamed"))


@for_the_person("POST")
def reconnect(request: HttpRequest, here: Here, account_id: str) -> HttpResponse:
    """Leads to a fresh link for the account, and from there back here.

    No service shows its pages in a frame, and its way back would find another browser there: from a frame it goes on in
    a window, which stays when all is done.
    """
    account = own_account(here, account_id)
    if begins_in_app(account):
        raise Conflict("The app confirms what is connected.", code="app_confirms")
    link = start_link(
        here.project,
        auth_config_id=account.auth_config_id,
        external_user=None,
        actor=here.actor,
        account_id=account.pk,
        locale=here.session.locale,
        own_page="" if here.framed else f"{settings.FLOWRA_PUBLIC_URL}{here.url(account.pk)}",
    )
    if not here.framed:
        return SeeOther(link.url)
    service = service_of(here, account)[0]
    context = {"service": service, "link_url": link.url, "back": here.url(account.pk)}
    return show(request, here, "go_on.html", _("Connect %(service)s again") % {"service": service}, context)


def own_account(here: Here, account_id: str) -> ConnectedAccount:
    """The person's own live account of that id; raises NotFound for another's, a shared one and a deleted one."""
    account = (
        ConnectedAccount.live.select_related("auth_config", "credential")
        .defer(*UNREAD)
        .filter(project_id=here.project.pk, external_user_id=here.user.pk, pk=account_id)
        .first()
    )
    if account is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    account.project, account.external_user = here.project, here.user
    return account


def _page(
    request: HttpRequest,
    here: Here,
    account: ConnectedAccount,
    *,
    note: tuple[str, str] | None = None,
    typed: str | None = None,
    problem: str = "",
) -> HttpResponse:
    told = _told(here, account)
    context: dict[str, Any] = {
        "told": told,
        "note": note,
        "typed": account.display_name or "" if typed is None else typed,
        "problem": problem,
        "days_told": DAYS,
    }
    return show(request, here, "connection.html", told.name, context, status=400 if problem else 200)


def _told(here: Here, account: ConnectedAccount) -> Told:
    service, toolkit = service_of(here, account)
    name, identity = name_and_identity(account, service)
    scheme = scheme_named(account.auth_config.auth_scheme)
    health = health_of(account, service)
    granted = account.scopes_requested if account.scopes_granted is None else account.scopes_granted
    scopes = tuple(dict.fromkeys(granted)) if scheme.needs_redirect else ()
    oauth2 = toolkit.oauth2 if toolkit else None
    missing = (
        () if account.scopes_granted is None else missing_scopes(oauth2, account.scopes_requested, granted)
    )
    lines = [
        (_("E-mail"), account.identity_email),
        (_("Name"), account.identity_name),
        (_("Workspace"), account.identity_workspace),
    ]
    is_usable = not account.auth_config.is_disabled and account.status != Status.INACTIVE
    was_connected = account.connected_at is not None or account.status not in UNFINISHED
    shared = what_is_shared(toolkit, scopes) if toolkit and was_connected else None
    return Told(
        account=account,
        toolkit=toolkit,
        service=service,
        name=name,
        identity=identity,
        identity_lines=tuple((label, value) for label, value in lines if value),
        health=health,
        was_connected=was_connected,
        connected=moment(account.connected_at) if account.connected_at else None,
        used=moment(account.last_used_at) if account.last_used_at else None,
        shared=shared,
        can=grouped(shared.can) if shared else [],
        scopes=scopes if was_connected else (),
        refused=tuple(toolkit.scopes[each].text for each in missing if toolkit and each in toolkit.scopes),
        is_key=not scheme.needs_redirect,
        shared_with=_shared_with(account),
        days=tuple(uses_by_day(account, service)),
        may_reconnect=is_usable and toolkit is not None and not begins_in_app(account),
        begins_in_app=is_usable and toolkit is not None and begins_in_app(account),
    )


def service_of(here: Here, account: ConnectedAccount) -> tuple[str, Toolkit | None]:
    """The service's name, and all that is known of it."""
    toolkit = toolkits_for(here.project, [account.toolkit_slug]).get(account.toolkit_slug)
    return apart(toolkit.name if toolkit else account.toolkit_slug), toolkit


def _shared_with(account: ConnectedAccount) -> str:
    if account.shared_with is None:
        return ""
    if account.shared_with == WHOLE_PROJECT:
        return _("Everybody in %(app)s may use it, too.") % {"app": apart(account.project.name)}
    return _("Others in %(app)s may use it, too: %(names)s.") % {
        "app": apart(account.project.name),
        "names": ", ".join(
            account.shares.order_by("external_user__name").values_list("external_user__name", flat=True)
        ),
    }


def _note(request: HttpRequest, account: ConnectedAccount) -> tuple[str, str] | None:
    """How what was done just now went, as a kind and words; what the address says is believed only where it is so."""
    if request.GET.get("told") == "renamed":
        return "good", _("The new name is stored.")
    status = request.GET.get("status")
    if status == "success" and account.status == Status.ACTIVE:
        return "good", _("It is connected, and works.")
    if status == "failed" and request.GET.get("error") == StatusReason.ACCESS_DENIED:
        return "careful", _("You chose not to connect. Nothing was changed.")
    if status == "failed":
        return "careful", _("It was not connected again. Nothing was changed; you can try once more.")
    return None

"""The list of what is a person's own, and of what others share with them: what needs them on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.actions.prune import KEPT
from accounts.actions.sharing import of_user, seen_by_user
from accounts.models import ConnectedAccount, RevocationOutcome, Status, StatusReason
from accounts.pages.uses import last_used_by
from accounts.portal.gate import Here, for_the_person, show
from accounts.portal.health import NEEDS_PERSON, Health, health_of, health_of_shared, rank
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.load import all_toolkits
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import ProjectToolkit
from flowra.pages.moments import moment
from flowra.pages.names import apart

if TYPE_CHECKING:
    Accounts = QuerySet[ConnectedAccount, Any]

PER_PAGE = 20
MAX_PAGE = 1_000
MOST_ENDED = 5
UNFINISHED = (Status.INITIALIZING, Status.INITIATED, Status.FAILED)
# Encrypted, and not shown: reading them would cost more than all the rest.
UNREAD = ("profile", "connection_data", "credential__secrets", "auth_config__secrets")


@dataclass(frozen=True, slots=True)
class Row:
    """One account as the list shows it. `name` is what it is called, `identity` whose it is at the service."""

    account: ConnectedAccount
    toolkit: Toolkit | None
    service: str
    name: str
    identity: str
    health: Health
    is_shared: bool
    url: str
    connected: SafeString | None
    used: SafeString | None
    used_by: str


@dataclass(frozen=True, slots=True)
class Ended:
    """One that was disconnected lately, and whether the service knows."""

    name: str
    service: str
    when: SafeString
    words: str
    url: str


@for_the_person("GET")
def connections_page(request: HttpRequest, here: Here) -> HttpResponse:
    """All of them, twenty a page, with a search where they are many."""
    q = request.GET.get("q", "").strip()
    seen = seen_by_user(here.project.pk, here.user.pk)
    everything = listed(seen)
    found = _matching(here, everything, q) if q else everything
    count = found.count()
    pages = max(-(-count // PER_PAGE), 1)
    page = min(_page_asked(request), pages)
    rows = _rows(here, found, page)
    context = {
        "q": q,
        "rows": rows,
        "count": count,
        "may_search": bool(q) or count > PER_PAGE,
        "needing": max(
            everything.filter(NEEDS_PERSON, external_user_id=here.user.pk).count(),
            sum(row.health.needs_person for row in rows),
        ),
        "ended": _ended_lately(here) if page == 1 and not q else [],
        "page": page,
        "pages": pages,
        "earlier": here.url(**_place(q, page - 1)) if page > 1 else "",
        "later": here.url(**_place(q, page + 1)) if page < pages else "",
    }
    return show(request, here, "connections.html", _("Your connections"), context)


def listed(seen: Mapping[str, Any]) -> Accounts:
    """What `seen_by_user` lets the person see, without what they never took up: links that were only made for them."""
    untouched = Q(status=Status.INITIALIZING) | Q(
        status=Status.FAILED, status_reason=StatusReason.LINK_EXPIRED, connected_at__isnull=True
    )
    own = ConnectedAccount.live.filter(of_user(seen), project_id=seen["project"])
    # What others have not connected is nothing that they share.
    return own.exclude(untouched).exclude(~Q(external_user_id=seen["user"]), status__in=UNFINISHED)


def name_and_identity(account: ConnectedAccount, service: str) -> tuple[str, str]:
    """What the person knows it by, and whose it is at the service where that says more."""
    name = account.display_name or account.identity_label or service
    parts = dict.fromkeys((account.identity_label, account.identity_workspace))
    return name, ", ".join(part for part in parts if part and part != name)


def _rows(here: Here, found: Accounts, page: int) -> list[Row]:
    ordered = (
        found.annotate(rank=rank(~Q(external_user_id=here.user.pk)))
        .select_related("auth_config", "credential")
        .defer(*UNREAD)
        .order_by("rank", "toolkit_slug", "-created_at", "-pk")
    )
    accounts = list(ordered[(page - 1) * PER_PAGE : page * PER_PAGE])
    toolkits = toolkits_for(here.project, {each.toolkit_slug for each in accounts})
    own = [each for each in accounts if each.external_user_id == here.user.pk]
    used_by = last_used_by(here.project, own)
    rows = []
    for account in accounts:
        account.project = here.project
        toolkit = toolkits.get(account.toolkit_slug)
        service = apart(toolkit.name if toolkit else account.toolkit_slug)
        is_shared = account.external_user_id != here.user.pk
        name, identity = name_and_identity(account, service)
        rows.append(
            Row(
                account=account,
                toolkit=toolkit,
                service=service,
                name=name,
                identity=identity,
                health=(health_of_shared if is_shared else health_of)(account, service),
                is_shared=is_shared,
                url="" if is_shared else here.url(account.pk),
                connected=moment(account.connected_at) if account.connected_at and not is_shared else None,
                used=moment(account.last_used_at) if account.last_used_at and not is_shared else None,
                used_by=used_by.get(account.pk, ""),
            )
        )
    return rows


def _matching(here: Here, accounts: Accounts, q: str) -> Accounts:
    slugs = [slug for slug, toolkit in all_toolkits().items() if q.casefold() in toolkit.name.casefold()]
    own = ProjectToolkit.objects.filter(project_id=here.project.pk, name__icontains=q).values("slug")
    return accounts.filter(
        Q(display_name__icontains=q)
        | Q(identity_email__icontains=q)
        | Q(identity_name__icontains=q)
        | Q(identity_workspace__icontains=q)
        | Q(toolkit_slug__icontains=q)
        | Q(toolkit_slug__in=slugs)
        | Q(toolkit_slug__in=own)
    )


def _ended_lately(here: Here) -> list[Ended]:
    """The last few that were connected once and are not any more; what became of each is a page of its own."""
    ended = (
        ConnectedAccount.objects.filter(
            external_user_id=here.user.pk,
            project_id=here.project.pk,
            deleted_at__gte=timezone.now() - min(KEPT, timedelta(days=7)),
            connected_at__isnull=False,
            revocation__isnull=False,
        )
        .select_related("revocation")
        .defer("profile", "connection_data")
        .order_by("-deleted_at", "-pk")[:MOST_ENDED]
    )
    accounts = list(ended)
    if not accounts:
        return []
    toolkits = toolkits_for(here.project, {each.toolkit_slug for each in accounts})
    told = []
    for account in accounts:
        toolkit = toolkits.get(account.toolkit_slug)
        service = apart(toolkit.name if toolkit else account.toolkit_slug)
        told.append(
            Ended(
                name=name_and_identity(account, service)[0],
                service=service,
                when=moment(account.deleted_at),
                words=_outcome_in_short(account.revocation.outcome, service),
                url=here.url(account.pk, "disconnected"),
            )
        )
    return told


def _outcome_in_short(outcome: str, service: str) -> str:
    names = {"service": service}
    match outcome:
        case RevocationOutcome.DONE:
            return _("%(service)s has forgotten it") % names
        case RevocationOutcome.PENDING | RevocationOutcome.FAILING:
            return _("%(service)s is being told") % names
        case RevocationOutcome.UNSUPPORTED | RevocationOutcome.GIVEN_UP:
            return _("%(service)s could not be told") % names
    return _("Nothing is left of it")


def _page_asked(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return min(max(int(text), 1), MAX_PAGE) if text.isascii() and text.isdecimal() and len(text) < 10 else 1


def _place(q: str, page: int) -> dict[str, str]:
    return {**({"q": q} if q else {}), **({"page": str(page)} if page > 1 else {})}

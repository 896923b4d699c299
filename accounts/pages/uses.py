"""Who used an account, by day: counts in words, and no log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AccountUse, ConnectedAccount, ExternalUser, UseKind
from authconfigs.actions.tools_for import tools_for
from flowra.models import Project
from flowra.pages.names import apart

if TYPE_CHECKING:
    Uses = QuerySet[AccountUse, Any]

DAYS = 30
# So many ways of a day are told; nobody reads more.
MOST_A_DAY = 20
MOST_READ = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One way on one day: what was done and how often; `key` is the API key's name, `user` who did it as another."""

    words: str
    key: str
    user: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its uses; `besides` is how many ways more there were."""

    name: str
    day: date
    lines: tuple[Line, ...]
    besides: int


def uses_by_day(account: ConnectedAccount, service: str) -> list[Day]:
    """The last thirty days on which it was used, newest first; three queries at most."""
    since = timezone.now().date() - timedelta(days=DAYS - 1)
    found = list(
        AccountUse.objects.filter(account_id=account.pk, day__gte=since).order_by(
            "-day", "-count", "kind", "by"
        )[:MOST_READ]
    )
    tools = _tool_names(account.project, [account.toolkit_slug], found)
    users = _user_names(account.project_id, found)
    told = []
    for day, uses in groupby(found, key=lambda each: each.day):
        lines = [_line(use, apart(account.project.name), service, tools, users) for use in uses]
        told.append(Day(_name_of(day), day, tuple(lines[:MOST_A_DAY]), max(len(lines) - MOST_A_DAY, 0)))
    return told


def last_used_by(project: Project, accounts: Sequence[ConnectedAccount]) -> dict[str, str]:
    """By what each was used on the last day that it was used; two queries at most, however many there are."""
    newest = AccountUse.objects.filter(account_id=OuterRef("account_id")).order_by("-day").values("day")[:1]
    found = list(
        AccountUse.objects.filter(account_id__in=[each.pk for each in accounts])
        .annotate(newest=Subquery(newest))
        .filter(day=F("newest"))
        .order_by("-count", "kind", "by")
    )
    tools = _tool_names(project, {each.toolkit_slug for each in accounts}, found)
    ways: dict[str, list[str]] = defaultdict(list)
    for use in found:
        way = (
            _("the tool “%(tool)s”") % {"tool": tools.get(use.by, use.by)}
            if use.kind == UseKind.TOOL
            else _("%(app)s’s server") % {"app": apart(project.name)}
        )
        if way not in ways[use.account_id]:
            ways[use.account_id].append(way)
    return {id: _together(each) for id, each in ways.items()}


def _together(ways: Sequence[str]) -> str:
    if len(ways) == 1:
        return ways[0]
    both = {"first": ways[0], "second": ways[1]}
    return (_("%(first)s and %(second)s") if len(ways) == 2 else _("%(first)s, %(second)s and more")) % both


def _line(
    use: AccountUse, app: str, service: str, tools: Mapping[str, str], users: Mapping[str, str]
) -> Line:
    told = {"app": app, "service": service, "tool": tools.get(use.by, use.by), "n": use.count}
    match use.kind:
        case UseKind.TOOL:
            words = ngettext("The tool “%(tool)s”, once", "The tool “%(tool)s”, %(n)d times", use.count)
        case UseKind.PROXY:
            words = ngettext(
                "%(app)s’s server called %(service)s, once",
                "%(app)s’s server called %(service)s, %(n)d times",
                use.count,
            )
        case UseKind.CREDENTIALS:
            words = ngettext(
                "%(app)s’s server took the access itself, once",
                "%(app)s’s server took the access itself, %(n)d times",
                use.count,
            )
        case _:
            words = ngettext(
                "%(app)s took a copy of all that is stored, once",
                "%(app)s took a copy of all that is stored, %(n)d times",
                use.count,
            )
    return Line(
        words=words % told,
        key="" if use.kind == UseKind.TOOL else use.by,
        user=users.get(use.acting_user, use.acting_user),
    )


def _name_of(day: date) -> str:
    today = timezone.now().date()
    # Translators: a day of the last month, as in "Monday, 23 November", in Django's letters for dates.
    told = date_format(day, _("l, j F"))
    if day == today:
        return _("Today, %(day)s") % {"day": told}
    return _("Yesterday, %(day)s") % {"day": told} if day == today - timedelta(days=1) else told


def _tool_names(project: Project, toolkits: Iterable[str], uses: Iterable[AccountUse]) -> dict[str, str]:
    slugs = {each.by for each in uses if each.kind == UseKind.TOOL}
    if not slugs:
        return {}
    return {
        each.slug: each.name for each in tools_for(project, toolkit_slugs=set(toolkits)) if each.slug in slugs
    }


def _user_names(project_id: str, uses: Iterable[AccountUse]) -> dict[str, str]:
    ids = {each.acting_user for each in uses if each.acting_user}
    if not ids:
        return {}
    return dict(ExternalUser.objects.filter(project_id=project_id, pk__in=ids).values_list("pk", "name"))

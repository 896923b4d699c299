"""Taking a connection back: what that stops, doing it, and whether the service was told."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.revoke_account import Telling, how_it_is_told, lives_on_a_while, revoke_account
from accounts.actions.siblings import ends_all, siblings_of
from accounts.models import ConnectedAccount, Revocation, RevocationOutcome
from accounts.pages.see_other import SeeOther
from accounts.portal.connection import own_account, service_of
from accounts.portal.connections import name_and_identity
from accounts.portal.gate import Here, for_the_person, show
from authconfigs.catalogue.toolkit import Toolkit
from flowra.errors import NotFound
from flowra.pages.names import apart

# How often the page looks again by itself, each time after a longer pause.
LOOKS = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """How telling the service went; `page` is where the person can do it themselves, `is_over` that nothing more comes."""

    kind: str
    title: str
    paragraphs: tuple[str, ...]
    page: str = ""
    is_over: bool = True

    @property
    def host(self) -> str:
        """Where that is."""
        return urlsplit(self.page).netloc.removeprefix("www.")


@for_the_person("GET", "POST")
def disconnect_page(request: HttpRequest, here: Here, account_id: str) -> HttpResponse:
    """GET says what it would do; POST does it, and leads to how it went."""
    if _ended(here, account_id) is not None:
        return SeeOther(here.url(account_id, "disconnected"))
    account = own_account(here, account_id)
    if request.method == "POST":
        revoke_account(account, here.actor, "The person disconnected it.")
        return SeeOther(here.url(account.pk, "disconnected"))
    service, toolkit = service_of(here, account)
    name, identity = name_and_identity(account, service)
    context = {
        "account": account,
        "service": service,
        "toolkit": toolkit,
        "name": name,
        "identity": identity,
        "paragraphs": _what_will_happen(account, service, toolkit),
        "back": here.url(account.pk),
    }
    return show(
        request, here, "disconnect.html", _("Disconnect %(service)s?") % {"service": service}, context
    )


@for_the_person("GET")
def disconnected_page(request: HttpRequest, here: Here, account_id: str) -> HttpResponse:
    """How it went, of an account that the person had until some days ago."""
    account = _ended(here, account_id)
    if account is None:
        raise NotFound("There is no such connected account.", code="account_not_found")
    service, toolkit = service_of(here, account)
    outcome = outcome_of(account, service, toolkit)
    look = request.GET.get("look", "1")
    looked = int(look) if look in map(str, range(1, LOOKS + 1)) else LOOKS
    context = {
        "service": service,
        "toolkit": toolkit,
        "name": name_and_identity(account, service)[0],
        "outcome": outcome,
        "again": "" if outcome.is_over else here.url(account.pk, "disconnected", look=str(looked + 1)),
        "wait": 1_000 * looked if looked < LOOKS else 0,
    }
    return show(request, here, "disconnected.html", outcome.title, context)


def outcome_of(account: ConnectedAccount, service: str, toolkit: Toolkit | None) -> Outcome:
    """What is known of it, in words."""
    names = {"app": apart(account.project.name), "service": service}
    stopped = _("%(app)s can no longer use it.") % names
    page = toolkit.revoke_page if toolkit and toolkit.revoke_page.startswith("https://") else ""
    found = Revocation.objects.filter(account_id=account.pk).first()
    outcome = found.outcome if found else RevocationOutcome.NOTHING
    match outcome:
        case RevocationOutcome.DONE:
            on = ""
            if toolkit and lives_on_a_while(toolkit):
                on = _(
                    "The last key that %(service)s gave is not renewed; it may work there until it runs out."
                )
            words = (stopped, on % names) if on else (stopped,)
            return Outcome("good", _("%(service)s has forgotten it") % names, words)
        case RevocationOutcome.PENDING:
            telling = _("Flowra is telling %(service)s now. You can close this page; it goes on by itself.")
            return Outcome("waiting", _("Disconnected"), (stopped, telling % names), is_over=False)
        case RevocationOutcome.FAILING:
            failing = _(
                "%(service)s could not be told so far. Flowra tries again by itself, for two days. "
                "You need not wait for it."
            )
            return Outcome("careful", _("Disconnected"), (stopped, failing % names), page, is_over=False)
        case RevocationOutcome.UNSUPPORTED:
            told = _("%(service)s offers no way to be told, so %(app)s may still be listed there.")
            return Outcome("careful", _("Disconnected"), (stopped, told % names), page)
        case RevocationOutcome.GIVEN_UP:
            told = _("%(service)s could not be told for two days, so %(app)s may still be listed there.")
            return Outcome("careful", _("Disconnected"), (stopped, told % names), page)
        case RevocationOutcome.TAKEN_OVER:
            told = _("Another of your connections to the same account goes on.")
            return Outcome("good", _("Disconnected"), (told,))
    nothing = _("Nothing was stored that %(service)s would have to take back.") % names
    return Outcome("good", _("Disconnected"), (stopped, nothing))


def _what_will_happen(account: ConnectedAccount, service: str, toolkit: Toolkit | None) -> list[str]:
    names = {"app": apart(account.project.name), "service": service}
    how = how_it_is_told(account, toolkit)
    stops = _("What %(app)s does with it stops at once, for everybody who uses it there.") % names
    words: dict[Telling, str] = {
        "told": _("%(service)s is told to forget it."),
        "cannot": _(
            "%(service)s can't be told to forget it. Flowra forgets what it has; you can remove %(app)s there."
        ),
        "key": _("Flowra forgets the key, but %(service)s goes on accepting it until you delete it there."),
        "nothing": _("Nothing is stored that %(service)s would have to take back."),
        "unknown": _("Flowra forgets what it has. It no longer knows %(service)s, and can't tell it."),
    }
    told = [stops, words[how] % names]
    if how == "told" and toolkit is not None and ends_all(toolkit):
        others = siblings_of(account).count()
        if others:
            told.append(
                ngettext(
                    "One other connection to this account stops with it, since %(service)s knows one permission for both.",
                    "%(n)d other connections to this account stop with it, since %(service)s knows one permission for all.",
                    others,
                )
                % {**names, "n": others}
            )
    told.append(_("It can't be undone. You can connect it again in %(app)s whenever you like.") % names)
    return told


def _ended(here: Here, account_id: str) -> ConnectedAccount | None:
    account = (
        ConnectedAccount.objects.filter(
            project_id=here.project.pk, external_user_id=here.user.pk, pk=account_id, deleted_at__isnull=False
        )
        .defer("profile", "connection_data")
        .first()
    )
    if account is not None:
        account.project = here.project
    return account

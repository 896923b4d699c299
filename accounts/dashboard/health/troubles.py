"""What does not work now: what, since when, how many it touches, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from accounts.dashboard.gate import Here
from accounts.dashboard.health.accounts_url import accounts_url
from accounts.dashboard.health.toolkits import Names
from authconfigs.catalogue.toolkit import Toolkit
from flowra.pages.moments import moment
from flowra.pages.names import cut_in_the_middle

AT_FIRST = 4


@dataclass(frozen=True, slots=True)
class Trouble:
    """`what` in one line, `words` more of it, `turn` what to do, with the page for it where the person may go there."""

    kind: str
    shape: str
    toolkit: Toolkit | None
    what: str
    words: str
    quoted: str
    since: SafeString | None
    turn: str
    link_words: str
    link: str


@dataclass(frozen=True, slots=True)
class Troubles:
    """The worst first; `more` are the rest, folded away."""

    first: tuple[Trouble, ...]
    more: tuple[Trouble, ...]


def troubles_shown(here: Here, names: Names, found: Iterable[Mapping[str, Any]]) -> Troubles:
    """From what `find_troubles` answered; no query."""
    makers = {"client": _client, "renewal": _renewal, "revocation": _revocation, "webhook": _webhook}
    told = sorted(
        (makers[each["kind"]](here, names, each) for each in found), key=lambda each: each.kind != "bad"
    )
    shown = AT_FIRST if len(told) > AT_FIRST + 1 else len(told)
    return Troubles(tuple(told[:shown]), tuple(told[shown:]))


def _client(here: Here, names: Names, each: Mapping[str, Any]) -> Trouble:
    toolkit = names.toolkit(each["toolkit"])
    accounts: int = each["accounts"]
    touched = (
        f"{_accounts(accounts)} under {cut_in_the_middle(each['name'], 40)}: what has not run out still works, nothing is renewed. "
        if accounts
        else ""
    )
    turn = (
        "Whoever runs this Flowra, whose client it is."
        if each["isManaged"]
        else "A developer of yours: compare client ID and secret with the service's console."
    )
    return Trouble(
        "bad",
        "✕",
        toolkit,
        f"{toolkit.name} refuses your app",
        f"{touched}Nobody new can connect.",
        each["words"],
        _when(each["since"]),
        turn,
        "Look at the auth config",
        here.url("auth_config", each["authConfig"]),
    )


def _renewal(here: Here, names: Names, each: Mapping[str, Any]) -> Trouble:
    toolkit = names.toolkit(each["toolkit"])
    accounts, stopped, tries = each["accounts"], each["stopped"], each["tries"]
    if not stopped:
        state = "All of them still work" if accounts > 1 else "It still works"
    elif stopped == accounts:
        state = "None of them works at the moment" if accounts > 1 else "It does not work at the moment"
    else:
        state = f"{stopped:,} of them do{'es' if stopped == 1 else ''} not work at the moment"
    return Trouble(
        "bad" if stopped else "careful",
        "✕" if stopped else "▲",
        toolkit,
        f"{toolkit.name} does not renew access",
        f"{_accounts(accounts)}. {state}; tried {'once' if tries == 1 else f'up to {tries:,} times'}.",
        each["words"],
        _when(each["since"]),
        f"{toolkit.name}'s. Flowra tries again by itself.",
        "Show the accounts",
        accounts_url(here, trouble="failing", toolkitSlugs=toolkit.slug),
    )


def _revocation(here: Here, names: Names, each: Mapping[str, Any]) -> Trouble:
    toolkit = names.toolkit(each["toolkit"])
    is_one = each["accounts"] == 1
    grants, them = ("1 grant", "it") if is_one else (f"{each['accounts']:,} grants", "them")
    if each["isGivenUp"]:
        words = f"{grants} could not be taken back. Your app cannot use {them}; {toolkit.name} may still list {them}."
        turn = f"The person's: remove your app in their settings at {toolkit.name}."
    else:
        words = f"{grants} cannot be taken back so far. Your app cannot use {them} any more."
        turn = f"{toolkit.name}'s. Flowra tries again by itself."
    return Trouble(
        "careful",
        "▲",
        toolkit,
        f"{toolkit.name} could not be told of revocations",
        words,
        "",
        _when(each["since"]),
        turn,
        "Show what happened",
        here.url("events") + "?type=account.revocation_failed",
    )


def _webhook(here: Here, names: Names, each: Mapping[str, Any]) -> Trouble:
    name = cut_in_the_middle(each["name"], 48)
    if each["isOff"]:
        what, words = f"The webhook {name} was switched off", "Nothing is sent to it any more."
        turn = "A developer of yours: mend the receiver, then switch it on."
    else:
        what, words = f"The webhook {name} takes nothing", "What it missed is sent again for a while."
        turn = "A developer of yours: look at what the receiver answers."
    return Trouble(
        "bad" if each["isOff"] else "careful",
        "✕" if each["isOff"] else "▲",
        None,
        what,
        words,
        each["words"],
        _when(each["since"]),
        turn,
        "Look at the webhook" if here.may_develop else "",
        here.url("webhook", each["endpoint"]) if here.may_develop else "",
    )


def _accounts(number: int) -> str:
    return "1 account" if number == 1 else f"{number:,} accounts"


def _when(since: str | None) -> SafeString | None:
    return moment(datetime.fromisoformat(since)) if since else None

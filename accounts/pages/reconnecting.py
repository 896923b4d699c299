"""Asking a person to connect again, as a page tells it: the link, this once, and the text to send it in."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.actions.ask_to_reconnect import ask_to_reconnect
from accounts.models import ConnectedAccount, Credential
from accounts.pages.account_words import service_name
from accounts.pages.what_to_say import what_to_say
from authconfigs.actions.toolkit_for import toolkit_for
from flowra.errors import FlowraError
from flowra.events.record import Actor
from flowra.pages.moments import exact


@dataclass(frozen=True, slots=True)
class Asked:
    """`url` opens the account's connection to whoever has it: shown this once, and kept nowhere. `text` holds it."""

    url: str = field(repr=False)
    text: str = field(repr=False)
    until: str


def ask(account: ConnectedAccount, actor: Actor) -> Asked:
    """Makes the link. Raises what `ask_to_reconnect` raises."""
    link = ask_to_reconnect(account, actor)
    try:
        service = toolkit_for(account.project, account.toolkit_slug).name
    except FlowraError:
        service = service_name(account.toolkit_slug)
    credential = Credential.objects.filter(account_id=account.pk).defer("secrets").first()
    text = what_to_say(account, service, credential, link=link.url, until=link.expires_at)
    return Asked(link.url, text, exact(link.expires_at))

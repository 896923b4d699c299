"""What support can send to the person whose account it is: short, without blame, and with what to do next."""

from __future__ import annotations

from datetime import datetime

from django.utils.text import capfirst

from accounts.models import ConnectedAccount, Credential, StatusReason
from flowra.pages.moments import exact, said

from .ailment import Ailment, ailment_of, ran_out, was_connected
from .revoked import ToldRevocation, what_to_say_after

_NOT_MADE = {
    StatusReason.ACCESS_DENIED: "you chose not to connect it",
    StatusReason.LINK_EXPIRED: "the link ran out before you had finished",
    StatusReason.OTHER_IDENTITY: "a different {service} account was used than the one that was connected before",
    StatusReason.CONFIRMATION_MISMATCH: "somebody else than you finished it, so nothing was kept",
    StatusReason.CONTEXT_MISMATCH: "it was finished in another browser, or from another page, than it was begun in",
    StatusReason.DUPLICATE: "the same {service} account was connected already, and goes on working",
}


def what_to_say(
    account: ConnectedAccount,
    service: str,
    credential: Credential | None,
    *,
    told: ToldRevocation | None = None,
    link: str = "",
    until: datetime | None = None,
) -> str:
    """Plain text to copy, in paragraphs. `told`: how the service of a revoked one heard of it. `link`, good `until` then,
    is the fresh one that was made to connect again.
    """
    app = account.project.name
    which = f"your {service} connection" + (f" ({account.identity_label})" if account.identity_label else "")
    ailment = ailment_of(account, credential)
    if ailment == Ailment.REVOKED:
        what, todo = what_to_say_after(account, service, which, told)
    else:
        what, todo = _what_and_todo(ailment, account, service, credential, which)
    if link and until is not None:
        todo = f"To connect {service}{_anew(account)}, please open this link before {exact(until)}. It is for you alone, and works once:\n{link}"
    contact = account.project.support_contact
    end = (
        f"If anything is unclear, write to {contact}." if contact else "If anything is unclear, just answer."
    )
    return "\n\n".join(part for part in ("Hello,", capfirst(what), todo, end, app) if part)


def _what_and_todo(
    ailment: Ailment, account: ConnectedAccount, service: str, credential: Credential | None, which: str
) -> tuple[str, str]:
    app = account.project.name
    again = f"Please open {app} and connect {service}{_anew(account)}. It takes a minute{', and nothing that you set up is lost' if was_connected(account) else ''}."
    nothing = "There is nothing you need to do."
    match ailment:
        case Ailment.NOT_OPENED:
            return f"{service} is not connected to {app} yet: the link for it was not opened.", again
        case Ailment.NOT_FINISHED:
            return f"{service} is not connected to {app} yet: the last step at {service} is missing.", again
        case Ailment.RAN_OUT:
            return (
                f"{which} stopped working: {service} lets it work for a while only, and that is over.",
                again,
            )
        case Ailment.EXPIRED if account.status_reason == StatusReason.REFRESH_LOST:
            return (
                f"{which} stopped working: an answer of {service} was lost on its way to us. You did nothing wrong.",
                again,
            )
        case Ailment.EXPIRED:
            return (
                f"{which} stopped working: {service} no longer accepts the permission that you gave {app}. "
                "That happens after a password change, when the permission is removed there, or when it runs out.",
                again,
            )
        case Ailment.FAILED if account.status_reason == StatusReason.DUPLICATE:
            return f"{service} was not connected to {app}: {_why(account, service)}.", nothing
        case Ailment.FAILED if account.status_reason == StatusReason.OTHER_IDENTITY:
            same = (
                f"{account.identity_label}, as"
                if account.identity_label
                else "the account that you had connected"
            )
            return (
                f"{service} was not connected to {app}: {_why(account, service)}.",
                f"Please open {app} and connect {service} again, with {same} before.",
            )
        case Ailment.FAILED:
            return f"{service} was not connected to {app}: {_why(account, service)}.", again
        case Ailment.SWITCHED_OFF:
            return f"{which} is switched off in {app}. Your permission at {service} is unchanged.", nothing
        case Ailment.APP_REFUSED if not ran_out(account):
            return (
                f"{which} works for now, but cannot be renewed at the moment, because of a setting on our side.",
                f"{nothing} We are mending it.",
            )
        case Ailment.AUTH_CONFIG_OFF | Ailment.AUTH_CONFIG_DELETED | Ailment.APP_REFUSED:
            return (
                f"{which} does not work at the moment, because of a setting on our side. Your permission is unchanged.",
                f"{nothing} We are mending it.",
            )
        case Ailment.PERSON_INACTIVE:
            return f"{which} is paused, since your account in {app} is inactive.", ""
        case Ailment.SERVICE_IN_TROUBLE:
            works = "does not work at the moment" if ran_out(account) else "still works"
            return (
                f"{service} has trouble at the moment. {capfirst(which)} {works}; we try again by ourselves.",
                nothing,
            )
        case Ailment.ENDS_SOON if credential is not None and credential.grant_ends_at is not None:
            return (
                f"{which} works. The permission that you gave ends {said(credential.grant_ends_at)}.",
                f"Please open {app} and connect {service} again before then.",
            )
    return f"{which} works: we see nothing wrong with it.", nothing


def _why(account: ConnectedAccount, service: str) -> str:
    words = _NOT_MADE.get(StatusReason(account.status_reason)) if account.status_reason else None
    return (words or "it could not be completed at {service}").format(service=service)


def _anew(account: ConnectedAccount) -> str:
    return " again" if was_connected(account) else ""

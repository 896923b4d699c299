"""What is wrong with an account, and whose turn it is, in words that support can read out."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import ConnectedAccount, Credential, LinkSession, StatusReason
from flowra.pages.moments import said

from .ailment import Ailment, ailment_of, ran_out, was_connected
from .revoked import ToldRevocation, what_and_whose_turn_after


def what_and_whose_turn(
    account: ConnectedAccount,
    service: str,
    credential: Credential | None,
    told: ToldRevocation | None = None,
) -> tuple[str, str]:
    """What is wrong, and whose turn it is; words to read out. `told`: how the service of a revoked one heard of it."""
    app, person = account.project.name, account.external_user.name
    message = account.status_message or _reason_words(account.status_reason)
    anew = " again" if was_connected(account) else ""
    again = f"{person}'s: connect {service}{anew} in {app}."
    still = "Meanwhile it does not work" if ran_out(account) else "What it has still works until it runs out"
    match ailment_of(account, credential):
        case Ailment.REVOKED:
            return what_and_whose_turn_after(account, service, told)
        case Ailment.NOT_OPENED:
            return (
                f"{app} made a link that was not opened yet.{_link_words(account)}",
                f"{person}'s: open the link.",
            )
        case Ailment.NOT_FINISHED:
            return (
                f"{person} opened the link and has not finished at {service}.{_link_words(account)}",
                f"{person}'s: finish at {service}, or press Connect in {app} again.",
            )
        case Ailment.EXPIRED:
            return message or f"{service} no longer accepts this connection.", again
        case Ailment.FAILED if account.status_reason == StatusReason.DUPLICATE:
            return message, f"Nobody's: the one that {person} has goes on working."
        case Ailment.FAILED if account.status_reason == StatusReason.OTHER_IDENTITY:
            return message, f"{person}'s: connect {service} again in {app}, with the same account as before."
        case Ailment.FAILED:
            return message or "The connection was not made.", again
        case Ailment.SWITCHED_OFF:
            return message or "It was switched off.", f"{app}'s: switch it on again."
        case Ailment.AUTH_CONFIG_DELETED:
            return (
                f"The auth config {account.auth_config} was deleted; nothing under it works.",
                f"{app}'s developers'.",
            )
        case Ailment.AUTH_CONFIG_OFF:
            return (
                f"The auth config {account.auth_config} is switched off; nothing under it works.",
                f"{app}'s developers': switch the auth config on again.",
            )
        case Ailment.PERSON_INACTIVE:
            return f"{person} was made inactive in {app}.", f"{app}'s: make the user active again."
        case Ailment.APP_REFUSED:
            return (
                f"{service} refuses {app} itself, not this person: “{account.auth_config.failing_words}”. "
                "What has not run out still works; nothing is renewed, and nobody new can connect.",
                f"{app}'s developers': mend client ID and secret in the auth config {account.auth_config}.",
            )
        case Ailment.RAN_OUT:
            return f"{service}'s token ran out, and {service} gave none to renew it with.", again
        case Ailment.SERVICE_IN_TROUBLE if credential is not None:
            tried = f"{credential.failures} time{'' if credential.failures == 1 else 's'}"
            next_try = (
                f", {said(credential.retry_at)}"
                if credential.retry_at and credential.retry_at > timezone.now()
                else ""
            )
            trouble = str((credential.trouble or {}).get("message") or "It could not be renewed.")
            return (
                f"{service} has trouble renewing its access, {tried} so far: {trouble} {still}.",
                f"{service}'s. Flowra tries again by itself{next_try}.",
            )
        case Ailment.ENDS_SOON if credential is not None and credential.grant_ends_at is not None:
            return (
                f"It works. What {person} agreed to ends {said(credential.grant_ends_at)}, and cannot be renewed without them.",
                f"{person}'s, before then: connect {service} again in {app}.",
            )
    twice = f" {person} has connected the same {service} account twice." if account.duplicate_of else ""
    return f"Nothing is wrong.{twice}", "Nobody's."


def _reason_words(code: str) -> str:
    return str(StatusReason(code).label) if code in StatusReason.values else ""


def _link_words(account: ConnectedAccount) -> str:
    link = (
        LinkSession.objects.filter(account_id=account.pk).only("expires_at").order_by("-created_at").first()
    )
    if link is None:
        return ""
    return f" It {'works until' if link.expires_at > timezone.now() else 'ran out'} {said(link.expires_at)}.".replace(
        "works until in", "runs out in"
    )

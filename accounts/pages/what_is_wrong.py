"""What is wrong with an account, and whose turn it is, in words that support can read out."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import ConnectedAccount, Credential, LinkSession, StatusReason
from flowra.pages.moments import said

from .ailment import Ailment, ailment_of, ran_out


def what_and_whose_turn(
    account: ConnectedAccount, service: str, credential: Credential | None
) -> tuple[str, str]:
    """What is wrong, and whose turn it is; words to read out."""
    app, person = account.project.name, account.external_user.name
    message = account.status_message or _reason_words(account.status_reason)
    again = f"{person}'s: connect {service} again in {app}."
    still = "It does not work until then" if ran_out(account) else "Until its token runs out it still works"
    match ailment_of(account, credential):
        case Ailment.REVOKED:
            return (
                f"It was revoked: {app} can no longer use it.",
                f"Nobody's. {person} can connect {service} again in {app}.",
            )
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
            trouble = str((credential.trouble or {}).get("message") or "it could not be renewed")
            return (
                f"{service} has trouble renewing its access, {tried} so far: {trouble} {still}.",
                f"{service}'s. Flowra tries again by itself.",
            )
        case Ailment.ENDS_SOON if credential is not None and credential.grant_ends_at is not None:
            return (
                f"It works. What {person} agreed to ends {said(credential.grant_ends_at)}, and cannot be renewed without them.",
                f"{person}'s, before then: connect {service} again in {app}.",
            )
    return "Nothing is wrong.", "Nobody's."


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

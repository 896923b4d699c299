"""A connection that was revoked: how its service heard of it, whose turn it is now, and what its person may hear of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from accounts.models import ConnectedAccount, Revocation, RevocationOutcome
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.schemes import scheme_named
from flowra.pages.moments import moment

_LIVES_ON = (RevocationOutcome.UNSUPPORTED, RevocationOutcome.GIVEN_UP)
_KINDS = {
    RevocationOutcome.DONE: "good",
    RevocationOutcome.NOTHING: "good",
    RevocationOutcome.TAKEN_OVER: "good",
    RevocationOutcome.PENDING: "waiting",
}


@dataclass(frozen=True, slots=True)
class ToldRevocation:
    """How telling the service went. `page` is where the person can do it themselves, where that is needed; `is_key`: what
    the service goes on accepting is a key of theirs, and no permission.
    """

    known: RevocationOutcome
    outcome: str
    kind: str
    detail: str
    attempts: int
    next_try: SafeString | None
    page: str
    is_key: bool

    @property
    def lives_on(self) -> bool:
        """Whether nobody but the person can end it there."""
        return self.known in _LIVES_ON


def revocation_of(account: ConnectedAccount, toolkit: Toolkit | None) -> ToldRevocation | None:
    """None for one that is not revoked; one query."""
    if account.deleted_at is None:
        return None
    found = Revocation.objects.filter(account_id=account.pk).first()
    if found is None:
        return None
    known = RevocationOutcome(found.outcome)
    by_hand = known in (*_LIVES_ON, RevocationOutcome.FAILING)
    page = toolkit.revoke_page if by_hand and toolkit and toolkit.revoke_page.startswith("https://") else ""
    return ToldRevocation(
        known=known,
        outcome=str(known.label),
        kind=_KINDS.get(known, "careful"),
        # The page is told by itself, as a link.
        detail=f"{found.detail.removesuffix(f': {page}')}."
        if page and found.detail.endswith(page)
        else found.detail,
        attempts=found.attempts,
        next_try=moment(found.due_at) if known == RevocationOutcome.FAILING and found.due_at else None,
        page=page,
        is_key=not scheme_named(account.auth_config.auth_scheme).needs_redirect,
    )


def what_and_whose_turn_after(
    account: ConnectedAccount, service: str, told: ToldRevocation | None
) -> tuple[str, str]:
    """What was done, and whose turn it is; words to read out."""
    app, person = account.project.name, account.external_user.name
    what = f"It was revoked: {app} can no longer use it"
    nobody = f"Nobody's. {person} can connect {service} again in {app}."
    match told.known if told else None:
        case RevocationOutcome.DONE:
            return f"{what}, and {service} has forgotten it.", nobody
        case RevocationOutcome.NOTHING:
            return f"{what}. {service} had nothing to take back.", nobody
        case RevocationOutcome.TAKEN_OVER:
            return f"{what}. Another connection of the same {service} account has taken its place.", nobody
        case RevocationOutcome.PENDING:
            return f"{what}. {service} is being told.", "Flowra's: it tells the service by itself."
        case RevocationOutcome.FAILING:
            return (
                f"{what}, but {service} could not be told so far.",
                f"Flowra's: it tries again by itself. {person} need not wait, and can remove {app} at {service}.",
            )
        case RevocationOutcome.UNSUPPORTED | RevocationOutcome.GIVEN_UP if told is not None:
            if told.is_key:
                return (
                    f"{what}, but {service} goes on accepting the key.",
                    f"{person}'s: delete the key at {service}.",
                )
            why = "cannot be told" if told.known == RevocationOutcome.UNSUPPORTED else "could not be told"
            return (
                f"{what}, but {service} {why}: there {app} still has the permission.",
                f"{person}'s: remove {app} at {service}.",
            )
    return f"{what}.", nobody


def what_to_say_after(
    account: ConnectedAccount, service: str, which: str, told: ToldRevocation | None
) -> tuple[str, str]:
    """What happened, and what the person can do; two paragraphs to send them."""
    app = account.project.name
    what = f"{which} was removed from {app}, and {app} can no longer use it."
    anew = f"If you want to use {service} with {app} again, connect it there anew."
    there = f"You can do that here: {told.page}" if told and told.page else ""
    match told.known if told else None:
        case RevocationOutcome.DONE:
            return f"{what} {service} has forgotten the permission as well.", anew
        case RevocationOutcome.TAKEN_OVER:
            return f"{what} A newer connection of the same {service} account has taken its place.", ""
        case RevocationOutcome.PENDING:
            return (
                f"{what} {service} is being told to forget the permission as well; that can take a while.",
                anew,
            )
        case RevocationOutcome.FAILING:
            return (
                f"{what} {service} could not be told yet, so {app} may still be listed there. We go on trying by ourselves.",
                f"If you do not want to wait, remove {app} in your account at {service}. {there}".strip(),
            )
        case RevocationOutcome.UNSUPPORTED | RevocationOutcome.GIVEN_UP if told is not None:
            if told.is_key:
                return (
                    f"{what} {service} itself still accepts the key that you had given.",
                    f"Please delete that key in your account at {service}. {there}".strip(),
                )
            return (
                f"{what} We could not tell {service}, so {app} may still be listed there.",
                f"Please remove {app} in your account at {service}. {there}".strip(),
            )
    return what, anew

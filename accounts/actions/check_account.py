"""Whether a connection works right now: the service's own test call, made through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from accounts.actions.try_at_service import test_call_of
from accounts.actions.usable_credential import UsableCredential, usable_credential
from accounts.service_call import ServiceAnswer, call_service
from authconfigs.catalogue.toolkit import Call
from flowra.errors import FlowraError, NotFound
from flowra.events.record import Actor

Outcome = Literal["works", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it, in words for support."""

    outcome: Outcome
    words: str


def check_account(account_id: str, actor: Actor) -> Checked:
    """Makes the call, with a renewed token where the service refuses the present one. Calls out: not for a transaction.

    What it finds out about the grant is stored as it always is: one that is gone is EXPIRED afterwards. Raises NotFound
    for an account that is not there.
    """
    try:
        usable = usable_credential(account_id, actor=actor)
        call = test_call_of(usable.toolkit, usable.auth_scheme)
        if call is None:
            return Checked("unknown", f"{usable.toolkit.name} has no call to check a connection with.")
        answer = _asked(usable, call)
        if not answer.is_good and answer.status in (200, 401):
            renewed = usable_credential(account_id, refused=usable.version, actor=actor)
            if renewed.version != usable.version:
                answer = _asked(renewed, call)
    except NotFound:
        raise
    except FlowraError as error:
        return Checked("refused" if error.problem_code == "account_expired" else "unknown", error.message)
    return _judged(usable.toolkit.name, answer)


def _asked(usable: UsableCredential, call: Call) -> ServiceAnswer:
    return call_service(
        usable.toolkit,
        call,
        auth_scheme=usable.auth_scheme,
        secrets=usable.secrets,
        values=usable.values,
        through=usable.through,
    )


def _judged(service: str, answer: ServiceAnswer) -> Checked:
    if answer.is_good:
        return Checked("works", f"It works: {service} answered.")
    if answer.status in (200, 401):
        return Checked("refused", f"{service} does not accept this connection's credential.")
    if answer.status == 403:
        return Checked(
            "unknown", f"{service} knows this connection, but does not let it do what is checked with."
        )
    return Checked("unknown", f"{service} answered with status {answer.status}, so this could not be told.")

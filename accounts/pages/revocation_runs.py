"""How revoking many goes, for every page that shows it: how far, what became of each, and what the services know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.safestring import SafeString

from accounts.models import (
    ConnectedAccount,
    ItemOutcome,
    Revocation,
    RevocationOutcome,
    RevocationRun,
    RevocationRunItem,
    RunState,
)
from accounts.pages.account_words import name_of, service_name
from flowra.pages.moments import moment

# Of accounts that this run revoked, by what is known of it at the service: kind, and words that go on from a number.
_AT_SERVICE: dict[str, tuple[str, str]] = {
    RevocationOutcome.DONE: ("good", "forgotten by the service"),
    RevocationOutcome.NOTHING: ("good", "had nothing to take back"),
    RevocationOutcome.TAKEN_OVER: ("good", "taken over by another connection of the same person"),
    RevocationOutcome.PENDING: ("waiting", "being told to the service"),
    RevocationOutcome.FAILING: ("careful", "the service could not be told so far; it is tried again"),
    RevocationOutcome.UNSUPPORTED: ("careful", "the service has no way to be told; it lives on there"),
    RevocationOutcome.GIVEN_UP: ("bad", "the service could not be told; it lives on there"),
}
OUTCOME_KINDS = {
    ItemOutcome.WAITING: ("waiting", "◔"),
    ItemOutcome.DONE: ("good", "●"),
    ItemOutcome.SKIPPED: ("careful", "◇"),
    ItemOutcome.FAILED: ("bad", "✕"),
}
_SHAPES = {"good": "●", "waiting": "◔", "careful": "▲", "bad": "✕"}


@dataclass(frozen=True, slots=True)
class AtService:
    """So many accounts stand so at their service."""

    kind: str
    shape: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, without one name."""

    run: RevocationRun
    finished: int
    percent: int
    state: str
    began: SafeString
    ended: SafeString | None
    at_services: tuple[AtService, ...]
    is_running: bool
    may_go_on: bool

    @property
    def is_told(self) -> bool:
        """Whether the services have all been told, as far as they can be."""
        return not any(each.kind == "waiting" for each in self.at_services)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One account of a run: what became of it here, and at its service. `account` is None once it is kept no longer."""

    account_id: str
    account: ConnectedAccount | None
    outcome: str
    kind: str
    shape: str
    words: str
    at_service: str
    service_kind: str

    @property
    def name(self) -> str:
        """By what support knows it; its id where that is no longer known."""
        return name_of(self.account) if self.account else self.account_id

    @property
    def service(self) -> str:
        """The service's name."""
        return service_name(self.account.toolkit_slug) if self.account else ""


def state_words(run: RevocationRun) -> tuple[str, str, str]:
    """A colour's name, a shape and a word for how it stands."""
    if run.state == RunState.RUNNING:
        return "waiting", "◔", "Running"
    if run.state == RunState.STOPPED:
        return "off", "▬", "Stopped"
    return ("careful", "▲", "Done, not all") if run.failed else ("good", "●", "Done")


def progress_of(run: RevocationRun) -> Progress:
    """With what the services know of it; one query."""
    finished = run.total - run.waiting
    return Progress(
        run=run,
        finished=finished,
        # Not a hundred before all are.
        percent=100 * finished // run.total if run.total else 100,
        state=state_words(run)[2],
        began=moment(run.created_at),
        ended=moment(run.finished_at) if run.finished_at else None,
        at_services=_at_services(run),
        is_running=run.state == RunState.RUNNING,
        may_go_on=run.state == RunState.STOPPED or (run.state == RunState.DONE and run.failed > 0),
    )


def _at_services(run: RevocationRun) -> tuple[AtService, ...]:
    ours = RevocationRunItem.objects.filter(run=run, outcome=ItemOutcome.DONE).values("account_id")
    counted = Revocation.objects.filter(account_id__in=ours).order_by().values_list("outcome")
    counts: dict[str, int] = dict(counted.annotate(count=Count("pk")))
    found = []
    for outcome, (kind, words) in _AT_SERVICE.items():
        if outcome in counts:
            found.append(AtService(kind, _SHAPES[kind], counts[outcome], words))
    return tuple(found)


def results_of(items: Sequence[RevocationRunItem]) -> list[ItemResult]:
    """These items as results; two queries for any number of them."""
    ids = [each.account_id for each in items]
    kept = ConnectedAccount.objects.select_related("project", "external_user")
    accounts = kept.defer("profile", "connection_data", "project__logo").in_bulk(ids)
    told = dict(Revocation.objects.filter(account_id__in=ids).values_list("account_id", "outcome"))
    return [_result(each, accounts.get(each.account_id), told.get(each.account_id)) for each in items]


def _result(item: RevocationRunItem, account: ConnectedAccount | None, told: str | None) -> ItemResult:
    outcome = ItemOutcome(item.outcome)
    kind, shape = OUTCOME_KINDS[outcome]
    over = outcome in (ItemOutcome.DONE, ItemOutcome.SKIPPED) and told is not None
    return ItemResult(
        account_id=item.account_id,
        account=account,
        outcome=str(outcome.label),
        kind=kind,
        shape=shape,
        words=item.words,
        at_service=str(RevocationOutcome(told).label) if over and told else "",
        service_kind=_AT_SERVICE[told][0] if over and told else "",
    )


COLUMNS = ("account", "service", "project", "person", "identity", "outcome", "words", "atTheService")


def rows_of(run: RevocationRun, *, size: int = 1000) -> Iterator[list[str]]:
    """All results as rows of `COLUMNS`, read so many at a time."""
    last = 0
    while items := list(RevocationRunItem.objects.filter(run=run, pk__gt=last).order_by("pk")[:size]):
        for each in results_of(items):
            account = each.account
            yield [
                each.account_id,
                account.toolkit_slug if account else "",
                account.project.name if account else "",
                account.external_user.name if account else "",
                account.identity_label if account else "",
                each.outcome,
                each.words,
                each.at_service,
            ]
        last = items[-1].pk

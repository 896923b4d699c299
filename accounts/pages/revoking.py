"""Revoking from a page: what will happen is shown first, a reason is asked for, and each result is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.safestring import SafeString

from accounts.actions.revoke_account import revoke_account, what_will_happen
from accounts.models import ConnectedAccount
from accounts.pages.account_words import name_of, service_name, status_badge
from flowra.errors import FlowraError
from flowra.events.record import Actor
from flowra.pages.moments import moment
from flowra.redaction import scrub_text

AT_MOST = 200
LONGEST_REASON = 500


class ReasonForm(forms.Form):
    """Why; it is kept on the trail."""

    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        strip=True,
        help_text="Kept on the account's trail with your name. No passwords or keys, please.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": "Say why, so that others can explain it later."},
    )

    def clean_reason(self) -> str:
        """Without what looks like a key or a token, should one have been pasted."""
        return scrub_text(self.cleaned_data["reason"])


@dataclass(frozen=True, slots=True)
class Preview:
    """One account before: `what` will happen, or that nothing will since it is `gone`."""

    account: ConnectedAccount
    what: str
    gone: bool

    @property
    def name(self) -> str:
        """By what support knows it."""
        return name_of(self.account)

    @property
    def service(self) -> str:
        """The service's name."""
        return service_name(self.account.toolkit_slug)

    @property
    def badge(self) -> SafeString:
        """How it stands."""
        return status_badge(self.account)

    @property
    def connected(self) -> SafeString:
        """Since when: two of the same name are told apart by it."""
        return moment(self.account.connected_at)

    @property
    def seen(self) -> str:
        """What `changed_since` compares: which account, and whose and how it was."""
        return f"{self.account.pk}:{_as_it_is(self.account)}"


@dataclass(frozen=True, slots=True)
class Result:
    """One account after; `kind` is done, skipped or failed."""

    account: ConnectedAccount
    kind: str
    words: str

    @property
    def name(self) -> str:
        """By what support knows it."""
        return name_of(self.account)

    @property
    def service(self) -> str:
        """The service's name."""
        return service_name(self.account.toolkit_slug)


def selected(ids: Sequence[str]) -> list[ConnectedAccount]:
    """The accounts of these ids, the deleted as well, in the order of their making; unknown ids are left out."""
    found = ConnectedAccount.objects.filter(pk__in=ids).select_related(
        "project", "auth_config", "external_user"
    )
    return list(found.defer("profile", "connection_data", "project__logo").order_by("created_at", "id"))


def previews_of(accounts: Iterable[ConnectedAccount]) -> list[Preview]:
    """What revoking would do to each."""
    return [
        Preview(account, "It was revoked already and is left as it is.", True)
        if account.deleted_at is not None
        else Preview(account, what_will_happen(account), False)
        for account in accounts
    ]


def changed_since(seen: Iterable[str], accounts: Iterable[ConnectedAccount]) -> bool:
    """Whether one of these that is still there is no longer as somebody saw it, who agreed to that."""
    before = dict(each.partition(":")[::2] for each in seen)
    return any(
        account.deleted_at is None and before.get(account.pk, "") not in ("", _as_it_is(account))
        for account in accounts
    )


def _as_it_is(account: ConnectedAccount) -> str:
    known = (account.identity_id, account.identity_label, account.status, str(account.connected_at))
    return hashlib.sha256("\0".join(known).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def revoke_each(accounts: Iterable[ConnectedAccount], actor: Actor, reason: str) -> list[Result]:
    """One transaction each: what cannot be revoked keeps nothing else from it."""
    return [_revoke(account, actor, reason) for account in accounts]


def _revoke(account: ConnectedAccount, actor: Actor, reason: str) -> Result:
    if account.deleted_at is not None:
        return Result(account, "skipped", "Skipped: it was revoked already.")
    try:
        revoke_account(account, actor, reason)
    except FlowraError as error:
        return Result(account, "failed", f"Not revoked: {error.message}")
    if account.deleted_at is None:
        return Result(account, "skipped", "Skipped: somebody else revoked it at this moment.")
    return Result(account, "done", "Revoked: unusable from now on. The service is told in the background.")

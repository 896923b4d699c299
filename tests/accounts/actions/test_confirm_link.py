"""A link can be forwarded: the app says who finished it, and only then is the code spent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.confirm_link import confirm_link
from accounts.models import ConnectedAccount, Credential, LinkSession, LinkState, Status
from flowra.errors import Conflict, InvalidInput, NotFound, ProviderFailed
from tests.accounts.acme import API_KEY, Acme, make_acme, query_of, reread
from tests.provider import PracticeProvider


def parked(acme: Acme) -> tuple[ConnectedAccount, str]:
    """An account that waits for the app's confirm, and its confirmation token."""
    ending = acme.connect(require_confirmation=True)
    assert ending.outcome == "confirm"
    return ending.account, query_of(ending.redirect_to)["confirmationToken"]


def test_the_code_is_parked_unspent_and_the_app_is_asked(acme: Acme) -> None:
    ending = acme.connect(require_confirmation=True)
    asked = query_of(ending.redirect_to)
    assert asked["status"] == "confirm"
    assert asked["connectedAccountId"] == asked["connectionId"] == ending.account.pk
    assert len(asked["confirmationToken"]) >= 22
    assert len(acme.provider.unspent_codes) == 1
    assert reread(ending.account).status == Status.INITIATED


def test_the_link_s_user_confirms_and_the_account_is_active(acme: Acme) -> None:
    account, token = parked(acme)
    confirmed = confirm_link(acme.project, account.pk, token, acme.user(), API_KEY)
    assert confirmed.status == Status.ACTIVE
    assert confirmed.identity_email == "sales@example.com"
    assert acme.provider.unspent_codes == []


def test_another_user_s_confirm_throws_the_code_away(acme: Acme) -> None:
    account, token = parked(acme)
    with pytest.raises(Conflict) as refusal:
        confirm_link(acme.project, account.pk, token, acme.user("somebody_else"), API_KEY)
    assert refusal.value.problem_code == "confirmation_mismatch"
    assert reread(account).status == Status.FAILED
    assert reread(account).status_reason == "confirmation_mismatch"
    with pytest.raises(Conflict):
        confirm_link(acme.project, account.pk, token, acme.user(), API_KEY)
    assert len(acme.provider.unspent_codes) == 1
    assert LinkSession.objects.get().attempt == {}
    assert not Credential.objects.exists()


def test_the_project_s_setting_cannot_be_switched_off_by_a_link(acme: Acme) -> None:
    acme.project.require_confirmation = True
    acme.project.save()
    assert acme.connect(require_confirmation=False).outcome == "confirm"


def test_a_link_to_confirm_needs_somewhere_to_ask(acme: Acme) -> None:
    with pytest.raises(InvalidInput) as refusal:
        acme.link(require_confirmation=True, callback_url="")
    assert refusal.value.errors[0].field == "callbackUrl"


@pytest.mark.parametrize("guess", ["", "guessed", "\x00", "\ud800"])
def test_a_guessed_token_is_refused_and_changes_nothing(acme: Acme, guess: str) -> None:
    account, token = parked(acme)
    with pytest.raises(InvalidInput):
        confirm_link(acme.project, account.pk, guess, acme.user(), API_KEY)
    assert confirm_link(acme.project, account.pk, token, acme.user(), API_KEY).status == Status.ACTIVE


def test_the_token_of_another_account_is_refused(acme: Acme) -> None:
    account, _ = parked(acme)
    _, other_token = parked(acme)
    with pytest.raises(InvalidInput):
        confirm_link(acme.project, account.pk, other_token, acme.user(), API_KEY)


def test_a_confirm_that_names_nobody_is_refused(acme: Acme) -> None:
    account, token = parked(acme)
    with pytest.raises(InvalidInput):
        confirm_link(acme.project, account.pk, token, None, API_KEY)


def test_a_confirmation_counts_once(acme: Acme) -> None:
    account, token = parked(acme)
    confirm_link(acme.project, account.pk, token, acme.user(), API_KEY)
    with pytest.raises(Conflict):
        confirm_link(acme.project, account.pk, token, acme.user(), API_KEY)
    assert reread(account).status == Status.ACTIVE


def test_a_confirmation_after_the_link_ran_out_is_refused(acme: Acme) -> None:
    account, token = parked(acme)
    LinkSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict):
        confirm_link(acme.project, account.pk, token, acme.user(), API_KEY)
    assert not Credential.objects.exists()


def test_another_project_s_account_does_not_exist(acme: Acme, provider: PracticeProvider) -> None:
    account, token = parked(acme)
    with pytest.raises(NotFound):
        confirm_link(make_acme(provider).project, account.pk, token, acme.user(), API_KEY)
    assert LinkSession.objects.get().state == LinkState.PARKED


def test_a_code_that_the_service_no_longer_takes_is_told_with_its_words(acme: Acme) -> None:
    account, token = parked(acme)
    acme.provider.fail("/token", "error", status=400, error="invalid_grant", words="Code expired")
    with pytest.raises(ProviderFailed) as refusal:
        confirm_link(acme.project, account.pk, token, acme.user(), API_KEY)
    assert refusal.value.provider_error == "Code expired"
    assert reread(account).status == Status.FAILED

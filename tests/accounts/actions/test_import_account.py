"""Bringing an account in: all or nothing, whoever comes at the same moment and wherever the process dies."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from accounts.actions import import_account as importing
from accounts.actions.import_account import Given, Imported, import_account
from accounts.actions.revoke_account import revoke_account
from accounts.actions.tell_provider import tell_provider
from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Credential, GrantFingerprint, Revocation
from authconfigs.actions.delete_auth_config import delete_auth_config
from authconfigs.models import AuthConfig
from flowra.due.row import claim_one
from flowra.encryption_keys import KeyRing
from flowra.errors import InvalidInput
from flowra.models import Event
from tests.accounts.acme import API_KEY, STAFF, Acme, make_acme
from tests.accounts.actions.test_submit_credentials import service_with
from tests.accounts.at_once import at_once, refusals
from tests.accounts.bringing import KEY, granted_elsewhere, secrets_of
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def acme(transactional_db: None, provider: PracticeProvider) -> Acme:
    return make_acme(provider)


def bring(
    acme: Acme, config: AuthConfig, val: dict[str, Any], user: str = "customer_42", **wishes: Any
) -> Imported:
    in_bulk = wishes.pop("in_bulk", False)
    return import_account(
        acme.project,
        Given(config.pk, val, **wishes),
        find_user=lambda: acme.user(user),
        actor=API_KEY,
        in_bulk=in_bulk,
    )


def nothing_is_left() -> bool:
    return (
        not any(each.objects.exists() for each in (ConnectedAccount, Credential, GrantFingerprint))
        and not Event.objects.filter(subject_kind="account").exists()
    )


def test_of_eight_at_once_with_the_same_grant_one_makes_the_account(acme: Acme) -> None:
    config, user = service_with(acme, "API_KEY"), acme.user()
    del user
    results = at_once(*[partial(bring, acme, config, {"api_key": KEY}) for _ in range(8)])
    found = [each for each in results if isinstance(each, Imported)]
    assert len(found) == 8
    assert len({each.account.pk for each in found}) == 1
    assert sorted(each.is_duplicate for each in found) == [False] + [True] * 7
    assert ConnectedAccount.objects.count() == Credential.objects.count() == 1
    assert Event.objects.filter(type="account.connected").count() == 1


def test_one_that_shares_only_the_refresh_token_is_the_same_too(acme: Acme) -> None:
    vals = [{"access_token": f"a{n}", "refresh_token": "same"} for n in range(4)]
    results = at_once(*[partial(bring, acme, acme.auth_config, val, in_bulk=True) for val in vals])
    assert len({each.account.pk for each in results if isinstance(each, Imported)}) == 1
    assert ConnectedAccount.objects.count() == 1


@pytest.mark.parametrize("step", ["hold", "store_grant", "remember", "record_account"])
def test_a_process_that_dies_between_check_and_store_leaves_nothing(
    acme: Acme, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    config = service_with(acme, "API_KEY")

    def die(*_: Any, **__: Any) -> None:
        assert acme.provider.calls.to("/api/key-check")
        raise RuntimeError("died")

    with monkeypatch.context() as patch:
        patch.setattr(importing, step, die)
        with pytest.raises(RuntimeError):
            bring(acme, config, {"api_key": KEY}, validate=True)
    assert nothing_is_left()
    assert not bring(acme, config, {"api_key": KEY}, validate=True).is_duplicate


def test_no_account_is_made_under_an_auth_config_that_is_being_deleted(acme: Acme) -> None:
    config = service_with(acme, "API_KEY")
    acme.user()
    results = at_once(
        *[partial(bring, acme, config, {"api_key": f"k{n}"}, in_bulk=True) for n in range(6)],
        lambda: delete_auth_config(config, STAFF),
    )
    made = ConnectedAccount.live.count()
    if isinstance(results[-1], Exception):
        assert refusals(results[-1:]) == ["auth_config_in_use"]
    else:
        assert made == 0
    assert Credential.objects.count() == made


def test_in_bulk_nobody_is_asked_unless_that_is_wished(acme: Acme) -> None:
    tokens = granted_elsewhere(acme)
    first = bring(acme, acme.auth_config, tokens, in_bulk=True)
    assert len(acme.provider.calls) == 0
    assert ConnectedAccount.objects.get(pk=first.account.pk).identity_email == ""
    second = bring(acme, acme.auth_config, tokens, "customer_43", in_bulk=True, validate=True)
    assert ConnectedAccount.objects.get(pk=second.account.pk).identity_email == "sales@example.com"
    with pytest.raises(InvalidInput, match="access_token"):
        bring(acme, acme.auth_config, {}, in_bulk=True)


def test_an_imported_grant_is_used_and_given_back_as_one_by_a_link(acme: Acme) -> None:
    tokens = granted_elsewhere(acme)
    account = bring(acme, acme.auth_config, tokens).account
    assert usable_credential(account.pk).secrets["access_token"] == tokens["access_token"]
    row = claim_one(Revocation, revoke_account(account, STAFF).pk, lease=timedelta(seconds=60))
    assert row is not None
    tell_provider(row)
    assert acme.provider.live_grants == []
    assert not Credential.objects.exists()
    assert not GrantFingerprint.objects.exists()


def test_a_grant_is_known_again_under_an_older_key_of_the_ring(acme: Acme, settings: Any) -> None:
    config = service_with(acme, "API_KEY")
    first = bring(acme, config, {"api_key": KEY})
    old = settings.FLOWRA_KEY_RING
    settings.FLOWRA_KEY_RING = KeyRing([KeyRing.from_texts([bytes(range(32)).hex()]).newest, old.newest])
    again = bring(acme, config, {"api_key": KEY})
    assert (again.account.pk, again.is_duplicate) == (first.account.pk, True)
    assert secrets_of(first.account.pk) == {"api_key": KEY}

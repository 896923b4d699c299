"""Deleting an auth config: refused while accounts use it, unless all of them are to be revoked."""

from __future__ import annotations

import pytest

from accounts.models import ConnectedAccount, Revocation
from authconfigs.actions.delete_auth_config import delete_auth_config
from authconfigs.models import AuthConfig
from flowra.errors import Conflict, NotFound
from flowra.models import Event
from tests.accounts.acme import STAFF, Acme
from tests.accounts.actions.test_revoke_account import work


def test_an_auth_config_in_use_is_not_deleted_and_the_refusal_counts(acme: Acme) -> None:
    acme.connect()
    acme.link()
    with pytest.raises(Conflict, match="2 connected accounts"):
        delete_auth_config(acme.auth_config, STAFF)
    assert AuthConfig.live.count() == 1
    assert ConnectedAccount.live.count() == 2


def test_by_force_all_its_accounts_are_revoked_at_the_provider_with_its_client(acme: Acme) -> None:
    for _ in range(3):
        acme.connect()
    delete_auth_config(acme.auth_config, STAFF, force=True, reason="The app is retired.")
    assert ConnectedAccount.live.count() == 0
    assert set(Event.objects.filter(type="account.deleted").values_list("reason", flat=True)) == {
        "The app is retired."
    }
    assert len(acme.provider.live_grants) == 3
    work()
    assert acme.provider.live_grants == []
    assert set(Revocation.objects.values_list("outcome", flat=True)) == {"DONE"}


def test_nothing_is_linked_through_a_deleted_one(acme: Acme) -> None:
    delete_auth_config(acme.auth_config, STAFF)
    with pytest.raises(NotFound):
        acme.link()

"""PATCH connected_accounts/{id}."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import ConnectedAccount
from flowra.models import Event
from tests.accounts.api.reading import shown
from tests.caller import Caller, problem_of

pytestmark = pytest.mark.django_db


def test_patch_renames_labels_and_tells_the_trail(api: Caller, account: ConnectedAccount) -> None:
    answer = api.patch(
        f"connected_accounts/{account.pk}", {"displayName": " CRM ", "labels": ["b", "a", "b "]}
    )
    assert answer.status_code == 200
    assert answer.json()["displayName"] == "CRM"
    assert answer.json()["labels"] == ["b", "a"]
    assert answer.json()["updatedAt"] > shown_at(account)
    event = Event.objects.get(subject_id=account.pk, type="account.updated")
    assert event.data == {"displayName": "CRM", "labels": ["b", "a"]}
    assert event.actor_kind == "api_key"


def shown_at(account: ConnectedAccount) -> str:
    """When it was updated, as the wire has it."""
    return account.updated_at.isoformat(timespec="milliseconds")[:23] + "Z"


def test_what_does_not_change_leaves_no_trace(api: Caller, account: ConnectedAccount) -> None:
    before = shown(api, account)
    assert (
        api.patch(f"connected_accounts/{account.pk}", {"labels": ["crm"], "isDisabled": False}).json()
        == before
    )
    assert api.patch(f"connected_accounts/{account.pk}", {}).json() == before
    assert not Event.objects.filter(subject_id=account.pk).exists()


def test_switched_off_it_is_inactive_and_on_again_as_before(api: Caller, account: ConnectedAccount) -> None:
    off = api.patch(f"connected_accounts/{account.pk}", {"isDisabled": True}).json()
    assert (off["status"], off["statusReason"]["code"], off["isDisabled"]) == (
        "INACTIVE",
        "switched_off",
        True,
    )
    on = api.patch(f"connected_accounts/{account.pk}", {"isDisabled": False}).json()
    assert (on["status"], on["statusReason"], on["isDisabled"]) == ("ACTIVE", None, False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"displayName": "x" * 201}, "displayName"),
        ({"displayName": 7}, "displayName"),
        ({"displayName": "a\x00b"}, "displayName"),
        ({"labels": "crm"}, "labels"),
        ({"labels": ["x"] * 5 + [str(n) for n in range(20)]}, "labels"),
        ({"labels": ["x" * 101]}, "labels.0"),
        ({"labels": [""]}, "labels.0"),
        ({"labels": ["a,b"]}, "labels"),
        ({"labels": [1]}, "labels.0"),
        ({"labels": None}, "labels"),
        ({"isDisabled": "maybe"}, "isDisabled"),
        ({"isDisabled": None}, "isDisabled"),
        ({"status": "ACTIVE"}, "status"),
        ({"sharedWith": "everybody"}, "sharedWith"),
        ({"connection": {"state": {"val": {"api_key": "k"}}}}, "connection"),
    ],
)
def test_a_mistaken_change_is_refused_by_name_and_changes_nothing(
    api: Caller, account: ConnectedAccount, body: dict[str, Any], field: str
) -> None:
    before = shown(api, account)
    problem_of(api.patch(f"connected_accounts/{account.pk}", {"labels": ["new"], **body}), 400, field)
    assert shown(api, account) == before

"""Revoking from the admin: shown before, asked why, one by one, and told after."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from accounts.actions.tell_provider import tell_provider
from accounts.models import ConnectedAccount, Credential, Revocation
from flowra.due.row import claim
from flowra.models import Event
from tests.accounts.acme import Acme
from tests.factories import make_account, make_auth_config, make_external_user, make_project
from tests.staff import make_staff, make_support, signed_in, text_of

LIST = "/admin/accounts/connectedaccount/"
REVOKE = f"{LIST}revoke/"


@pytest.fixture
def accounts(db: None) -> list[ConnectedAccount]:
    auth_config = make_auth_config(make_project("Acme"), "slack")
    people = [make_external_user(auth_config.project, name) for name in ("ann", "bob", "cleo")]
    return [
        make_account(
            auth_config,
            person,
            secrets={"access_token": "s3cret"},
            identity_email=f"{person.name}@example.com",
        )
        for person in people
    ]


def is_there(account: ConnectedAccount) -> bool:
    return ConnectedAccount.live.filter(pk=account.pk).exists()


def test_before_one_is_revoked_it_is_said_what_will_happen(
    support: Client, accounts: list[ConnectedAccount]
) -> None:
    told = text_of(support.get(REVOKE, {"account": accounts[0].pk}))
    assert "Revoke the Slack of ann@example.com?" in told
    assert "What Acme does with it stops at once. Slack is told to forget the grant." in told
    assert is_there(accounts[0])


def test_one_is_revoked_with_a_reason_by_who_is_signed_in(
    support: Client, accounts: list[ConnectedAccount]
) -> None:
    answer = support.post(REVOKE, {"account": accounts[0].pk, "reason": "asked on the phone"}, follow=True)
    assert "◇ Revoked" in text_of(answer)
    assert "The service is told in the background" in text_of(answer)
    assert not is_there(accounts[0])
    assert is_there(accounts[1])
    event = Event.objects.get(subject_id=accounts[0].pk, type="account.deleted")
    assert (event.actor_kind, event.actor_name, event.reason) == (
        "staff",
        "support@example.com",
        "asked on the phone",
    )
    assert Revocation.objects.filter(account=accounts[0], due_at__isnull=False).exists()


@pytest.mark.parametrize("reason", ["", "   ", "\n", "x" * 501])
def test_without_a_usable_reason_nothing_happens(
    support: Client, accounts: list[ConnectedAccount], reason: str
) -> None:
    answer = support.post(REVOKE, {"account": accounts[0].pk, "reason": reason})
    assert answer.status_code == 400
    assert is_there(accounts[0])
    if reason.strip() == "":
        assert "Say why" in text_of(answer)


def test_a_key_that_was_pasted_into_the_reason_is_not_kept(
    support: Client, accounts: list[ConnectedAccount]
) -> None:
    key = "flw_live_" + "a1B2" * 9
    support.post(REVOKE, {"account": accounts[0].pk, "reason": f"leaked {key} on the web"})
    reason = Event.objects.get(subject_id=accounts[0].pk, type="account.deleted").reason
    assert reason.startswith("leaked ")
    assert key not in reason


def test_many_are_chosen_from_the_list_and_shown_before_anything_happens(
    support: Client, accounts: list[ConnectedAccount]
) -> None:
    chosen = [each.pk for each in accounts[:2]]
    page = support.post(LIST, {"action": "revoke_selected", "_selected_action": chosen})
    told = text_of(page)
    assert "Revoke 2 connections?" in told
    assert "ann@example.com" in told
    assert "bob@example.com" in told
    assert "cleo@example.com" not in told
    assert all(map(is_there, accounts))


def test_each_of_many_is_told_and_the_revoked_ones_are_skipped(
    support: Client, accounts: list[ConnectedAccount]
) -> None:
    ids = [each.pk for each in accounts]
    support.post(REVOKE, {"account": ids[0], "reason": "first"})
    told = text_of(support.get(f"{REVOKE}?account={ids[0]}&account={ids[1]}"))
    assert "It was revoked already and is left as it is." in told
    after = text_of(support.post(REVOKE, {"account": ids, "reason": "all of them"}))
    assert "2 of 3 revoked" in after
    assert "Skipped: it was revoked already." in after
    assert not any(map(is_there, accounts))
    assert Event.objects.filter(type="account.deleted").count() == 3
    assert LogEntry.objects.count() == 3


def test_a_press_of_the_button_again_changes_nothing(
    support: Client, accounts: list[ConnectedAccount]
) -> None:
    for _ in range(2):
        support.post(REVOKE, {"account": accounts[0].pk, "reason": "twice"})
    assert Event.objects.filter(subject_id=accounts[0].pk, type="account.deleted").count() == 1


def seen_on(page: Any) -> list[str]:
    return re.findall(r'name="seen" value="([^"]+)"', page.content.decode())


@pytest.mark.parametrize("fields", [{"status": "EXPIRED"}, {"identity_email": "zoe@example.com"}])
def test_what_changed_since_it_was_looked_at_is_looked_at_again(
    support: Client, accounts: list[ConnectedAccount], fields: dict[str, str]
) -> None:
    ids = [each.pk for each in accounts[:2]]
    seen = seen_on(support.get(REVOKE, {"account": ids}))
    ConnectedAccount.objects.filter(pk=ids[1]).update(**fields)
    page = support.post(REVOKE, {"account": ids, "seen": seen, "reason": "They left."})
    assert page.status_code == 409 and all(map(is_there, accounts))
    assert "Nothing was revoked. One of them has changed since you looked" in text_of(page)
    assert "They left.</textarea>" in page.content.decode()
    again = support.post(REVOKE, {"account": ids, "seen": seen_on(page), "reason": "They left."})
    assert "2 of 2 revoked" in text_of(again)


def test_what_was_used_or_revoked_since_it_was_looked_at_is_in_nobody_s_way(
    support: Client, accounts: list[ConnectedAccount]
) -> None:
    ids = [each.pk for each in accounts]
    seen = seen_on(support.get(REVOKE, {"account": ids}))
    ConnectedAccount.objects.filter(pk=ids[0]).update(last_used_at=timezone.now())
    support.post(REVOKE, {"account": ids[1], "reason": "first"})
    assert "2 of 3 revoked" in text_of(support.post(REVOKE, {"account": ids, "seen": seen, "reason": "x"}))


def test_two_of_one_name_are_told_apart(support: Client, accounts: list[ConnectedAccount]) -> None:
    ConnectedAccount.objects.update(identity_email="same@example.com")
    ConnectedAccount.objects.filter(pk=accounts[0].pk).update(
        status="EXPIRED", display_name="Old one", connected_at=timezone.now() - timedelta(days=8)
    )
    told = text_of(support.get(REVOKE, {"account": [each.pk for each in accounts[:2]]}))
    assert "▲ Needs the user connected 1 week ago" in told and "called Old one" in told
    assert "● Active connected just now" in told


def test_one_that_fails_keeps_no_other_from_being_revoked(
    support: Client, accounts: list[ConnectedAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.actions.revoke_account import revoke_account as real
    from accounts.pages import revoking
    from flowra.errors import Conflict

    def sometimes(account: ConnectedAccount, *rest: Any) -> Any:
        if account.pk == accounts[0].pk:
            raise Conflict("It is locked.")
        return real(account, *rest)

    monkeypatch.setattr(revoking, "revoke_account", sometimes)
    told = text_of(support.post(REVOKE, {"account": [each.pk for each in accounts], "reason": "x"}))
    assert "Not revoked: It is locked." in told
    assert [is_there(each) for each in accounts] == [True, False, False]


def test_who_may_only_see_cannot_revoke(accounts: list[ConnectedAccount]) -> None:
    viewer = signed_in(make_staff("accounts.view_connectedaccount"))
    assert "Revoke…" not in text_of(viewer.get(f"{LIST}{accounts[0].pk}/change/"))
    assert b"revoke_selected" not in viewer.get(LIST).content
    assert viewer.get(REVOKE, {"account": accounts[0].pk}).status_code == 403
    assert viewer.post(REVOKE, {"account": accounts[0].pk, "reason": "x"}).status_code == 403
    viewer.post(LIST, {"action": "revoke_selected", "_selected_action": accounts[0].pk})
    assert is_there(accounts[0])


def test_a_form_of_another_site_revokes_nothing(support: Client, accounts: list[ConnectedAccount]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = support.cookies
    assert strict.post(REVOKE, {"account": accounts[0].pk, "reason": "x"}).status_code == 403
    assert is_there(accounts[0])


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "sent",
    [{}, {"account": "ca_none"}, {"account": "\x00"}, {"account": ["x"] * 201}, {"account": "é" * 9000}],
)
def test_ids_that_are_nobody_s_are_refused_in_words(support: Client, sent: dict[str, Any]) -> None:
    assert support.post(REVOKE, {**sent, "reason": "x"}).status_code in (400, 404)
    assert support.get(REVOKE, sent).status_code in (400, 404)


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "nonsense", "_selected_action": "x"},
        {"action": "revoke_selected"},
        {"action": "revoke_selected", "_selected_action": "\x00"},
        {"action": "revoke_selected", "_selected_action": "x", "index": "99", "select_across": "é"},
        {"_selected_action": "x"},
    ],
)
def test_a_garbled_choice_on_the_list_is_no_failure(
    support: Client, accounts: list[ConnectedAccount], sent: dict[str, Any]
) -> None:
    assert support.post(LIST, sent).status_code in (200, 302, 400, 404)
    assert all(map(is_there, accounts))


def test_what_support_revokes_is_forgotten_by_the_service(acme: Acme) -> None:
    account = acme.connect().account
    token = Credential.objects.get(pk=account.pk).secrets["access_token"]
    client = signed_in(make_support())
    client.post(REVOKE, {"account": account.pk, "reason": "asked on the phone"})
    for row in claim(Revocation, limit=10, lease=timedelta(minutes=1)):
        tell_provider(row)
    told = text_of(client.get(f"{LIST}{account.pk}/change/"))
    assert "The service has forgotten the grant" in told
    assert "Held, encrypted nothing" in told
    assert not acme.provider.is_token_live(token)

"""Renaming, labelling, switching off and on."""

from __future__ import annotations

import pytest

from accounts.actions.end_link import fail_link
from accounts.actions.external_users import toggle_external_user
from accounts.actions.revoke_account import revoke_account
from accounts.actions.start_link import start_link
from accounts.actions.update_account import update_account
from accounts.models import ConnectedAccount, LinkSession, LinkState, Status, StatusReason
from flowra.errors import InvalidInput, NotFound
from flowra.events.record import Actor
from flowra.models import Event
from tests.factories import make_account, make_auth_config, make_external_user, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

STAFF = Actor("staff", "1", "support")


def reread(account: ConnectedAccount) -> ConnectedAccount:
    """As it is stored now."""
    return ConnectedAccount.objects.get(pk=account.pk)


def types_on_trail(account: ConnectedAccount) -> list[str]:
    """What happened to it, oldest first."""
    return list(
        Event.objects.filter(subject_id=account.pk).order_by("at", "id").values_list("type", flat=True)
    )


def test_off_and_on_twice_is_told_once_each() -> None:
    account = make_account(make_auth_config(make_project()))
    for is_disabled in (True, True, False, False):
        update_account(account, STAFF, is_disabled=is_disabled)
    assert reread(account).status == Status.ACTIVE
    assert types_on_trail(account) == ["account.disabled", "account.enabled"]


def test_switched_on_again_a_failed_one_is_failed_with_its_reason() -> None:
    project = make_project()
    config = make_auth_config(project)
    link = start_link(project, auth_config_id=config.pk, external_user=None, actor=STAFF)
    session = LinkSession.objects.select_related("account").get()
    fail_link(session, StatusReason.ACCESS_DENIED, actor=STAFF, from_states=(LinkState.OPEN,))
    update_account(link.account, STAFF, is_disabled=True)
    assert reread(link.account).status_reason == StatusReason.SWITCHED_OFF
    update_account(link.account, STAFF, is_disabled=False)
    again = reread(link.account)
    assert (again.status, again.status_reason) == (Status.FAILED, StatusReason.ACCESS_DENIED)
    assert again.status_message == StatusReason.ACCESS_DENIED.label


def test_a_first_link_that_ended_while_it_was_off_leaves_it_failed() -> None:
    project = make_project()
    config = make_auth_config(project)
    link = start_link(project, auth_config_id=config.pk, external_user=None, actor=STAFF)
    update_account(link.account, STAFF, is_disabled=True)
    session = LinkSession.objects.select_related("account").get()
    fail_link(session, StatusReason.LINK_EXPIRED, actor=STAFF, from_states=(LinkState.OPEN,))
    update_account(link.account, STAFF, is_disabled=False)
    again = reread(link.account)
    assert (again.status, again.status_reason) == (Status.FAILED, StatusReason.LINK_EXPIRED)


def test_a_link_that_still_waits_goes_on_waiting() -> None:
    project = make_project()
    link = start_link(project, auth_config_id=make_auth_config(project).pk, external_user=None, actor=STAFF)
    update_account(link.account, STAFF, is_disabled=True)
    update_account(link.account, STAFF, is_disabled=False)
    assert reread(link.account).status == Status.INITIALIZING


def test_nothing_of_a_refused_change_is_stored() -> None:
    account = make_account(make_auth_config(make_project()))
    with pytest.raises(InvalidInput):
        update_account(account, STAFF, display_name="New", labels=["x" * 101], is_disabled=True)
    assert reread(account).display_name is None
    assert types_on_trail(account) == []


def test_a_deleted_account_is_not_changed() -> None:
    account = make_account(make_auth_config(make_project()))
    revoke_account(account, STAFF)
    with pytest.raises(NotFound):
        update_account(account, STAFF, display_name="New")


def test_making_a_user_inactive_and_active_is_on_the_trail() -> None:
    user = make_external_user(make_project())
    assert toggle_external_user(user.project, user.pk, STAFF).is_active is False
    assert toggle_external_user(user.project, user.pk, STAFF).is_active is True
    types = Event.objects.filter(subject_id=user.pk).order_by("at", "id").values_list("type", flat=True)
    assert list(types) == ["user.deactivated", "user.activated"]

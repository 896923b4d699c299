"""Whose account it is: connected again by somebody else, connected twice, and grants that several accounts stand on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.actions.revoke_account import revoke_account, what_will_happen
from accounts.actions.tell_provider import tell_provider
from accounts.models import ConnectedAccount, Credential, Revocation, RevocationOutcome, Status
from authconfigs.catalogue.toolkit import RevokeCall
from flowra.due.row import claim
from flowra.models import Event
from tests.accounts.acme import STAFF, Acme, Browser, query_of, reread
from tests.accounts.later import connected, run_out, secrets_of


def tell_all() -> None:
    for row in claim(Revocation, limit=10, lease=timedelta(seconds=60)):
        tell_provider(row)


@pytest.fixture
def one_grant_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service knows one grant for each person and client, as Google's and GitHub's do."""
    monkeypatch.setattr("accounts.actions.siblings.ends_all", lambda _: True)
    for place in ("finish_link", "revoke_account", "tell_provider"):
        monkeypatch.setattr(f"accounts.actions.{place}.ends_all", lambda _: True)


class TestConnectedAgain:
    def test_by_the_same_person_keeps_id_name_and_history(self, acme: Acme) -> None:
        account = connected(acme, labels=["crm"])
        ending = acme.connect(account_id=account.pk)
        after = reread(account)
        assert (ending.outcome, ending.account.pk, after.labels) == ("success", account.pk, ["crm"])
        assert Event.objects.filter(subject_id=account.pk, type="account.connected").exists()

    def test_by_somebody_else_is_refused_with_both_names_and_changes_nothing(self, acme: Acme) -> None:
        account = connected(acme)
        before = secrets_of(account)
        ending = acme.connect(account_id=account.pk, person="support@example.com")
        assert (ending.outcome, ending.page) == ("failed", "other_identity")
        assert "sales@example.com" in ending.message
        assert "support@example.com" in ending.message
        assert query_of(ending.redirect_to)["error"] == "other_identity"
        after = reread(account)
        assert (after.status, after.identity_email) == (Status.ACTIVE, "sales@example.com")
        assert secrets_of(account) == before
        told = Event.objects.filter(subject_id=account.pk).order_by("-at").first()
        assert told is not None
        assert told.type == "account.failed"
        assert "support@example.com" in told.reason

    def test_by_somebody_else_whose_new_grant_is_given_back(self, acme: Acme) -> None:
        account = connected(acme)
        acme.connect(account_id=account.pk, person="support@example.com")
        assert [grant.person.email for grant in acme.provider.live_grants] == ["sales@example.com"]

    def test_by_somebody_else_is_fine_where_the_app_allows_it(self, acme: Acme) -> None:
        account = connected(acme)
        ending = acme.connect(account_id=account.pk, person="support@example.com", allows_other_identity=True)
        assert ending.outcome == "success"
        assert reread(account).identity_email == "support@example.com"

    @pytest.mark.usefixtures("one_grant_for_all")
    def test_by_somebody_who_has_an_account_of_their_own_ends_nothing_of_theirs(self, acme: Acme) -> None:
        mine = connected(acme)
        theirs = connected(acme, external_user=acme.user("customer_43"), person="support@example.com")
        acme.connect(account_id=mine.pk, person="support@example.com")
        assert acme.provider.is_token_live(secrets_of(theirs)["access_token"])


class TestConnectedTwice:
    def test_says_whose_duplicate_it_is_and_keeps_both(self, acme: Acme) -> None:
        first, second = connected(acme), connected(acme)
        assert reread(second).duplicate_of == first.pk
        assert reread(first).duplicate_of == ""
        assert {each.status for each in ConnectedAccount.live.all()} == {"ACTIVE"}

    def test_by_another_user_or_as_another_person_is_no_duplicate(self, acme: Acme) -> None:
        connected(acme)
        other_user = connected(acme, external_user=acme.user("customer_43"))
        other_person = connected(acme, person="support@example.com")
        assert (reread(other_user).duplicate_of, reread(other_person).duplicate_of) == ("", "")

    def test_is_none_any_more_when_the_first_is_gone(self, acme: Acme) -> None:
        first, second = connected(acme), connected(acme)
        revoke_account(first, STAFF)
        assert reread(second).duplicate_of == ""

    def test_is_refused_where_the_app_says_so(self, acme: Acme) -> None:
        first = connected(acme)
        ending = acme.connect(on_duplicate="refuse")
        assert (ending.outcome, ending.page, ending.error) == ("failed", "duplicate", "duplicate")
        assert reread(ending.account).status == Status.FAILED
        assert acme.provider.is_token_live(secrets_of(first)["access_token"])
        assert len(acme.provider.live_grants) == 1

    def test_takes_the_first_one_s_place_where_the_app_says_so(self, acme: Acme) -> None:
        first = connected(acme)
        old = secrets_of(first)["access_token"]
        second = connected(acme, on_duplicate="replace")
        assert list(ConnectedAccount.live.all()) == [second]
        assert reread(second).duplicate_of == ""
        tell_all()
        assert not acme.provider.is_token_live(old)
        assert acme.provider.is_token_live(secrets_of(second)["access_token"])

    @pytest.mark.usefixtures("one_grant_for_all")
    def test_takes_its_place_without_ending_the_one_grant_that_both_stand_on(self, acme: Acme) -> None:
        first = connected(acme)
        second = connected(acme, on_duplicate="replace")
        tell_all()
        assert acme.provider.is_token_live(secrets_of(second)["access_token"])
        assert Revocation.objects.get(account=first).outcome == RevocationOutcome.TAKEN_OVER
        assert not Credential.objects.filter(pk=first.pk).exists()


@pytest.mark.usefixtures("one_grant_for_all")
class TestOneGrantForSeveral:
    def test_is_said_before_one_is_revoked(self, acme: Acme) -> None:
        account = connected(acme)
        assert "other account" not in what_will_happen(account)
        connected(acme, external_user=acme.user("customer_43"))
        assert "One other account of the same person there stops working too" in what_will_happen(account)
        connected(acme)
        assert "2 other accounts" in what_will_happen(account)

    def test_marks_the_others_after_it(self, acme: Acme) -> None:
        account = connected(acme)
        sibling = connected(acme, external_user=acme.user("customer_43"))
        stranger = connected(acme, person="support@example.com")
        revoke_account(account, STAFF)
        assert reread(sibling).status == Status.ACTIVE
        tell_all()
        after = reread(sibling)
        assert (after.status, after.status_reason) == (Status.EXPIRED, "grant_revoked")
        assert "another account" in after.status_message
        assert reread(stranger).status == Status.ACTIVE

    def test_leaves_them_alone_while_the_service_has_not_been_told(self, acme: Acme) -> None:
        account = connected(acme)
        sibling = connected(acme, external_user=acme.user("customer_43"))
        acme.provider.fail("/revoke", "status", status=503, times=None)
        revoke_account(account, STAFF)
        tell_all()
        assert reread(sibling).status == Status.ACTIVE


def test_services_that_know_one_grant_for_all_are_named_in_the_catalogue() -> None:
    from authconfigs.catalogue.load import all_toolkits

    named = {
        slug
        for slug, toolkit in all_toolkits().items()
        if toolkit.oauth2 is not None and toolkit.oauth2.revoke is not None and toolkit.oauth2.revoke.ends_all
    }
    assert {"gmail", "google-drive", "google-calendar", "github", "slack", "discord"} <= named
    assert RevokeCall(url="https://x.example").ends_all is False


def test_scopes_that_are_added_later_are_told_apart_and_a_missing_one_is_seen(acme: Acme) -> None:
    account = connected(acme)
    acme.provider.grants[0].client.scopes = None
    link = acme.link(account_id=account.pk, scopes=["messages:read"])
    browser = Browser()
    acme.come_back(acme.provider.visit(acme.press(link, browser)), browser)
    after = reread(account)
    assert set(after.scopes_requested) >= {"openid", "profile", "email", "messages:read"}
    assert "messages:read" in (after.scopes_granted or [])
    run_out(account)
    assert after.scopes_missing == []

"""What support sees of a connection that is not well though it is active, and the button that asks the service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Credential, Status
from authconfigs.actions.client_health import mark_failing
from authconfigs.models import AuthConfig
from flowra.errors import ProviderFailed
from flowra.events.record import SYSTEM
from tests.accounts.acme import Acme, reread
from tests.accounts.desk import LIST, story_url
from tests.accounts.later import connected, run_out, secrets_of
from tests.factories import make_account
from tests.staff import make_operator, make_staff, signed_in, text_of


def check(client: Client, account: ConnectedAccount) -> Any:
    return client.post(f"{LIST}{account.pk}/check/", follow=True)


class TestTheStory:
    def test_of_an_app_that_the_service_refuses_blames_neither_person_nor_service(
        self, support: Client, account: ConnectedAccount
    ) -> None:
        mark_failing(account.auth_config, "bad_client_secret", SYSTEM)
        told = text_of(support.get(story_url(account)))
        assert "Slack refuses Acme itself, not this person: “bad_client_secret”" in told
        assert "Acme's developers': mend client ID and secret" in told
        assert "▲ App refused" in text_of(support.get(LIST))
        at_config = f"/admin/authconfigs/authconfig/{account.auth_config_id}/change/"
        told = text_of(support.get(at_config))
        assert "✕ Refused since just now" in told
        assert "store them here anew" in told
        refused = "/admin/authconfigs/authconfig/?state=refused"
        assert str(account.auth_config) in text_of(support.get(refused))
        AuthConfig.objects.update(failing_since=None)
        assert str(account.auth_config) not in text_of(support.get(refused))

    def test_of_a_service_with_trouble_says_that_it_is_the_service_s_turn(
        self, support: Client, acme: Acme
    ) -> None:
        account = connected(acme)
        run_out(account)
        acme.provider.fail("/token", "status", status=503)
        with pytest.raises(ProviderFailed):
            usable_credential(account.pk)
        told = text_of(support.get(story_url(account)))
        assert "has trouble renewing its access, 1 time so far" in told
        assert "Meanwhile it does not work." in told
        assert "Flowra tries again by itself, in" in told
        assert "▲ Not renewed since" in told

    def test_of_a_permission_that_ends_says_when_and_who_can_renew_it(
        self, support: Client, account: ConnectedAccount
    ) -> None:
        ends_at = timezone.now() + timedelta(days=6, minutes=5)
        Credential.objects.filter(pk=account.pk).update(grant_ends_at=ends_at, warned_at=timezone.now())
        told = text_of(support.get(story_url(account)))
        assert "What customer_42 agreed to ends in 6 days" in told
        assert "before then: connect Slack again in Acme." in told
        assert "Permission ends in 6 days" in told

    def test_names_who_else_uses_it_and_which_it_repeats(
        self, support: Client, account: ConnectedAccount
    ) -> None:
        twin = make_account(account.auth_config, duplicate_of=account.pk, shared_with="project")
        told = text_of(support.get(story_url(twin)))
        assert "Shared with everybody in Acme" in told
        assert f"The same as {account.pk}" in told


class TestTheCheck:
    def test_says_that_it_works(self, support: Client, acme: Acme) -> None:
        account = connected(acme)
        assert "Check it at" in text_of(support.get(story_url(account)))
        assert "It works:" in text_of(check(support, account))

    def test_renews_a_token_that_the_service_no_longer_takes(self, support: Client, acme: Acme) -> None:
        account = connected(acme)
        acme.provider.expire(secrets_of(account)["access_token"])
        assert "It works:" in text_of(check(support, account))
        assert reread(account).last_refreshed_at is not None

    def test_finds_out_that_the_permission_is_gone(self, support: Client, acme: Acme) -> None:
        account = connected(acme)
        acme.provider.end_grant(acme.provider.grants[0])
        told = text_of(check(support, account))
        assert "It works" not in told
        assert reread(account).status == Status.EXPIRED
        assert "Check it at" not in told

    def test_blames_nothing_on_the_person_when_the_service_is_away(self, support: Client, acme: Acme) -> None:
        account = connected(acme)
        acme.provider.fail("/userinfo", "status", status=503, times=None)
        assert "answered with status 503, so this could not be told" in text_of(check(support, account))
        assert reread(account).status == Status.ACTIVE

    def test_is_for_those_who_may_act_and_is_no_get(self, support: Client, account: ConnectedAccount) -> None:
        looking = signed_in(make_staff("accounts.view_connectedaccount"))
        assert "Check it at" not in text_of(looking.get(story_url(account)))
        assert check(looking, account).status_code == 403
        assert support.get(f"{LIST}{account.pk}/check/").status_code == 405
        assert support.post(f"{LIST}ca_nothing/check/").status_code == 404
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(make_operator())
        assert strict.post(f"{LIST}{account.pk}/check/").status_code == 403

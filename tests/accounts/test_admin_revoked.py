"""A revoked connection on support's page: what its service knows of it, whose turn that makes it, and what to tell them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.revoke_account import revoke_account
from accounts.models import ConnectedAccount, Revocation, RevocationOutcome
from authconfigs.catalogue.load import all_toolkits
from flowra.events.record import Actor
from tests.accounts.acme import Acme
from tests.accounts.aftermath import a_worker_tells
from tests.accounts.desk import SECRETS, story_url
from tests.accounts.later import connected
from tests.factories import make_account, make_auth_config, make_project
from tests.staff import text_of

WHERE = all_toolkits()["slack"].revoke_page


def revoked_and(account: ConnectedAccount, outcome: RevocationOutcome) -> None:
    revoke_account(account, Actor("staff", "1", "ann@example.com"), "They left the company")
    Revocation.objects.filter(account=account).update(outcome=outcome)


@pytest.mark.parametrize(
    ("outcome", "what", "turn", "to_say"),
    [
        (
            RevocationOutcome.PENDING,
            "Slack is being told.",
            "Flowra's: it tells the service by itself.",
            "is being told to forget the permission as well",
        ),
        (
            RevocationOutcome.DONE,
            "and Slack has forgotten it.",
            "Nobody's. customer_42 can connect Slack again",
            "Slack has forgotten the permission as well.",
        ),
        (
            RevocationOutcome.FAILING,
            "but Slack could not be told so far.",
            "Flowra's: it tries again by itself.",
            f"If you do not want to wait, remove Acme in your account at Slack. You can do that here: {WHERE}",
        ),
        (
            RevocationOutcome.GIVEN_UP,
            "but Slack could not be told: there Acme still has the permission.",
            "customer_42's: remove Acme at Slack.",
            f"Please remove Acme in your account at Slack. You can do that here: {WHERE}",
        ),
        (
            RevocationOutcome.UNSUPPORTED,
            "but Slack cannot be told: there Acme still has the permission.",
            "customer_42's: remove Acme at Slack.",
            "We could not tell Slack, so Acme may still be listed there. Please remove Acme",
        ),
        (
            RevocationOutcome.NOTHING,
            "Slack had nothing to take back.",
            "Nobody's. customer_42 can connect",
            "was removed from Acme, and Acme can no longer use it. If you want to use Slack with Acme again",
        ),
        (
            RevocationOutcome.TAKEN_OVER,
            "Another connection of the same Slack account has taken its place.",
            "Nobody's. customer_42 can connect",
            "A newer connection of the same Slack account has taken its place.",
        ),
    ],
)
def test_each_way_that_telling_the_service_went_is_another_turn_and_another_text(
    support: Client, account: ConnectedAccount, outcome: RevocationOutcome, what: str, turn: str, to_say: str
) -> None:
    revoked_and(account, outcome)
    told = text_of(support.get(story_url(account)))
    assert what in told and f"Whose turn: {turn}" in told
    assert to_say in told[told.index("Hello, Your Slack connection") :]


def test_a_key_is_to_be_deleted_where_it_was_made(support: Client) -> None:
    config = make_auth_config(make_project("Acme"), "sendgrid", auth_scheme="API_KEY")
    account = make_account(config, secrets={"api_key": "s3cret"})
    revoked_and(account, RevocationOutcome.UNSUPPORTED)
    told = text_of(support.get(story_url(account)))
    assert "goes on accepting the key." in told and "customer_42's: delete the key at" in told
    assert "Please delete that key in your account at" in told


def test_who_revoked_it_and_why_stands_on_top(support: Client, account: ConnectedAccount) -> None:
    revoked_and(account, RevocationOutcome.DONE)
    told = text_of(support.get(story_url(account)))
    assert told.index("Staff: ann@example.com · “They left the company”") < told.index("Whose turn:")


def test_the_text_holds_nothing_internal(support: Client) -> None:
    account = make_account(make_auth_config(make_project("Acme"), "slack"), secrets=SECRETS)
    revoked_and(account, RevocationOutcome.GIVEN_UP)
    Revocation.objects.update(detail="Slack answers 403: not_allowed_token_type")
    page = support.get(story_url(account)).content.decode()
    said = page[page.index('id="to-say"') :].split("</p>")[0]
    assert "403" not in said and "not_allowed" not in said and "ann@example.com" not in said


def test_a_service_that_is_down_is_told_later_and_the_page_follows(support: Client, acme: Acme) -> None:
    account = connected(acme)
    acme.provider.fail("/revoke", "status", status=503)
    revoke_account(account, Actor("staff", "1"), "They left")
    assert "is being told." in text_of(support.get(story_url(account)))
    a_worker_tells()
    told = text_of(support.get(story_url(account)))
    assert "could not be told so far." in told and "Flowra's: it tries again by itself." in told
    assert "may still be listed there. We go on trying by ourselves." in told
    Revocation.objects.update(due_at=timezone.now())
    a_worker_tells()
    told = text_of(support.get(story_url(account)))
    assert "has forgotten it." in told and "has forgotten the permission as well." in told

"""Taking a connection back: said before, done by a press, and told afterwards as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.actions.tell_provider import tell_provider
from accounts.models import ConnectedAccount, Revocation, RevocationOutcome
from flowra.due.row import claim
from flowra.models import Event
from tests.accounts.acme import Acme
from tests.accounts.portal.conftest import Portal, make_portal
from tests.factories import make_auth_config
from tests.staff import text_of


@pytest.mark.parametrize(
    ("slug", "scheme", "secrets", "words"),
    [
        ("slack", "OAUTH2", {"access_token": "x"}, "Slack is told to forget it."),
        ("openai", "API_KEY", {"api_key": "k"}, "OpenAI goes on accepting it until you delete it there"),
        ("notion", "OAUTH2", {"access_token": "x"}, "forget"),
        ("slack", "OAUTH2", None, "Nothing is stored that Slack would have to take back."),
    ],
)
def test_it_says_beforehand_what_will_happen(
    portal: Portal, slug: str, scheme: str, secrets: Any, words: str
) -> None:
    auth_config = make_auth_config(portal.project, slug, auth_scheme=scheme)
    account = portal.account(auth_config=auth_config, secrets=secrets, identity_email="sales@example.com")
    answer = portal.get(account.pk, "disconnect")
    text = text_of(answer)
    assert "sales@example.com" in text
    assert "What Acme does with it stops at once" in text
    assert words in text
    assert "It can't be undone." in text
    assert ConnectedAccount.live.filter(pk=account.pk).exists()


def test_a_service_that_cannot_be_told_is_named_before(portal: Portal) -> None:
    from authconfigs.catalogue.load import all_toolkits

    slug = next(
        slug
        for slug, each in all_toolkits().items()
        if each.oauth2 is not None and each.oauth2.revoke is None
    )
    text = text_of(portal.get(portal.account(slug).pk, "disconnect"))
    assert "can't be told to forget it" in text


@pytest.mark.both_databases
def test_the_press_ends_it_in_the_person_s_name(portal: Portal) -> None:
    account = portal.account()
    answer = portal.post(account.pk, "disconnect")
    assert (answer.status_code, answer["Location"]) == (303, f"{portal.home}/{account.pk}/disconnected")
    assert not ConnectedAccount.live.filter(pk=account.pk).exists()
    event = Event.objects.get(type="account.deleted")
    assert (event.actor_kind, event.actor_id) == ("end_user", portal.user.pk)
    assert event.reason == "The person disconnected it."
    page = text_of(portal.client.get(answer["Location"]))
    assert "Acme can no longer use it." in page
    assert "Flowra is telling Slack now." in page
    assert "Look again" in page
    assert portal.get(account.pk).status_code == 404


def test_twice_is_once(portal: Portal) -> None:
    account = portal.account()
    for _ in range(2):
        assert portal.post(account.pk, "disconnect")["Location"].endswith("/disconnected")
    assert portal.get(account.pk, "disconnect").status_code == 303
    assert Event.objects.filter(type="account.deleted").count() == 1


@pytest.mark.parametrize(
    ("outcome", "words", "is_over"),
    [
        (RevocationOutcome.DONE, "Slack has forgotten it", True),
        (RevocationOutcome.PENDING, "Flowra is telling Slack now", False),
        (RevocationOutcome.FAILING, "Flowra tries again by itself", False),
        (RevocationOutcome.UNSUPPORTED, "Slack offers no way to be told", True),
        (RevocationOutcome.GIVEN_UP, "could not be told for two days", True),
        (RevocationOutcome.TAKEN_OVER, "goes on", True),
        (RevocationOutcome.NOTHING, "Nothing was stored that Slack would have to take back.", True),
    ],
)
def test_how_it_went_is_told(portal: Portal, outcome: str, words: str, is_over: bool) -> None:
    account = portal.account()
    portal.post(account.pk, "disconnect")
    Revocation.objects.update(outcome=outcome)
    answer = portal.get(account.pk, "disconnected")
    assert words in text_of(answer)
    assert ("Look again" in text_of(answer)) is not is_over
    by_hand = outcome in ("UNSUPPORTED", "GIVEN_UP", "FAILING")
    assert ('href="https://slack.com/apps/manage"' in answer.content.decode()) is by_hand


def test_the_page_looks_again_by_itself_for_a_while_only(portal: Portal) -> None:
    account = portal.account()
    portal.post(account.pk, "disconnect")
    for look in ("1", "2", "5"):
        page = portal.get(account.pk, "disconnected", look=look).content.decode()
        assert f"look={int(look) + 1}" in page
        assert "data-look-again" in page
    for look in ("6", "7", "x", "-1", "9" * 50):
        page = portal.get(account.pk, "disconnected", look=look).content.decode()
        assert "data-look-again" not in page
        assert "Look again" in page


def test_the_service_hears_of_it(acme: Acme) -> None:
    account = acme.connect().account
    portal = make_portal(acme.project)
    portal.open()
    portal.post(account.pk, "disconnect")
    for row in claim(Revocation, limit=10, lease=timedelta(seconds=60)):
        tell_provider(row)
    text = text_of(portal.get(account.pk, "disconnected"))
    assert "Practice has forgotten it" in text
    assert "Back to your connections" in text


def test_what_stops_with_it_is_said_before(portal: Portal) -> None:
    auth_config = make_auth_config(portal.project, "slack")
    first, *others = (
        portal.account(auth_config=auth_config, identity_id="U1", identity_email="sales@example.com")
        for _ in range(3)
    )
    assert "2 other connections to this account stop with it" in text_of(portal.get(first.pk, "disconnect"))
    others[0].delete()
    assert "One other connection to this account stops with it" in text_of(portal.get(first.pk, "disconnect"))


def test_what_a_service_lets_live_on_is_said_after(portal: Portal) -> None:
    account = portal.account("hubspot")
    portal.post(account.pk, "disconnect")
    Revocation.objects.update(outcome=RevocationOutcome.DONE)
    assert "it may work there until it runs out" in text_of(portal.get(account.pk, "disconnected"))


def test_of_a_service_that_nobody_knows_any_more_it_says_so(portal: Portal) -> None:
    account = portal.account()
    ConnectedAccount.objects.filter(pk=account.pk).update(toolkit_slug="long-gone")
    assert portal.get().status_code == portal.get(account.pk).status_code == 200
    assert "It no longer knows long-gone" in text_of(portal.get(account.pk, "disconnect"))
    assert portal.post(account.pk, "disconnect").status_code == 303
    assert portal.get(account.pk, "disconnected").status_code == 200


def test_one_ends_and_the_others_stay(portal: Portal) -> None:
    first, second = portal.account(), portal.account()
    assert portal.post(first.pk, "disconnect").status_code == 303
    assert ConnectedAccount.live.filter(pk=second.pk).exists()

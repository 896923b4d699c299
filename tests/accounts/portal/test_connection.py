"""One connection's page: what it may do, who used it and on which day, its name, and connecting it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccountUse, LinkSession, Status, UseKind
from flowra.models import Event
from tests.accounts.acme import Acme
from tests.accounts.portal.conftest import Portal, make_portal
from tests.factories import make_auth_config, make_external_user
from tests.staff import text_of

TODAY = timezone.now().date


def test_it_says_what_the_app_may_do_in_plain_words(portal: Portal) -> None:
    account = portal.account(
        scopes_requested=["channels:read", "chat:write", "strange"],
        scopes_granted=["chat:write", "strange"],
        identity_email="sales@example.com",
        identity_workspace="Acme HQ",
    )
    text = text_of(portal.get(account.pk))
    assert "What Acme may do with it" in text
    assert "send messages" in text
    assert "Asked for, and not granted:" in text
    assert "And one thing more, known by Slack’s own name only." in text
    assert "strange" in text
    assert "Works" in text and "sales@example.com" in text and "Acme HQ" in text


def test_of_a_key_it_says_so(portal: Portal) -> None:
    keys = make_auth_config(portal.project, "openai", auth_scheme="API_KEY")
    account = portal.account(auth_config=keys, secrets={"api_key": "sk-secret-000000"})
    answer = portal.get(account.pk)
    assert "Whatever the key opens at OpenAI." in text_of(answer)
    assert "sk-secret" not in answer.content.decode()


@pytest.mark.both_databases
def test_who_used_it_is_told_by_day(portal: Portal) -> None:
    account = portal.account()
    other = make_external_user(portal.project, "customer_43")
    today = TODAY()
    for days, kind, by, acting, count in (
        (0, UseKind.TOOL, "SLACK_SEND_MESSAGE", "", 12),
        (0, UseKind.PROXY, "production", "", 1),
        (1, UseKind.CREDENTIALS, "production", other.pk, 3),
        (29, UseKind.EXPORT, "movers", "", 1),
        (30, UseKind.PROXY, "long ago", "", 7),
    ):
        AccountUse.objects.create(
            account=account,
            day=today - timedelta(days=days),
            kind=kind,
            by=by,
            acting_user=acting,
            count=count,
        )
    text = text_of(portal.get(account.pk))
    assert "Today, " in text
    assert "The tool “Send a message”, 12 times Acme’s server called Slack, once · key production" in text
    assert "Yesterday, " in text
    assert "Acme’s server took the access itself, 3 times · key production · for customer_43" in text
    assert "Acme took a copy of all that is stored, once · key movers" in text
    assert "long ago" not in text
    assert text.index("12 times") < text.index("3 times") < text.index("movers")
    account.last_used_at = timezone.now()
    account.save()
    assert "by the tool “Send a message” and Acme’s server" in text_of(portal.get())


def test_where_nobody_used_it_that_is_said(portal: Portal) -> None:
    assert "Nobody in the last 30 days." in text_of(portal.get(portal.account().pk))


def test_a_new_name_is_stored_and_on_the_trail_as_theirs(portal: Portal) -> None:
    account = portal.account(identity_email="sales@example.com")
    answer = portal.post(account.pk, "rename", displayName="  Sales inbox ")
    assert answer.status_code == 303
    page = portal.client.get(answer["Location"])
    assert "The new name is stored." in text_of(page)
    account.refresh_from_db()
    assert account.display_name == "Sales inbox"
    event = Event.objects.get(type="account.updated")
    assert (event.actor_kind, event.actor_id, event.actor_name) == (
        "end_user",
        portal.user.pk,
        "customer_42",
    )
    portal.post(account.pk, "rename", displayName="")
    account.refresh_from_db()
    assert account.display_name is None


def test_too_long_a_name_is_refused_beside_the_field(portal: Portal) -> None:
    account = portal.account(display_name="Before")
    answer = portal.post(account.pk, "rename", displayName="x" * 201)
    assert answer.status_code == 400
    assert "200 characters at most" in text_of(answer)
    assert 'aria-invalid="true"' in answer.content.decode()
    assert portal.post(account.pk, "rename", displayName="a\x00").status_code == 400
    account.refresh_from_db()
    assert account.display_name == "Before"


@pytest.mark.parametrize("deed", ["rename", "reconnect", "disconnect"])
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_a_press_from_elsewhere_does_nothing(portal: Portal, deed: str, headers: dict[str, str]) -> None:
    account = portal.account(display_name="Before")
    answer = portal.client.post(
        f"{portal.home}/{account.pk}/{deed}", {"displayName": "After"}, headers=headers
    )
    assert answer.status_code == 400
    account.refresh_from_db()
    assert (account.display_name, account.deleted_at) == ("Before", None)
    assert not LinkSession.objects.exists()


def opened(acme: Acme) -> Portal:
    portal = make_portal(acme.project)
    assert portal.open().status_code == 303
    return portal


def walk_through(portal: Portal, acme: Acme, account_id: str, person: str = "sales@example.com") -> Any:
    """Presses Connect again and what follows; the answer at the end."""
    pressed = portal.post(account_id, "reconnect")
    assert pressed.status_code == 303, text_of(pressed)
    link = urlsplit(pressed["Location"]).path
    assert link.startswith("/connect/")
    sent = portal.client.post(link)
    back = urlsplit(acme.provider.visit(sent["Location"], person))
    return portal.client.get(f"{back.path}?{back.query}")


@pytest.mark.both_databases
def test_connecting_again_leads_there_and_back(acme: Acme) -> None:
    account = acme.connect().account
    type(account).objects.filter(pk=account.pk).update(status=Status.EXPIRED)
    portal = opened(acme)
    end = walk_through(portal, acme, account.pk)
    assert end.status_code == 303
    back = urlsplit(end["Location"])
    assert back.path == f"{portal.home}/{account.pk}"
    assert "It is connected, and works." in text_of(portal.client.get(f"{back.path}?{back.query}"))
    account.refresh_from_db()
    assert account.status == Status.ACTIVE
    made = Event.objects.filter(type="link.created").latest("at")
    assert (made.actor_kind, made.actor_name) == ("end_user", "customer_42")


def test_who_chose_not_to_is_told_that_nothing_was_changed(acme: Acme) -> None:
    account = acme.connect().account
    portal = opened(acme)
    link = urlsplit(portal.post(account.pk, "reconnect")["Location"]).path
    end = portal.client.post(f"{link}/not-now")
    back = urlsplit(end["Location"])
    assert "You chose not to connect. Nothing was changed." in text_of(
        portal.client.get(f"{back.path}?{back.query}")
    )
    assert (
        "connected, and works" not in text_of(portal.client.get(f"{back.path}?status=success"))
        or account.status == Status.ACTIVE
    )


def test_somebody_else_s_sign_in_changes_nothing(acme: Acme) -> None:
    account = acme.connect().account
    portal = opened(acme)
    end = walk_through(portal, acme, account.pk, "support@example.com")
    back = urlsplit(end["Location"])
    assert "It was not connected again." in text_of(portal.client.get(f"{back.path}?{back.query}"))
    account.refresh_from_db()
    assert account.identity_email == "sales@example.com"


def test_where_the_app_confirms_it_begins_in_the_app(acme: Acme) -> None:
    acme.project.require_confirmation = True
    acme.project.save()
    account = acme.connect().account
    type(account).objects.filter(pk=account.pk).update(status=Status.EXPIRED)
    portal = opened(acme)
    text = text_of(portal.get(account.pk))
    assert "Connecting it again begins in Acme." in text
    assert "Connect again" not in text
    assert portal.post(account.pk, "reconnect").status_code == 409
    assert not LinkSession.objects.filter(is_reconnect=True).exists()


def test_what_the_app_switched_off_cannot_be_connected_again(portal: Portal) -> None:
    account = portal.account(status=Status.INACTIVE, is_disabled=True)
    text = text_of(portal.get(account.pk))
    assert "Connect again" not in text
    assert "Switched off by Acme" in text
    answer = portal.post(account.pk, "reconnect")
    assert answer.status_code == 409
    assert "Acme has switched it off" in text_of(answer)


def test_with_whom_it_is_shared_is_told(portal: Portal) -> None:
    from accounts.actions.update_account import update_account
    from flowra.events.record import SYSTEM

    account = portal.account()
    update_account(account, SYSTEM, shared_with=["customer_43"])
    assert "Others in Acme may use it, too: customer_43." in text_of(portal.get(account.pk))
    update_account(account, SYSTEM, shared_with="project")
    assert "Everybody in Acme may use it, too." in text_of(portal.get(account.pk))


def test_without_the_browser_no_deed_goes(portal: Portal) -> None:
    account = portal.account()
    for deed in ("rename", "reconnect", "disconnect"):
        assert Client().post(f"{portal.home}/{account.pk}/{deed}").status_code == 410

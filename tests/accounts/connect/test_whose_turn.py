"""An end that is no success says what is true of this link, whose turn it is, and where the way back is."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.search_accounts import search_accounts
from accounts.models import ConnectedAccount, LinkSession
from tests.accounts.acme import Acme
from tests.accounts.connect.test_ends import path_of, press, run_out, text_of
from tests.factories import make_auth_config


def button_of(answer: object) -> str:
    """Where the way back leads; empty where there is none."""
    found = re.search(r'class="button" href="(.*?)"', answer.content.decode())  # type: ignore[attr-defined]
    return unescape(found[1]) if found else ""


def test_a_link_without_a_callback_url_that_ran_out_still_leads_back(acme: Acme, client: Client) -> None:
    link = acme.link(callback_url="")
    run_out(link)
    assert button_of(client.get(f"/connect/{link.token}")) == "https://acme.example/"


def test_a_mobile_app_hears_that_its_link_ran_out(acme: Acme, client: Client) -> None:
    acme.project.custom_schemes = ["com.acme.app"]
    acme.project.save()
    link = acme.link(callback_url="com.acme.app://back")
    run_out(link)
    back = button_of(client.get(f"/connect/{link.token}"))
    assert back.startswith("com.acme.app://back?")
    assert dict(parse_qsl(urlsplit(back).query))["error"] == "link_expired"
    acme.project.custom_schemes = []
    acme.project.save()
    assert "com.acme.app" not in text_of(client.get(f"/connect/{link.token}"))


def test_a_link_that_was_refused_does_not_say_that_all_may_be_well(acme: Acme, client: Client) -> None:
    link = acme.link(callback_url="")
    client.post(f"/connect/{link.token}/not-now")
    text = text_of(client.get(f"/connect/{link.token}"))
    assert "this one ended without a connection. Nothing was shared." in text
    assert "all is well" not in text


def test_the_link_of_a_removed_account_does_not_either(acme: Acme, client: Client) -> None:
    link = acme.link(callback_url="")
    ConnectedAccount.objects.update(deleted_at=timezone.now())
    text = text_of(client.get(f"/connect/{link.token}"))
    assert "ended without a connection" in text


def test_who_refuses_to_be_asked_again_is_told_that_the_first_yes_stands(acme: Acme, client: Client) -> None:
    account = acme.connect().account
    again = acme.link(account_id=account.pk, callback_url="")
    stands = "What you had allowed before stays as it was."
    assert stands in text_of(client.post(f"/connect/{again.token}/not-now"))
    first = acme.link(callback_url="")
    assert stands not in text_of(client.post(f"/connect/{first.token}/not-now"))


@pytest.mark.parametrize(
    ("error", "title"),
    [
        ("unauthorized_client", "Practice refuses Acme"),
        ("invalid_scope", "Practice refuses Acme"),
        ("temporarily_unavailable", "Practice has trouble"),
        ("login_required", "Practice could not connect you"),
    ],
)
def test_the_answer_tells_the_apps_turn_from_a_passing_trouble(
    acme: Acme, client: Client, error: str, title: str
) -> None:
    state = dict(parse_qsl(urlsplit(press(client, acme.link(callback_url=""))).query))["state"]
    text = text_of(client.get(f"/connect/callback/{acme.auth_config.pk}?state={state}&error={error}"))
    assert f"<h1>{title}</h1>" in text
    assert error in text  # the service's own words, for whoever is told of it
    assert ("Only Acme can mend this" in text) == ("refuses" in title)
    assert ("Wait a minute" in text) == ("trouble" in title)


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        ("invalid_client", 401, "Practice refuses Acme"),
        ("invalid_grant", 400, "Practice could not connect you"),
        ("server_error", 503, "Practice has trouble"),
    ],
)
def test_so_does_the_answer_to_the_code(
    acme: Acme, client: Client, error: str, status: int, title: str
) -> None:
    back = path_of(acme.provider.visit(press(client, acme.link(callback_url=""))))
    acme.provider.fail("/token", "error", error=error, status=status, times=None)
    assert f"<h1>{title}</h1>" in text_of(client.get(back))


def test_what_was_not_chosen_is_not_named(acme: Acme, client: Client) -> None:
    choices = [make_auth_config(acme.project, slug) for slug in ("slack", "github")]
    link = acme.link(auth_config_id=None, auth_config_choices=[each.pk for each in choices], callback_url="")
    for each in choices:
        each.is_disabled = True
        each.save()
    switched_off = text_of(client.get(f"/connect/{link.token}"))
    assert "Acme connects none of these services at the moment." in switched_off
    refused = text_of(client.post(f"/connect/{link.token}/not-now"))
    used = text_of(client.get(f"/connect/{link.token}"))
    run_out(link)
    LinkSession.objects.update(state="OPEN", end="")
    for text in (switched_off, refused, used, text_of(client.get(f"/connect/{link.token}"))):
        assert "Slack" not in text
        assert "slack.svg" not in text


def test_done_says_how_to_take_it_back(acme: Acme, client: Client) -> None:
    link = acme.link(callback_url="")
    text = text_of(client.get(path_of(acme.provider.visit(press(client, link)))))
    assert "You can take this back at any time: ask <bdi>Acme</bdi>." in text


def test_a_page_without_an_account_says_that_its_reference_is_for_the_logs(client: Client, db: None) -> None:
    text = text_of(client.get("/connect/nothing"))
    assert re.search(r"say <bdi>[0-9a-f]{32}</bdi>: it finds what happened in the logs\.", text)


def test_a_reference_is_found_as_it_was_heard_or_copied(acme: Acme) -> None:
    account = acme.link().account
    account.pk = f"ca_01m8r00000000000zz{'10ab10cd'}"
    account.save(force_insert=True)
    for heard in ("10ab10cd", "IOab1ocd", "loABloCD", "10ab10cd."):
        assert [each.pk for each in search_accounts(ConnectedAccount.objects.all(), heard)] == [account.pk]


def test_an_answer_to_an_attempt_that_was_begun_again_names_the_app_and_leads_back(
    acme: Acme, client: Client
) -> None:
    link = acme.link(callback_url="")
    first = path_of(acme.provider.visit(press(client, link)))
    press(client, link)
    answer = client.get(first)
    assert answer.status_code == 400
    assert "It may have been begun again since." in text_of(answer)
    assert "Go back to Acme and press Connect again." in text_of(answer)
    assert button_of(answer) == "https://acme.example/"
    assert "Acme" not in text_of(client.get("/connect/callback/ac_%00?state=x&code=y"))


def test_a_browser_that_keeps_no_cookies_is_told_what_to_allow(acme: Acme, client: Client) -> None:
    hint = "Then it keeps no cookies here: allow them for this site first."
    back = path_of(acme.provider.visit(press(client, acme.link(callback_url=""))))
    client.cookies.clear()
    assert hint in text_of(client.get(back))
    other = Client()
    other.get(f"/connect/{acme.link().token}")
    back = path_of(acme.provider.visit(press(client, acme.link(callback_url=""))))
    answer = text_of(other.get(back))
    assert "another browser" in answer and hint not in answer


def test_a_link_that_waits_for_the_app_says_so_to_whoever_comes_again(acme: Acme, client: Client) -> None:
    link = acme.link(require_confirmation=True)
    back = path_of(acme.provider.visit(press(client, link)))
    client.get(back)
    for path in (back, f"/connect/{link.token}"):
        assert "<h1>Waiting for Acme</h1>" in text_of(client.get(path))

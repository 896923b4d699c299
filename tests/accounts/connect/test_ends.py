"""Every end of a visit: what happened, whose turn it is, what to press, and what the app is told."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.search_accounts import search_accounts
from accounts.actions.start_link import StartedLink
from accounts.connect.ending_words import time_in_words
from accounts.models import ConnectedAccount, LinkSession, LinkState, Status
from tests.accounts.acme import Acme, make_acme, reread


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def press(client: Client, link: StartedLink) -> str:
    """The button; answers where the browser is sent."""
    answer = client.post(f"/connect/{link.token}")
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def text_of(answer: object) -> str:
    return unescape(answer.content.decode())  # type: ignore[attr-defined]


def run_out(link: StartedLink) -> None:
    """Lets the link's ten minutes be over."""
    now = timezone.now()
    LinkSession.objects.filter(account=link.account).update(
        created_at=now - timedelta(seconds=601), expires_at=now - timedelta(seconds=1)
    )


def test_done_says_as_whom_and_what_to_do_if_that_is_the_wrong_one(acme: Acme, client: Client) -> None:
    link = acme.link(callback_url="")
    answer = client.get(path_of(acme.provider.visit(press(client, link))))
    assert answer.status_code == 200
    text = text_of(answer)
    assert "Connected as <strong><bdi>sales@example.com</bdi></strong>" in text
    assert "wrong account" in text
    assert 'href="https://acme.example/"' in text
    assert reread(link.account).status == Status.ACTIVE


def test_somebody_else_than_before_is_told_whose_it_is_and_who_signed_in(acme: Acme, client: Client) -> None:
    account = acme.connect().account
    link = acme.link(account_id=account.pk, callback_url="")
    answer = client.get(path_of(acme.provider.visit(press(client, link), "support@example.com")))
    text = text_of(answer)
    assert "<h1>This is another account</h1>" in text
    assert "sales@example.com's, but support@example.com signed in. Nothing was changed." in text
    assert "Sign in to the right account at Practice first." in text


def test_who_is_connected_already_is_told_so_where_the_app_wants_no_second(
    acme: Acme, client: Client
) -> None:
    acme.connect()
    link = acme.link(callback_url="", on_duplicate="refuse")
    text = text_of(client.get(path_of(acme.provider.visit(press(client, link)))))
    assert "<h1>This account is connected already</h1>" in text
    assert "goes on using that connection" in text


def test_reloading_the_done_page_says_that_all_is_well(acme: Acme, client: Client) -> None:
    back = path_of(acme.provider.visit(press(client, acme.link(callback_url=""))))
    client.get(back)
    again = client.get(back)
    assert again.status_code == 410
    assert "If you have just connected Practice, all is well" in text_of(again)


def test_not_now_without_a_callback_url_says_that_nothing_was_shared(acme: Acme, client: Client) -> None:
    answer = client.post(f"/connect/{acme.link(callback_url='').token}/not-now")
    assert answer.status_code == 200
    assert "<h1>Nothing was shared</h1>" in text_of(answer)


def test_a_link_that_ran_out_says_how_long_it_worked_and_tells_the_app(acme: Acme, client: Client) -> None:
    link = acme.link()
    run_out(link)
    answer = client.get(f"/connect/{link.token}")
    assert answer.status_code == 410
    text = text_of(answer)
    assert "It worked for ten minutes" in text
    back = dict(parse_qsl(urlsplit(text.split('class="button" href="')[1].split('"')[0]).query))
    assert (back["status"], back["error"], back["next"]) == ("failed", "link_expired", "/home")


def test_a_press_or_an_answer_after_it_ran_out_says_so(acme: Acme, client: Client) -> None:
    link = acme.link()
    back = path_of(acme.provider.visit(press(client, link)))
    run_out(link)
    for answer in (client.get(back), client.post(f"/connect/{link.token}")):
        assert answer.status_code == 410
        assert "This link has run out" in text_of(answer)
    assert acme.provider.grants == []


def test_a_used_link_says_so_to_whoever_comes_again(acme: Acme, client: Client) -> None:
    link = acme.link()
    client.get(path_of(acme.provider.visit(press(client, link))))
    for answer in (client.get(f"/connect/{link.token}"), Client().post(f"/connect/{link.token}")):
        assert answer.status_code == 410
        assert "This link has been used" in text_of(answer)
        assert "sales@example.com" not in text_of(answer)


def test_the_service_s_words_are_shown_as_its_own_and_as_text(acme: Acme, client: Client) -> None:
    link = acme.link(callback_url="")
    acme.provider.fail(
        "/authorize", "error", error="server_error", words="<b>Try</b> tomorrow", method="POST"
    )
    answer = client.get(path_of(acme.provider.visit(press(client, link))))
    html = answer.content.decode()
    assert "&lt;b&gt;Try&lt;/b&gt; tomorrow" in html
    assert "<b>Try" not in html
    assert "own words, not ours" in html
    assert f"<bdi>{link.account.pk[-8:]}</bdi>" in html


def test_a_service_that_is_down_is_told_from_one_that_refuses(acme: Acme, client: Client) -> None:
    back = path_of(acme.provider.visit(press(client, acme.link(callback_url=""))))
    acme.provider.fail("/token", "reset", times=None)
    assert "Practice does not answer" in text_of(client.get(back))


def test_an_answer_at_another_service_s_address_is_thrown_away(acme: Acme, client: Client) -> None:
    other = make_acme(acme.provider)
    link = acme.link(callback_url="")
    query = urlsplit(acme.provider.visit(press(client, link))).query
    answer = client.get(f"/connect/callback/{other.auth_config.pk}?{query}")
    assert answer.status_code == 400
    assert "This answer does not fit" in text_of(answer)
    assert acme.provider.grants == []


def test_an_answer_in_another_browser_is_thrown_away_and_the_app_hears_nothing(
    acme: Acme, client: Client
) -> None:
    back = path_of(acme.provider.visit(press(client, acme.link())))
    answer = Client().get(back)
    assert answer.status_code == 410
    assert "another browser" in text_of(answer)
    assert "connectionId" not in text_of(answer)
    assert acme.provider.grants == []


def test_a_connection_to_be_confirmed_goes_back_with_its_token(acme: Acme, client: Client) -> None:
    link = acme.link(require_confirmation=True)
    answer = client.get(path_of(acme.provider.visit(press(client, link))))
    told = dict(parse_qsl(urlsplit(answer["Location"]).query))
    assert told["status"] == "confirm"
    assert len(told["confirmationToken"]) >= 22
    assert acme.provider.grants == []


def test_a_service_that_was_switched_off_meanwhile_says_so(acme: Acme, client: Client) -> None:
    back = path_of(acme.provider.visit(press(client, acme.link(callback_url=""))))
    acme.auth_config.is_disabled = True
    acme.auth_config.save()
    answer = client.get(back)
    assert answer.status_code == 409
    assert "Connecting is switched off" in text_of(answer)


def test_the_way_back_is_gone_once_the_project_no_longer_allows_it(acme: Acme, client: Client) -> None:
    link = acme.link()
    run_out(link)
    acme.project.callback_origins = ["https://other.example"]
    acme.project.save()
    assert "acme.example" not in text_of(client.get(f"/connect/{link.token}"))


def test_one_of_several_origins_is_not_guessed(acme: Acme, client: Client) -> None:
    link = acme.link(callback_url="")
    acme.project.callback_origins = ["https://acme.example", "https://staging.example"]
    acme.project.save()
    assert 'class="button"' not in text_of(client.post(f"/connect/{link.token}/not-now"))


def test_a_name_from_right_to_left_turns_nothing_around_it(acme: Acme, client: Client) -> None:
    acme.project.name = "\u0623\u0643\u0645\u064a"
    acme.project.save()
    text = text_of(client.post(f"/connect/{acme.link(callback_url='').token}/not-now"))
    assert "Go back to \u2068\u0623\u0643\u0645\u064a\u2069 and press Connect again." in text


@pytest.mark.parametrize("query", ["error=x&error_description=a%00b", "code=%00", "code=x&iss=%00"])
def test_what_no_database_can_hold_is_left_out(acme: Acme, client: Client, query: str) -> None:
    url = press(client, acme.link(callback_url=""))
    state = dict(parse_qsl(urlsplit(url).query))["state"]
    answer = client.get(f"/connect/callback/{acme.auth_config.pk}?state={state}&{query}")
    assert answer.status_code < 500
    assert "\0" not in answer.content.decode()


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_told_which_there_are(acme: Acme, client: Client, method: str) -> None:
    link = acme.link()
    for path in (f"/connect/{link.token}", f"/connect/{link.token}/not-now", "/connect/callback/ac_x"):
        answer = getattr(client, method)(path)
        assert answer.status_code == 405
        assert answer["Allow"]
    assert LinkSession.objects.get().state == LinkState.OPEN


def test_a_head_request_at_the_callback_ends_nothing(acme: Acme, client: Client) -> None:
    back = path_of(acme.provider.visit(press(client, acme.link())))
    assert client.head(back).status_code == 405
    assert client.get(back).status_code == 303


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (600, "ten minutes"),
        (60, "one minute"),
        (3600, "one hour"),
        (86_400, "one day"),
        (90, "90 seconds"),
        (1, "one second"),
        (-5, "one second"),
        (5400, "90 minutes"),
        (7261, "2 hours"),
        (13 * 3600, "13 hours"),
    ],
)
def test_times_are_as_people_say_them(seconds: int, words: str) -> None:
    assert time_in_words(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize("ending", ["not now", "run out", "used"])
def test_support_finds_the_account_by_what_the_page_says(acme: Acme, client: Client, ending: str) -> None:
    link = acme.link(callback_url="")
    if ending == "run out":
        run_out(link)
        answer = client.get(f"/connect/{link.token}")
    else:
        answer = client.post(f"/connect/{link.token}/not-now")
    if ending == "used":
        answer = client.get(f"/connect/{link.token}")
    reference = re.findall(r"say <bdi>(.*?)</bdi>", text_of(answer))
    assert reference == [link.account.pk[-8:]]
    found = search_accounts(ConnectedAccount.objects.all(), reference[0].upper())
    assert [each.pk for each in found] == [link.account.pk]

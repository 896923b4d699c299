"""From a link to an ACTIVE account, at a real authorization server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.continue_link import continue_link
from accounts.actions.find_link import find_link
from accounts.actions.refuse_link import refuse_link
from accounts.models import ConnectedAccount, Credential, LinkSession, LinkState, Status
from flowra.errors import Conflict, Gone, InvalidInput, NotFound
from flowra.models import Event
from tests.accounts.acme import Acme, Browser, make_acme, query_of, reread
from tests.provider import PracticeProvider


def trail(account: ConnectedAccount) -> list[str]:
    return [event.type for event in Event.objects.filter(subject_id=account.pk).order_by("at", "id")]


def test_a_link_makes_an_account_that_waits_for_its_user(acme: Acme) -> None:
    link = acme.link(labels=["sales"])
    account = reread(link.account)
    assert account.status == Status.INITIALIZING
    assert account.external_user.name == "customer_42"
    assert account.labels == ["sales"]
    assert link.url.endswith(f"/connect/{link.token}")
    assert timedelta(minutes=9) < link.expires_at - timezone.now() <= timedelta(minutes=10)


def test_the_link_token_is_long_and_stored_as_a_hash_only(acme: Acme) -> None:
    link = acme.link()
    assert len(link.token) >= 22
    stored = " ".join(str(value) for row in LinkSession.objects.values() for value in row.values())
    assert link.token not in stored
    assert link.token not in repr(link)


def test_agreeing_connects_the_account_with_its_identity_scopes_and_secrets(acme: Acme) -> None:
    ending = acme.connect()
    account = reread(ending.account)
    assert ending.outcome == "success"
    assert account.status == Status.ACTIVE
    assert account.identity_email == "sales@example.com"
    assert account.label == "sales@example.com"
    assert account.scopes_granted is not None
    assert set(account.scopes_granted) == {"openid", "profile", "email"}
    assert account.scopes_missing == []
    assert account.expires_at is not None
    assert account.expires_at > timezone.now()
    assert account.secret_names == ["access_token", "id_token", "refresh_token"]
    assert acme.provider.is_token_live(Credential.objects.get(pk=account.pk).secrets["access_token"])
    assert trail(account) == ["link.created", "link.opened", "account.connected"]


def test_the_browser_goes_back_to_the_app_with_its_own_parameters_kept(acme: Acme) -> None:
    ending = acme.connect()
    assert ending.redirect_to is not None
    assert ending.redirect_to.startswith("https://acme.example/back?")
    assert query_of(ending.redirect_to) == {
        "next": "/home",
        "connectionId": ending.account.pk,
        "connectedAccountId": ending.account.pk,
        "status": "success",
    }


def test_without_a_callback_url_the_visit_ends_on_our_own_page(acme: Acme) -> None:
    ending = acme.connect(callback_url="")
    assert (ending.page, ending.redirect_to) == ("done", None)


def test_pressing_the_button_marks_the_account_opened_and_asks_with_pkce_state_and_nonce(acme: Acme) -> None:
    link = acme.link()
    url = acme.press(link, Browser())
    asked = query_of(url)
    assert reread(link.account).status == Status.INITIATED
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == acme.auth_config.redirect_uri
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 22
    assert len(asked["nonce"]) >= 22
    stored = " ".join(str(value) for row in LinkSession.objects.values() for value in row.values())
    assert asked["state"] not in stored


def test_reading_a_link_any_number_of_times_burns_nothing(acme: Acme) -> None:
    link = acme.link()
    for _ in range(5):
        assert find_link(link.token).state == LinkState.OPEN
    assert reread(link.account).status == Status.INITIALIZING


def test_pressing_twice_in_one_browser_starts_over_and_only_the_latest_answer_counts(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    first = acme.press(link, browser)
    second = acme.press(link, browser)
    with pytest.raises(InvalidInput):
        acme.come_back(acme.provider.visit(first), browser)
    assert acme.come_back(acme.provider.visit(second), browser).outcome == "success"


def test_another_browser_cannot_press_what_the_first_has(acme: Acme) -> None:
    link = acme.link()
    acme.press(link, Browser())
    with pytest.raises(Gone) as refusal:
        acme.press(link, Browser())
    assert refusal.value.problem_code == "wrong_browser"


def test_a_finished_link_is_used_up(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    acme.come_back(acme.provider.visit(acme.press(link, browser)), browser)
    with pytest.raises(Gone) as refusal:
        find_link(link.token)
    assert refusal.value.problem_code == "link_used"


def test_a_callback_counts_once(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    callback = acme.provider.visit(acme.press(link, browser))
    assert acme.come_back(callback, browser).outcome == "success"
    with pytest.raises(Gone):
        acme.come_back(callback, browser)
    assert len(acme.provider.live_grants) == 1


def test_a_link_that_ran_out_neither_opens_nor_presses_nor_comes_back(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    session = find_link(link.token)
    callback = acme.provider.visit(acme.press(link, browser))
    LinkSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for attempt in (
        lambda: find_link(link.token),
        lambda: continue_link(session, browser.cookie, {}),
        lambda: acme.come_back(callback, browser),
    ):
        with pytest.raises(Gone) as refusal:
            attempt()
        assert refusal.value.problem_code == "link_expired"
    assert acme.provider.live_grants == []


def test_an_unknown_link_is_not_found(acme: Acme) -> None:
    with pytest.raises(NotFound):
        find_link("never-made")


def test_saying_no_at_the_service_is_told_to_the_app(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    ending = acme.come_back(acme.provider.visit(acme.press(link, browser), allow=False), browser)
    account = reread(link.account)
    assert (ending.outcome, ending.page, ending.error) == ("failed", "refused", "access_denied")
    assert query_of(ending.redirect_to)["status"] == "failed"
    assert query_of(ending.redirect_to)["error"] == "access_denied"
    assert (account.status, account.status_reason) == (Status.FAILED, "access_denied")
    assert trail(account)[-1] == "account.failed"


def test_saying_not_now_on_our_page_asks_nothing_of_the_service(acme: Acme) -> None:
    link = acme.link()
    ending = refuse_link(find_link(link.token), Browser().cookie)
    assert (ending.page, ending.error) == ("refused", "access_denied")
    assert reread(link.account).status == Status.FAILED
    assert len(list(acme.provider.calls)) == 0


def test_another_browser_cannot_refuse_what_the_first_has(acme: Acme) -> None:
    link = acme.link()
    acme.press(link, Browser())
    with pytest.raises(Gone) as refusal:
        refuse_link(find_link(link.token), Browser().cookie)
    assert refusal.value.problem_code == "wrong_browser"
    assert reread(link.account).status == Status.INITIATED


def test_the_service_s_error_is_told_with_its_words(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    acme.provider.fail(
        "/authorize", "error", error="server_error", words="<b>Try tomorrow</b>", method="POST"
    )
    ending = acme.come_back(acme.provider.visit(acme.press(link, browser)), browser)
    assert (ending.page, ending.error, ending.provider_words) == (
        "provider_trouble",
        "provider_error",
        "<b>Try tomorrow</b>",
    )
    assert reread(link.account).status_reason == "provider_error"


@pytest.mark.parametrize("kind", ["reset", "half"])
def test_a_service_that_is_down_ends_the_attempt_and_says_so(acme: Acme, kind: str) -> None:
    link, browser = acme.link(), Browser()
    callback = acme.provider.visit(acme.press(link, browser))
    acme.provider.fail("/token", kind, times=None)
    ending = acme.come_back(callback, browser)
    assert ending.outcome == "failed"
    assert ending.page == "provider_down"
    assert reread(link.account).status == Status.FAILED


def test_a_token_answer_that_is_nonsense_ends_the_attempt(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    callback = acme.provider.visit(acme.press(link, browser))
    acme.provider.fail("/token", "garbage")
    assert acme.come_back(callback, browser).page == "provider_error"


def test_a_connection_works_without_its_identity(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    callback = acme.provider.visit(acme.press(link, browser))
    acme.provider.fail("/userinfo", "status", status=503, times=None)
    ending = acme.come_back(callback, browser)
    assert ending.outcome == "success"
    assert reread(link.account).status == Status.ACTIVE


def test_scopes_of_a_link_are_asked_for_in_place_of_the_auth_config_s(acme: Acme) -> None:
    url = acme.press(acme.link(scopes=["messages:read"]), Browser())
    assert query_of(url)["scope"] == "messages:read"


@pytest.mark.parametrize("scope", ["a b", "a,b", 'a"b', "a\\b", "ä", "", "x" * 301])
def test_a_scope_that_is_more_than_one_is_refused(acme: Acme, scope: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        acme.link(scopes=[scope])
    assert refusal.value.errors[0].field == "scopes"
    assert not ConnectedAccount.objects.exists()


@pytest.mark.parametrize("seconds", [0, -1, 86_401])
def test_a_link_lives_for_a_second_at_least_and_a_day_at_most(acme: Acme, seconds: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        acme.link(expires_in=seconds)
    assert refusal.value.errors[0].field == "expiresInSeconds"


def test_a_callback_url_on_a_strange_origin_is_refused_before_anything_is_stored(acme: Acme) -> None:
    with pytest.raises(InvalidInput):
        acme.link(callback_url="https://evil.example/")
    assert not ConnectedAccount.objects.exists()


def test_another_project_s_auth_config_does_not_exist(acme: Acme, provider: PracticeProvider) -> None:
    other = make_acme(provider)
    with pytest.raises(NotFound):
        acme.link(auth_config_id=other.auth_config.pk)


def test_nothing_is_linked_through_an_auth_config_that_is_switched_off(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    late = acme.link()
    callback = acme.provider.visit(acme.press(late, browser))
    acme.auth_config.is_disabled = True
    acme.auth_config.save()
    with pytest.raises(Conflict):
        acme.link()
    with pytest.raises(Conflict):
        acme.press(link, browser)
    assert acme.come_back(callback, browser).page == "switched_off"
    assert acme.provider.live_grants == []

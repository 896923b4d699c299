"""A callback that does not fit is refused before any token request, and the attempt is over."""

from __future__ import annotations

import pytest

from accounts.actions.complete_link import complete_link
from accounts.models import Credential, Status
from authconfigs.models import AuthConfig
from flowra.errors import InvalidInput
from flowra.models import Event
from tests.accounts.acme import Acme, Browser, make_acme, query_of, reread
from tests.provider import PracticeProvider


def token_requests(acme: Acme) -> int:
    return len(acme.provider.calls.to("/token"))


def test_the_answer_in_another_browser_is_refused_and_the_app_learns_nothing_there(acme: Acme) -> None:
    link = acme.link()
    callback = acme.provider.visit(acme.press(link, Browser()))
    ending = acme.come_back(callback, Browser())
    assert (ending.page, ending.error) == ("wrong_browser", "context_mismatch")
    assert ending.redirect_to is None
    assert token_requests(acme) == 0
    assert reread(link.account).status == Status.FAILED
    assert Event.objects.filter(subject_id=link.account.pk, type="account.failed").count() == 1


def test_the_answer_without_a_cookie_is_refused(acme: Acme) -> None:
    callback = acme.provider.visit(acme.press(acme.link(), Browser()))
    assert acme.come_back(callback, None).page == "wrong_browser"
    assert token_requests(acme) == 0


def test_the_answer_at_another_auth_config_s_address_is_refused(acme: Acme) -> None:
    browser = Browser()
    other = AuthConfig.objects.create(
        project=acme.project, toolkit_slug="practice", name="practice-other", auth_scheme="OAUTH2"
    )
    callback = acme.provider.visit(acme.press(acme.link(), browser))
    ending = complete_link(other.pk, query_of(callback), browser.cookie)
    assert ending.page == "mismatch"
    assert token_requests(acme) == 0


def test_the_answer_of_another_authorization_server_is_refused(acme: Acme) -> None:
    browser = Browser()
    url = acme.press(acme.link(), browser)
    acme.provider.fail("/authorize", "wrong_iss", times=None)
    ending = acme.come_back(acme.provider.visit(url), browser)
    assert (ending.page, ending.error) == ("mismatch", "context_mismatch")
    assert token_requests(acme) == 0


def test_an_answer_that_withholds_the_promised_issuer_is_refused(
    provider: PracticeProvider, db: None
) -> None:
    acme = make_acme(provider, sendsIss=True)
    browser = Browser()
    url = acme.press(acme.link(), browser)
    acme.provider.fail("/authorize", "no_iss", times=None)
    assert acme.come_back(acme.provider.visit(url), browser).page == "mismatch"
    assert token_requests(acme) == 0


def test_an_answer_with_a_made_up_state_belongs_to_nothing(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    url = acme.press(link, browser)
    acme.provider.fail("/authorize", "wrong_state", times=None)
    with pytest.raises(InvalidInput):
        acme.come_back(acme.provider.visit(url), browser)
    assert token_requests(acme) == 0
    assert reread(link.account).status == Status.INITIATED


@pytest.mark.parametrize("params", [{}, {"code": "x"}, {"state": "x"}, {"state": "", "code": "x"}])
def test_a_callback_without_its_parameters_is_malformed(acme: Acme, params: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        complete_link(acme.auth_config.pk, params, Browser().cookie)


def test_a_client_that_was_changed_between_press_and_answer_ends_the_attempt(acme: Acme) -> None:
    link, browser = acme.link(), Browser()
    callback = acme.provider.visit(acme.press(link, browser))
    acme.auth_config.settings = {**acme.auth_config.settings, "client_id": "another"}
    acme.auth_config.save()
    assert acme.come_back(callback, browser).page == "mismatch"
    assert token_requests(acme) == 0


def test_a_code_from_another_attempt_is_not_accepted_by_the_server_because_of_pkce(acme: Acme) -> None:
    victim, attacker = Browser(), Browser()
    stolen = query_of(acme.provider.visit(acme.press(acme.link(), victim)))["code"]
    link = acme.link(external_user=acme.user("attacker"))
    callback = query_of(acme.provider.visit(acme.press(link, attacker)))
    ending = complete_link(acme.auth_config.pk, {**callback, "code": stolen}, attacker.cookie)
    assert ending.outcome == "failed"
    assert not Credential.objects.exists()


@pytest.mark.parametrize("value", ["\x00", "\ud800", "a" * 100_000, "%", "'; DROP TABLE", "‮"])
def test_hostile_values_in_a_callback_are_refused_like_any_other(acme: Acme, value: str) -> None:
    with pytest.raises(InvalidInput):
        complete_link(value, {"state": value, "code": value, "iss": value, "error": value}, value)

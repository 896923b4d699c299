"""POST connected_accounts/{id}/confirm: the app says who is in front of the browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.accounts.acme import Acme, Browser
from tests.caller import Caller, make_caller, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(acme: Acme) -> Caller:
    """Acme's own calls."""
    return make_caller(acme.project)


def parked(acme: Acme) -> tuple[str, str]:
    """A connection that customer_42 agreed to and that waits for the app's word: account and token."""
    ending = acme.connect(Browser(), require_confirmation=True)
    back = parse_qs(urlsplit(ending.redirect_to or "").query)
    assert back["status"] == ["confirm"]
    return back["connectedAccountId"][0], back["confirmationToken"][0]


def test_the_links_own_user_makes_it_active(acme: Acme, app: Caller) -> None:
    for caller, besides in ((app.as_user("customer_42"), {}), (app, {"eUID": "customer_42"})):
        account, token = parked(acme)
        answer = caller.post(f"connected_accounts/{account}/confirm", {"confirmationToken": token, **besides})
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == "ACTIVE"


def test_another_user_is_told_so_and_the_connection_is_thrown_away(acme: Acme, app: Caller) -> None:
    account, token = parked(acme)
    answer = app.as_user("somebody-else").post(
        f"connected_accounts/{account}/confirm", {"confirmationToken": token}
    )
    assert problem_of(answer, 409)["code"] == "confirmation_mismatch"
    shown = app.get(f"connected_accounts/{account}").json()
    assert (shown["status"], shown["statusReason"]["code"]) == ("FAILED", "confirmation_mismatch")


def test_what_is_missing_or_wrong_is_named(acme: Acme, app: Caller) -> None:
    account, token = parked(acme)
    path = f"connected_accounts/{account}/confirm"
    problem_of(app.post(path, {"confirmationToken": token}), 400, "eUID")
    problem_of(app.post(path, {"eUID": "customer_42"}), 400, "confirmationToken")
    problem_of(
        app.post(path, {"eUID": "customer_42", "confirmationToken": "wrong"}), 400, "confirmationToken"
    )
    answer = app.as_user("somebody-else").post(path, {"eUID": "customer_42", "confirmationToken": token})
    problem_of(answer, 400, "eUID")
    stranger = make_caller().post(path, {"eUID": "customer_42", "confirmationToken": token})
    problem_of(stranger, 404)

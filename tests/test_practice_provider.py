"""The practice provider is what it says: held against the RFCs by a client that shares no code with it."""

from __future__ import annotations

import threading

import pytest

from tests.plain_http import call, pkce_pair, query_of
from tests.practice_app import BACK, SCOPE, App
from tests.provider import NotSentBack, PracticeProvider


@pytest.fixture
def app(provider: PracticeProvider) -> App:
    return App(provider, provider.register_client(redirect_uris=[BACK]))


def test_a_person_agrees_and_the_app_reads_who_they_are(app: App) -> None:
    back = app.provider.visit(app.ask(), "support@example.com")
    assert back.startswith(BACK + "&")
    told = query_of(back)
    assert (told["state"], told["iss"]) == ("s-1", app.provider.origin)
    answer = app.exchange(told["code"])
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3600, SCOPE)
    assert app.me(tokens["access_token"]).json["email"] == "support@example.com"
    userinfo = call("GET", app.metadata["userinfo_endpoint"], bearer=tokens["access_token"]).json
    assert (userinfo["email"], userinfo["name"]) == ("support@example.com", "Support")


def test_the_id_token_is_signed_for_this_app_and_request(app: App) -> None:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(call("GET", app.metadata["jwks_uri"]).json)
    claims = jwt.decode(app.tokens()["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (
        app.provider.origin,
        [app.client.client_id],
        "n-1",
    )
    assert claims["email"] == "sales@example.com"


def test_a_person_says_no(app: App) -> None:
    told = query_of(app.provider.visit(app.ask(), allow=False))
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "s-1", app.provider.origin)
    assert "code" not in told
    assert app.provider.grants == []


def test_discovery_says_the_same_by_both_standards(app: App) -> None:
    openid = call("GET", f"{app.provider.origin}/.well-known/openid-configuration").json
    assert openid == app.metadata
    assert openid["issuer"] == app.provider.origin
    assert openid["code_challenge_methods_supported"] == ["S256"]
    assert openid["authorization_response_iss_parameter_supported"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
    ],
)
def test_pkce_with_s256_is_required(app: App, changes: dict[str, str]) -> None:
    told = query_of(app.provider.visit(app.ask(**changes)))
    assert told["error"] == "invalid_request"
    assert "code" not in told


def test_the_wrong_verifier_gets_no_tokens(app: App) -> None:
    answer = app.exchange(app.code(), code_verifier=pkce_pair()[0])
    assert (answer.status, answer.json["error"]) == (400, "invalid_grant")
    assert app.exchange(app.code(), code_verifier="").json["error"] in ("invalid_request", "invalid_grant")
    assert app.provider.grants == []


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:9/back",
        BACK + "&more=1",
        "http://127.0.0.1:10/back?tenant=1",
        "https://evil.example/",
    ],
)
def test_nobody_is_sent_to_a_redirect_uri_that_is_not_registered(app: App, uri: str) -> None:
    with pytest.raises(NotSentBack) as shown:
        app.provider.visit(app.ask(redirect_uri=uri))
    assert shown.value.status == 400
    assert 'href="https://evil' not in shown.value.page


def test_an_app_that_nobody_knows_is_shown_a_page(app: App) -> None:
    with pytest.raises(NotSentBack):
        app.provider.visit(app.ask(client_id="nobody"))


def test_the_token_call_names_the_redirect_uri_of_the_authorization(app: App) -> None:
    assert app.exchange(app.code(), redirect_uri="http://127.0.0.1:9/other").json["error"] == "invalid_grant"


def test_an_unknown_scope_goes_back_as_an_error(app: App) -> None:
    assert query_of(app.provider.visit(app.ask(scope="messages:burn")))["error"] == "invalid_scope"


def test_a_code_is_good_once_and_its_second_use_ends_what_the_first_gave(app: App) -> None:
    code = app.code()
    tokens = app.exchange(code).json
    assert app.me(tokens["access_token"]).status == 200
    assert app.exchange(code).json["error"] == "invalid_grant"
    assert app.me(tokens["access_token"]).status == 401
    assert app.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_a_code_is_for_the_app_that_asked(app: App, provider: PracticeProvider) -> None:
    code = app.code()
    other = App(provider, provider.register_client(redirect_uris=[BACK]), app.pkce)
    assert other.exchange(code).json["error"] == "invalid_grant"
    assert app.exchange(code).status == 200


def test_the_wrong_secret_is_refused(app: App) -> None:
    code = app.code()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": app.pkce[0],
    }
    answer = call("POST", app.metadata["token_endpoint"], form=form, basic=(app.client.client_id, "wrong"))
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    assert call("POST", app.metadata["token_endpoint"], form=form).json["error"] == "invalid_client"
    assert app.exchange(code).status == 200


def test_a_secret_may_come_in_the_body_and_a_public_app_has_none(
    app: App, provider: PracticeProvider
) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": app.pkce[0]}
    posted = {"client_id": app.client.client_id, "client_secret": app.client.client_secret or ""}
    endpoint = app.metadata["token_endpoint"]
    assert call("POST", endpoint, form={**form, **posted, "code": app.code()}).status == 200
    public = App(provider, provider.register_client(redirect_uris=[BACK], public=True), app.pkce)
    named = {"client_id": public.client.client_id}
    assert call("POST", endpoint, form={**form, **named, "code": public.code()}).status == 200


def test_refresh_tokens_rotate(app: App) -> None:
    first = app.tokens()
    second = app.refresh(first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert app.me(second["access_token"]).status == 200
    assert app.refresh(second["refresh_token"]).status == 200


def test_a_refresh_token_used_twice_ends_the_whole_family(app: App) -> None:
    first = app.tokens()
    second = app.refresh(first["refresh_token"]).json
    assert app.refresh(first["refresh_token"]).json["error"] == "invalid_grant"
    assert app.refresh(second["refresh_token"]).json["error"] == "invalid_grant"
    assert app.me(second["access_token"]).status == 401
    assert app.provider.live_grants == []


def test_of_two_that_refresh_at_once_one_wins(app: App) -> None:
    token = app.tokens()["refresh_token"]
    answers: list[int] = []
    racers = [threading.Thread(target=lambda: answers.append(app.refresh(token).status)) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(answers) == [200] + [400] * 7


def test_more_scope_cannot_be_refreshed_into_being(app: App) -> None:
    tokens = app.exchange(app.code(scope="messages:read")).json
    assert (
        app.refresh(tokens["refresh_token"], scope="messages:read messages:write").json["error"]
        == "invalid_scope"
    )


def test_revoking_the_refresh_token_ends_the_access_tokens_too(app: App) -> None:
    tokens = app.tokens()
    assert app.revoke(tokens["refresh_token"], token_type_hint="refresh_token").status == 200
    assert app.me(tokens["access_token"]).status == 401
    assert app.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert app.provider.live_grants == []


def test_revoking_an_access_token_leaves_the_refresh_token(app: App) -> None:
    tokens = app.tokens()
    assert app.revoke(tokens["access_token"]).status == 200
    assert app.me(tokens["access_token"]).status == 401
    assert app.refresh(tokens["refresh_token"]).status == 200


def test_revoking_what_nobody_knows_is_well_and_what_is_another_apps_is_not(
    app: App, provider: PracticeProvider
) -> None:
    tokens = app.tokens()
    assert app.revoke("never-heard-of").status == 200
    other = App(provider, provider.register_client(redirect_uris=[BACK]))
    other.revoke(tokens["refresh_token"])
    assert app.me(tokens["access_token"]).status == 200
    answer = call("POST", app.metadata["revocation_endpoint"], form={"token": tokens["refresh_token"]})
    assert answer.json["error"] == "invalid_client"
    assert app.provider.is_token_live(tokens["refresh_token"])


def test_the_api_wants_a_live_token_of_the_right_scope(app: App) -> None:
    reader = app.exchange(app.code(scope="messages:read")).json["access_token"]
    url = f"{app.provider.origin}/api/messages"
    assert call("POST", url, bearer=reader, body={"text": "hello"}).status == 403
    writer = app.tokens()["access_token"]
    assert call("POST", url, bearer=writer, body={"text": "hello"}).status == 201
    assert [note["text"] for note in call("GET", url, bearer=reader).json["messages"]] == ["hello"]
    app.provider.expire(reader)
    refused = call("GET", url, bearer=reader)
    assert (refused.status, refused.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert call("GET", url).status == 401


@pytest.mark.parametrize("given", ["\x00", "é", "a" * 5000, "%", "' OR 1=1"])
def test_hostile_input_is_refused_in_words(app: App, given: str) -> None:
    assert app.exchange(given).status == 400
    assert app.refresh(given).status == 400
    assert app.revoke(given).status in (200, 400)
    assert call("GET", app.ask(scope=given, state=given)).status in (302, 303, 400)
    assert call("GET", app.ask(client_id=given)).status == 400

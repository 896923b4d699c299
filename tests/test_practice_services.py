"""The services that the provider plays answer on the wire as their documentation says, oddities and all."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from tests.app_at_service import BACK, At
from tests.plain_http import call, pkce_pair
from tests.provider import PracticeProvider
from tests.provider.shapes import SHAPES, openai, twilio


def test_slack_answers_with_two_tokens_and_says_no_with_200(provider: PracticeProvider) -> None:
    app = At(provider, "slack")
    page = "/slack.com/oauth/v2/authorize"
    back = app.callback(page, scope="users:read,users:read.email,chat:write", user_scope="search:read")
    told = app.exchange("/slack.com/api/oauth.v2.access", back["code"]).json
    assert (told["ok"], told["token_type"], told["scope"]) == (
        True,
        "bot",
        "users:read,users:read.email,chat:write",
    )
    assert told["access_token"].startswith("xoxb-")
    assert told["authed_user"]["access_token"].startswith("xoxp-")
    assert "expires_in" not in told and "refresh_token" not in told
    info = app.call(
        "GET", f"/slack.com/api/users.info?user={told['authed_user']['id']}", bearer=told["access_token"]
    )
    assert info.json["user"]["profile"]["email"] == "sales@example.com"
    again = app.exchange("/slack.com/api/oauth.v2.access", back["code"])
    assert (again.status, again.json) == (200, {"ok": False, "error": "invalid_code"})
    revoke = "/slack.com/api/auth.revoke"
    user = At(provider, "slack").exchange("/slack.com/api/oauth.v2.access", "no-code")
    assert user.json["ok"] is False
    later = app.callback(page, user_scope="search:read")
    alone = app.exchange("/slack.com/api/oauth.v2.access", later["code"]).json
    assert "access_token" not in alone and alone["authed_user"]["token_type"] == "user"
    person = alone["authed_user"]["access_token"]
    assert app.call("POST", revoke, bearer=person).json == {"ok": True, "revoked": True}
    assert app.call("POST", revoke, bearer=person).json == {"ok": False, "error": "token_revoked"}
    assert provider.live_grants == []


def test_slack_s_lists_are_by_comma(provider: PracticeProvider) -> None:
    app = At(provider, "slack")
    assert (
        app.callback("/slack.com/oauth/v2/authorize", scope="users:read chat:write")["error"]
        == "invalid_scope"
    )


def test_github_form_encodes_unless_asked_for_json(provider: PracticeProvider) -> None:
    app = At(provider, "github")
    token_url = "/github.com/login/oauth/access_token"
    verifier, challenge = pkce_pair()
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = app.callback("/github.com/login/oauth/authorize", scope="repo public_repo gist", **pkce)["code"]
    refused = app.exchange(token_url, code, code_verifier="x" * 43)
    assert (refused.status, refused.json["error"]) == (200, "bad_verification_code")
    form = {"code": code, "redirect_uri": BACK, "code_verifier": verifier, **app.posted}
    form["grant_type"] = "authorization_code"
    plain = app.call("POST", token_url, form=form)
    assert plain.headers["content-type"].startswith("application/x-www-form-urlencoded")
    told = {name: values[0] for name, values in parse_qs(plain.text).items()}
    assert (told["scope"], told["token_type"]) == ("repo,gist", "bearer")
    assert set(told) == {"access_token", "scope", "token_type"}
    user = app.call("GET", "/api.github.com/user", bearer=told["access_token"]).json
    assert (user["login"], user["email"]) == ("sales", None)
    grant = f"/api.github.com/applications/{app.client.client_id}/grant"
    assert app.call("DELETE", grant, body={"access_token": told["access_token"]}).status == 401
    assert (
        app.call("DELETE", grant, basic=app.basic, body={"access_token": told["access_token"]}).status == 204
    )
    assert app.call("GET", "/api.github.com/user", bearer=told["access_token"]).status == 401
    assert (
        app.call("DELETE", grant, basic=app.basic, body={"access_token": told["access_token"]}).status == 422
    )


def test_gitlab_s_two_tokens_die_together(provider: PracticeProvider) -> None:
    app = At(provider, "gitlab")
    code = app.callback("/gitlab.com/oauth/authorize", scope="read_user")["code"]
    told = app.exchange("/gitlab.com/oauth/token", code).json
    assert told["expires_in"] == 7200 and isinstance(told["created_at"], int)
    assert (
        app.call("GET", "/gitlab.com/api/v4/user", bearer=told["access_token"]).json["email"]
        == "sales@example.com"
    )
    revoked = app.call("POST", "/gitlab.com/oauth/revoke", form={"token": told["access_token"], **app.posted})
    assert revoked.status == 200
    assert provider.live_grants == []


def test_google_gives_a_refresh_token_only_at_a_consent(provider: PracticeProvider) -> None:
    app = At(provider, "gmail")
    page, token_url = "/accounts.google.com/o/oauth2/v2/auth", "/oauth2.googleapis.com/token"
    scope = "openid email https://www.googleapis.com/auth/gmail.readonly"
    online = app.exchange(token_url, app.callback(page, scope=scope)["code"]).json
    assert "refresh_token" not in online
    first = app.exchange(token_url, app.callback(page, scope=scope, access_type="offline")["code"]).json
    assert first["refresh_token"].startswith("1//")
    assert first["scope"].split()[1] == "https://www.googleapis.com/auth/userinfo.email"
    second = app.exchange(token_url, app.callback(page, scope=scope, access_type="offline")["code"]).json
    assert "refresh_token" not in second
    back = app.callback(page, scope=scope, access_type="offline", prompt="consent")
    assert "refresh_token" in app.exchange(token_url, back["code"]).json
    assert back["scope"].startswith("openid ")
    revoke = "/oauth2.googleapis.com/revoke"
    assert app.call("POST", revoke, form={"token": second["access_token"]}).status == 200
    assert provider.live_grants == []
    again = app.call("POST", revoke, form={"token": second["access_token"]})
    assert (again.status, again.json["error"]) == (400, "invalid_token")


def test_google_adds_what_was_granted_before(provider: PracticeProvider) -> None:
    app = At(provider, "google-drive")
    page, token_url = "/accounts.google.com/o/oauth2/v2/auth", "/oauth2.googleapis.com/token"
    drive, calendar = (f"https://www.googleapis.com/auth/{name}" for name in ("drive.file", "calendar"))
    app.exchange(token_url, app.callback(page, scope=calendar)["code"])
    back = app.callback(page, scope=drive, include_granted_scopes="true")
    told = app.exchange(token_url, back["code"]).json
    assert told["scope"].split() == [drive, calendar]
    assert (
        app.call(
            "GET", "/www.googleapis.com/calendar/v3/users/me/calendarList", bearer=told["access_token"]
        ).status
        == 200
    )


def test_microsoft_names_graph_s_permissions_whole_and_never_offline_access(
    provider: PracticeProvider,
) -> None:
    app = At(provider, "outlook")
    base = "/login.microsoftonline.com/common/oauth2/v2.0"
    back = app.callback(f"{base}/authorize", scope="openid offline_access User.Read Mail.Send")
    assert "session_state" in back
    told = app.exchange(f"{base}/token", back["code"]).json
    assert (
        told["scope"] == "openid https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Send"
    )
    assert app.call("GET", "/graph.microsoft.com/v1.0/me", bearer=told["access_token"]).json[
        "userPrincipalName"
    ]
    refused = app.exchange(f"{base}/token", "no-code")
    assert refused.json["error_description"].startswith("AADSTS70008")


def test_notion_wants_basic_json_a_version_and_an_owner(provider: PracticeProvider) -> None:
    app = At(provider, "notion")
    version = {"Notion-Version": "2022-06-28"}
    page, token_url = "/api.notion.com/v1/oauth/authorize", "/api.notion.com/v1/oauth/token"
    with pytest.raises(AssertionError, match="owner"):
        app.callback(page)
    body = {
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": app.callback(page, owner="user")["code"],
    }
    assert app.call("POST", token_url, basic=app.basic, form=body, headers=version).status == 415
    assert app.call("POST", token_url, body={**body, **app.posted}, headers=version).status == 401
    assert app.call("POST", token_url, basic=app.basic, body=body).status == 400
    told = app.call("POST", token_url, basic=app.basic, body=body, headers=version).json
    assert told["owner"]["user"]["person"]["email"] == "sales@example.com"
    assert not {"scope", "expires_in"} & set(told)
    revoke = "/api.notion.com/v1/oauth/revoke"
    assert (
        app.call(
            "POST", revoke, basic=app.basic, body={"token": told["access_token"]}, headers=version
        ).status
        == 200
    )
    assert (
        app.call("GET", "/api.notion.com/v1/users/me", bearer=told["access_token"], headers=version).status
        == 401
    )
    assert provider.live_grants == []


def test_hubspot_introspects_and_revokes_refresh_tokens(provider: PracticeProvider) -> None:
    app = At(provider, "hubspot")
    base = "/api.hubapi.com/oauth/2026-03/token"
    told = app.exchange(
        base,
        app.callback("/app.hubspot.com/oauth/authorize", scope="oauth crm.objects.contacts.read")["code"],
    ).json
    assert (told["expires_in"], told["scopes"]) == (1800, ["oauth", "crm.objects.contacts.read"])
    assert "scope" not in told
    info = app.call("POST", f"{base}/introspect", form={"token": told["access_token"], **app.posted}).json
    assert (info["active"], info["user"], info["hub_id"]) == (True, "sales@example.com", told["hub_id"])
    legacy = app.call("GET", f"/api.hubapi.com/oauth/v1/access-tokens/{told['access_token']}").json
    assert legacy["user"] == "sales@example.com"
    refused = app.call("POST", f"{base}/revoke", form={"token": told["access_token"], **app.posted})
    assert refused.status == 400
    assert (
        app.call("POST", f"{base}/revoke", form={"token": told["refresh_token"], **app.posted}).status == 200
    )
    assert provider.live_grants == []
    assert provider.is_token_live(told["access_token"])


def test_linear_answers_graphql_and_asks_by_comma(provider: PracticeProvider) -> None:
    app = At(provider, "linear")
    told = app.exchange(
        "/api.linear.app/oauth/token", app.callback("/linear.app/oauth/authorize", scope="read,write")["code"]
    ).json
    assert told["scope"] == "read write"
    query = {"query": "{ viewer { id email } organization { name } }"}
    data = app.call("POST", "/api.linear.app/graphql", bearer=told["access_token"], body=query).json["data"]
    assert (data["viewer"]["email"], set(data["viewer"])) == ("sales@example.com", {"id", "email"})
    wrong = app.call(
        "POST", "/api.linear.app/graphql", bearer=told["access_token"], body={"query": "{ viewer { phone } }"}
    )
    assert wrong.status == 400
    assert (
        app.call("POST", "/api.linear.app/oauth/revoke", form={"token": told["refresh_token"]}).status == 200
    )
    assert (
        app.call("POST", "/api.linear.app/oauth/revoke", form={"token": told["refresh_token"]}).status == 400
    )
    assert provider.live_grants == []


def test_discord_takes_forms_only_and_ends_all_at_once(provider: PracticeProvider) -> None:
    app = At(provider, "discord")
    page, token_url = "/discord.com/oauth2/authorize", "/discord.com/api/oauth2/token"
    body = {
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": app.callback(page, scope="identify")["code"],
    }
    assert app.call("POST", token_url, basic=app.basic, body=body).status == 415
    first = app.call("POST", token_url, basic=app.basic, form=body).json
    assert "email" not in app.call("GET", "/discord.com/api/users/@me", bearer=first["access_token"]).json
    second = app.exchange(token_url, app.callback(page, scope="identify email")["code"]).json
    assert (
        app.call("GET", "/discord.com/api/v10/users/@me", bearer=second["access_token"]).json["verified"]
        is True
    )
    form = {"token": second["access_token"], "token_type_hint": "access_token"}
    assert app.call("POST", token_url + "/revoke", basic=app.basic, form=form).status == 200
    assert not provider.is_token_live(first["refresh_token"])
    assert provider.live_grants == []


def test_zendesk_s_tokens_are_good_at_their_own_host(provider: PracticeProvider) -> None:
    app = At(provider, "zendesk")
    back = app.callback("/acme.zendesk.com/oauth/authorizations/new", scope="read")
    assert app.exchange("/other.zendesk.com/oauth/tokens", back["code"]).status == 400
    told = app.exchange("/acme.zendesk.com/oauth/tokens", back["code"]).json
    assert told["refresh_token_expires_in"] == 7_776_000
    me = "/acme.zendesk.com/api/v2/users/me.json"
    assert app.call("GET", me, bearer=told["access_token"]).json["user"]["email"] == "sales@example.com"
    assert app.call("GET", "/other.zendesk.com/api/v2/users/me", bearer=told["access_token"]).status == 401
    assert app.call("GET", me).json["user"]["id"] is None
    assert (
        app.call(
            "DELETE", "/acme.zendesk.com/api/v2/oauth/tokens/current.json", bearer=told["access_token"]
        ).status
        == 204
    )
    assert provider.live_grants == []


def test_keys_and_passwords_are_let_in_until_they_are_taken_away(provider: PracticeProvider) -> None:
    models = f"{provider.origin}/api.openai.com/v1/models"
    assert call("GET", models, bearer=openai.READY_KEY).json["object"] == "list"
    refused = call("GET", models, bearer="sk-wrong-0123456789")
    assert (refused.status, refused.json["error"]["code"]) == (401, "invalid_api_key")
    account = f"{provider.origin}/api.twilio.com/2010-04-01/Accounts/{twilio.READY_SID}.json"
    assert call("GET", account, basic=(twilio.READY_SID, twilio.READY_TOKEN)).json["sid"] == twilio.READY_SID
    assert call("GET", account, basic=(twilio.READY_SID, "wrong")).json["code"] == 20003
    provider.add_key("sk-of-support", service="openai", account="support@example.com")
    assert call("GET", models, bearer="sk-of-support").status == 200
    provider.remove_key("sk-of-support", service="openai")
    assert call("GET", models, bearer="sk-of-support").status == 401


def test_a_token_of_one_service_is_nothing_at_another(provider: PracticeProvider) -> None:
    app = At(provider, "gitlab")
    token = app.exchange(
        "/gitlab.com/oauth/token", app.callback("/gitlab.com/oauth/authorize", scope="api")["code"]
    ).json
    assert app.call("GET", "/api.github.com/user", bearer=token["access_token"]).status == 401
    assert app.call("GET", "/discord.com/api/users/@me", bearer=token["access_token"]).status == 401


def test_all_fourteen_toolkits_are_played() -> None:
    played = {name for shape in SHAPES for name in (shape.slug, *shape.plays)}
    assert played > {
        *("slack", "github", "gitlab", "gmail", "google-calendar", "google-drive", "outlook"),
        *("notion", "hubspot", "linear", "discord", "zendesk", "openai", "twilio"),
    }

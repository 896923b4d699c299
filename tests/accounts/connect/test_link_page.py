"""The connect page: what it says, what it burns, and whom it lets press."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import LinkSession, LinkState, Status
from authconfigs.models import AuthConfig
from tests.accounts.acme import Acme, reread
from tests.accounts.actions.test_submit_credentials import KEY, service_with

FORM = {"content_type": "application/x-www-form-urlencoded"}


def page_of(link: object) -> str:
    return f"/connect/{link.token}"  # type: ignore[attr-defined]


def catalogue_config(acme: Acme, slug: str, **settings: object) -> AuthConfig:
    auth_config = AuthConfig(
        project=acme.project,
        toolkit_slug=slug,
        name=slug,
        auth_scheme="OAUTH2",
        settings={"client_id": "c", **settings},
    )
    auth_config.save(force_insert=True)
    return auth_config


def test_the_page_says_who_asks_for_whom_what_for_and_where_it_goes(acme: Acme, client: Client) -> None:
    auth_config = catalogue_config(acme, "slack", scopes=["chat:write", "im:history"])
    html = client.get(page_of(acme.link(auth_config_id=auth_config.pk))).content.decode()
    assert re.search(r"<h1>Connect <bdi>Slack</bdi></h1>", html)
    for told in (
        "Acme",
        "customer_42",
        "send messages",
        "read direct messages",
        "slack.com",
        "chat:write",
        "Not now",
    ):
        assert told in html
    assert "read your messages" not in html, "it will be able to, so it must not say that it will not"


def test_the_first_form_is_the_one_that_agrees_and_its_first_button_says_so(
    acme: Acme, client: Client
) -> None:
    html = client.get(page_of(acme.link())).content.decode()
    first_form = html[html.index("<form") : html.index("</form>")]
    assert re.search(r"<button[^>]*>Connect Practice</button>", first_form)
    assert "action=" not in first_form
    assert first_form.count("<input") == 0


def test_looking_any_number_of_times_by_get_and_head_burns_nothing(acme: Acme, client: Client) -> None:
    link = acme.link()
    for _ in range(3):
        assert client.get(page_of(link)).status_code == 200
        assert Client().head(page_of(link)).status_code == 200
    assert LinkSession.objects.get().state == LinkState.OPEN
    assert reread(link.account).status == Status.INITIALIZING


def test_no_page_is_framed_cached_scripted_inline_or_told_to_others(acme: Acme, client: Client) -> None:
    for path in (page_of(acme.link()), "/connect/unknown", "/connect/callback/ac_x"):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
        html = answer.content.decode()
        assert not re.search(r"<script(?![^>]*src=)|style=|\son\w+=", html)


def test_the_browser_s_cookie_is_out_of_reach_for_scripts_and_other_sites(acme: Acme, client: Client) -> None:
    cookie = client.get(page_of(acme.link())).cookies["flowra_connect"]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Lax", "/connect", "")
    assert len(cookie.value) >= 43


def test_pressing_leads_to_the_service_by_a_redirect_alone(acme: Acme, client: Client) -> None:
    link = acme.link()
    answer = client.post(page_of(link))
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{acme.provider.origin}/authorize?")
    assert answer.cookies["flowra_connect"].value
    assert reread(link.account).status == Status.INITIATED


def test_a_person_comes_back_connected_to_the_app(acme: Acme, client: Client) -> None:
    answer = client.post(page_of(acme.link()))
    back = acme.provider.visit(answer["Location"])
    ended = client.get(
        back.removeprefix("http://").partition("/")[1] + back.removeprefix("http://").partition("/")[2]
    )
    assert ended.status_code == 303
    assert ended["Location"].startswith("https://acme.example/back?next=%2Fhome&connectionId=ca_")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"referer": "https://evil.example/page"},
    ],
)
def test_a_press_from_another_page_does_nothing(acme: Acme, client: Client, headers: dict[str, str]) -> None:
    link = acme.link()
    for path in (page_of(link), page_of(link) + "/not-now"):
        answer = client.post(path, headers=headers)
        assert answer.status_code == 400
        assert "press the button once more" in answer.content.decode()
    assert LinkSession.objects.get().state == LinkState.OPEN


def test_not_now_ends_the_link_and_goes_back_to_the_app(acme: Acme, client: Client) -> None:
    link = acme.link()
    answer = client.post(page_of(link) + "/not-now", headers={"sec-fetch-site": "same-origin"})
    assert "status=failed&error=access_denied" in answer["Location"]
    again = client.get(page_of(link))
    assert again.status_code == 410
    # Whoever opens the address of the refusal once more reads how it ended, and finds no blank page.
    reopened = client.get(page_of(link) + "/not-now?display=popup")
    assert (reopened.status_code, reopened["Location"]) == (303, page_of(link) + "?display=popup")


def test_another_browser_is_told_where_to_go_on(acme: Acme, client: Client) -> None:
    link = acme.link()
    Client().post(page_of(link))
    answer = client.post(page_of(link))
    assert answer.status_code == 410
    assert "another browser" in answer.content.decode()


def test_a_switched_off_auth_config_says_so_on_the_page(acme: Acme, client: Client) -> None:
    link = acme.link()
    AuthConfig.objects.update(is_disabled=True)
    for answer in (client.get(page_of(link)), client.post(page_of(link))):
        assert answer.status_code == 409
        assert "switched off" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/connect/",
        "/connect/x",
        "/connect/%00",
        "/connect/%ed%a0%80",
        "/connect/" + "a" * 3000,
        "/connect/../admin",
    ],
)
def test_an_unknown_link_is_a_page_for_a_person(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?state=%00&code=%ed%a0%80", "?error=access_denied"]
)
def test_a_callback_without_its_parameters_is_a_page_for_a_person(
    client: Client, db: None, query: str
) -> None:
    answer = client.get("/connect/callback/ac_nobody" + query)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")


def test_names_are_text_and_never_markup(acme: Acme, client: Client) -> None:
    acme.project.name = "<script>alert(1)</script>"
    acme.project.save()
    html = client.get(page_of(acme.link(scopes=["<b>scope</b>"]))).content.decode()
    assert "<script>alert" not in html
    assert "<b>scope" not in html


def test_a_key_is_asked_for_hidden_and_never_shown_again(acme: Acme, client: Client) -> None:
    link = acme.link(auth_config_id=service_with(acme, "API_KEY").pk)
    html = client.get(page_of(link)).content.decode()
    assert re.search(r'<input id="api_key" name="api_key" type="password" value=""', html)
    wrong = client.post(page_of(link), {"api_key": "s3cret-but-wrong"})
    assert wrong.status_code == 400
    assert "did not accept" in wrong.content.decode()
    assert "s3cret-but-wrong" not in wrong.content.decode()
    assert 'aria-invalid="true"' in wrong.content.decode()
    assert "status=success" in client.post(page_of(link), {"api_key": KEY})["Location"]


def test_a_subdomain_is_asked_for_on_the_same_form(acme: Acme, client: Client) -> None:
    link = acme.link(auth_config_id=catalogue_config(acme, "zendesk").pk)
    assert 'name="subdomain"' in client.get(page_of(link)).content.decode()
    for wrong in ("", "a.evil.example/", "x@y", "..", "a" * 300):
        answer = client.post(page_of(link), {"subdomain": wrong})
        assert answer.status_code == 400, wrong
    answer = client.post(page_of(link), {"subdomain": "acme"})
    assert answer["Location"].startswith("https://acme.zendesk.com/oauth/authorizations/new?")


def test_the_app_s_logo_is_shown_on_the_page_and_at_its_end_and_runs_nothing(
    acme: Acme, client: Client
) -> None:
    acme.project.logo, acme.project.logo_type = b"\x89PNG", "image/png"
    acme.project.save()
    path = page_of(acme.link(callback_url=""))
    for html in (client.get(path).content.decode(), client.post(path + "/not-now").content.decode()):
        assert f'<img class="mark" src="/connect/logo/{acme.project.pk}?v=' in html
    answer = client.get(f"/connect/logo/{acme.project.pk}")
    assert (answer["Content-Type"], answer.content) == ("image/png", b"\x89PNG")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", ""])
def test_a_logo_that_could_run_something_is_not_served(acme: Acme, client: Client, kind: str) -> None:
    acme.project.logo, acme.project.logo_type = b"<svg/>", kind
    acme.project.save()
    assert "/connect/logo/" not in client.get(page_of(acme.link())).content.decode()
    assert client.get(f"/connect/logo/{acme.project.pk}").status_code == 404
    assert client.get("/connect/logo/pr_nobody").status_code == 404


def test_who_no_user_was_named_for_is_the_app_itself(acme: Acme, client: Client) -> None:
    html = client.get(page_of(acme.link(external_user=None))).content.decode()
    assert "<bdi>Acme</bdi> itself" in html
    assert "project_default_user" not in html


def test_of_many_permissions_the_sensitive_are_shown_and_the_rest_counted(acme: Acme, client: Client) -> None:
    scopes = ["chat:write", "channels:manage", "channels:join", "channels:read", "groups:read", "im:read"]
    scopes += ["im:write", "files:read", "reactions:read", "reactions:write", "team:read", "users:read"]
    scopes += ["im:history"]
    auth_config = catalogue_config(acme, "slack", scopes=scopes)
    html = client.get(page_of(acme.link(auth_config_id=auth_config.pk))).content.decode()
    before, _, rest = html.partition("<details>")
    for sensitive in ("read direct messages it is part of", "see files in channels it is in"):
        assert sensitive in before
    assert "<summary>5 more, less sensitive</summary>" in rest


def test_what_there_are_no_words_for_is_counted_and_promises_nothing(acme: Acme, client: Client) -> None:
    auth_config = catalogue_config(acme, "slack", scopes=["users:read", "made:up", "made.up.too"])
    html = client.get(page_of(acme.link(auth_config_id=auth_config.pk))).content.decode()
    assert "It asks for 2 more, which <bdi>Slack</bdi> explains before you agree." in html
    assert "made.up.too" in html
    assert "will not be able to" not in html


def test_the_form_may_lead_anywhere_by_https_and_by_http_only_where_it_must(
    acme: Acme, client: Client
) -> None:
    """Chromium holds `form-action` against every redirect after the press (https://github.com/w3c/webappsec-csp/issues/8)."""
    policy = client.get(page_of(acme.link()))["Content-Security-Policy"]
    sources = policy.split("form-action ")[1].split(";")[0].split()
    assert sources == ["'self'", "https:", acme.provider.origin]


def test_the_cookie_is_secure_exactly_when_the_public_url_is_https(
    acme: Acme, client: Client, settings: pytest.FixtureRequest
) -> None:
    settings.FLOWRA_PUBLIC_IS_HTTPS = True  # type: ignore[attr-defined]
    assert client.get(page_of(acme.link())).cookies["flowra_connect"]["secure"]


def test_one_browser_keeps_its_name_and_a_made_up_one_is_not_taken(acme: Acme, client: Client) -> None:
    first = client.get(page_of(acme.link())).cookies["flowra_connect"].value
    assert client.get(page_of(acme.link())).cookies["flowra_connect"].value == first
    for made_up in ("x", "a" * 44, "<script>", "é" * 43):
        other = Client()
        other.cookies["flowra_connect"] = made_up
        assert other.get(page_of(acme.link())).cookies["flowra_connect"].value != made_up

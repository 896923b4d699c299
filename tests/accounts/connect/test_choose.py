"""A link that leaves the service to the person: they choose, then they agree, and nothing is fixed before."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.start_link import StartedLink
from accounts.models import LinkSession, Status
from authconfigs.models import AuthConfig
from tests.accounts.acme import Acme, reread
from tests.factories import make_auth_config
from tests.staff import text_of


@pytest.fixture
def others(acme: Acme) -> list[AuthConfig]:
    return [
        make_auth_config(acme.project, "slack"),
        make_auth_config(acme.project, "openai", auth_scheme="API_KEY"),
    ]


@pytest.fixture
def link(acme: Acme, others: list[AuthConfig]) -> StartedLink:
    ids = [others[0].pk, acme.auth_config.pk, others[1].pk]
    return acme.link(auth_config_id=None, auth_config_choices=ids, callback_url="")


def page(client: Client, link: StartedLink, query: str = "") -> str:
    return text_of(client.get(f"/connect/{link.token}{query}"))


def test_the_page_lists_them_and_each_leads_to_its_own(client: Client, link: StartedLink, acme: Acme) -> None:
    shown = client.get(f"/connect/{link.token}").content.decode()
    assert "Which service do you want to connect?" in shown
    offered = re.findall(r'name="service" value="(ac_\w+)"', shown)
    assert len(offered) == 3
    assert "Connect Practice" in page(client, link, f"?service={acme.auth_config.pk}")
    assert "Connect Slack" in page(client, link, f"?service={offered[0]}")
    assert reread(link.account).toolkit_slug == "slack"
    assert LinkSession.objects.get(account=link.account).browser_hash == ""


def test_a_choice_that_is_posted_leads_there_too(client: Client, link: StartedLink, acme: Acme) -> None:
    answer = client.post(f"/connect/{link.token}", {"service": acme.auth_config.pk})
    assert answer.status_code == 303
    assert answer["Location"] == f"/connect/{link.token}?service={acme.auth_config.pk}"


def test_what_is_chosen_is_what_is_connected(client: Client, link: StartedLink, acme: Acme) -> None:
    pressed = client.post(f"/connect/{link.token}?service={acme.auth_config.pk}")
    account = reread(link.account)
    assert (account.auth_config_id, account.toolkit_slug, account.status) == (
        acme.auth_config.pk,
        "practice",
        Status.INITIATED,
    )
    assert account.scopes_requested == ["openid", "profile", "email"]
    callback = acme.provider.visit(pressed["Location"])
    assert "Practice is connected" in text_of(
        client.get(urlsplit(callback)._replace(scheme="", netloc="").geturl())
    )
    assert reread(link.account).status == Status.ACTIVE


def test_one_may_press_choose_again_and_press_the_other(
    client: Client, link: StartedLink, acme: Acme
) -> None:
    client.post(f"/connect/{link.token}?service={LinkSession.objects.get().auth_config_choices[0]}")
    assert reread(link.account).toolkit_slug == "slack"
    pressed = client.post(f"/connect/{link.token}?service={acme.auth_config.pk}")
    callback = acme.provider.visit(pressed["Location"])
    client.get(urlsplit(callback)._replace(scheme="", netloc="").geturl())
    account = reread(link.account)
    assert (account.toolkit_slug, account.status) == ("practice", Status.ACTIVE)


def test_another_browser_cannot_change_the_choice(client: Client, link: StartedLink, acme: Acme) -> None:
    client.post(f"/connect/{link.token}?service={acme.auth_config.pk}")
    stranger = Client().post(
        f"/connect/{link.token}?service={LinkSession.objects.get().auth_config_choices[0]}"
    )
    assert stranger.status_code == 410
    assert reread(link.account).toolkit_slug == "practice"


def test_a_service_that_the_link_does_not_offer_leads_back_to_the_list(
    client: Client, link: StartedLink, acme: Acme
) -> None:
    another = make_auth_config(acme.project, "github")
    assert "Which service" in page(client, link, f"?service={another.pk}")
    assert "Which service" in page(client, link, "?service=%00")
    client.post(f"/connect/{link.token}?service={another.pk}")
    assert reread(link.account).status == Status.INITIALIZING


def test_what_was_switched_off_is_not_offered(
    client: Client, link: StartedLink, acme: Acme, others: list[AuthConfig]
) -> None:
    AuthConfig.objects.filter(pk=others[0].pk).update(is_disabled=True)
    assert "Slack" not in page(client, link)
    assert client.post(f"/connect/{link.token}?service={others[0].pk}").status_code == 409
    AuthConfig.objects.filter(project=acme.project).update(deleted_at=timezone.now())
    answer = client.get(f"/connect/{link.token}")
    assert answer.status_code == 409 and "Connecting is switched off" in text_of(answer)


def test_two_of_one_service_are_told_apart(client: Client, acme: Acme) -> None:
    ids = [
        make_auth_config(acme.project, "slack", display_name=name).pk for name in ("For sales", "For support")
    ]
    said = page(client, acme.link(auth_config_id=None, auth_config_choices=ids))
    assert "For sales" in said and "For support" in said


def test_many_can_be_searched_without_scripts(client: Client, acme: Acme) -> None:
    slugs = ("slack", "github", "gitlab", "gmail", "hubspot", "linear", "notion", "outlook", "discord")
    link = acme.link(
        auth_config_id=None, auth_config_choices=[make_auth_config(acme.project, each).pk for each in slugs]
    )
    assert "GitLab" in page(client, link)
    found = page(client, link, "?q=git")
    assert "GitHub" in found and "GitLab" in found and "Notion" not in found
    assert "No service has that in its name. Show all" in page(client, link, "?q=fax")


def test_who_wants_none_of_them_says_so(client: Client, link: StartedLink) -> None:
    answer = client.post(f"/connect/{link.token}/not-now")
    assert "You chose not to connect anything" in text_of(answer)
    assert reread(link.account).status_reason == "access_denied"


def test_a_key_may_be_what_is_chosen(
    client: Client, acme: Acme, link: StartedLink, others: list[AuthConfig]
) -> None:
    said = page(client, link, f"?service={others[1].pk}")
    assert "Connect OpenAI" in said and "API key" in said
    wrong = client.post(f"/connect/{link.token}?service={others[1].pk}", {"api_key": ""})
    assert wrong.status_code == 400 and "is needed" in text_of(wrong)


def test_two_that_nobody_named_are_told_apart_by_what_they_ask(client: Client, acme: Acme) -> None:
    by_key = make_auth_config(acme.project, "practice", auth_scheme="API_KEY")
    ids = [acme.auth_config.pk, by_key.pk]
    shown = page(client, acme.link(auth_config_id=None, auth_config_choices=ids))
    assert "By signing in there" in shown and "With a key or a password" in shown
    assert acme.auth_config.name not in shown and by_key.name not in shown
    third = make_auth_config(acme.project, "practice", auth_scheme="API_KEY")
    shown = page(client, acme.link(auth_config_id=None, auth_config_choices=[*ids, third.pk]))
    assert "By signing in there" in shown
    assert by_key.name in shown and third.name in shown

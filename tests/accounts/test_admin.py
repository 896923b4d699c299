"""Support finds an account by anything, and sees and does only what support may."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import ConnectedAccount, Status
from tests.accounts.desk import LIST, story_url
from tests.factories import make_account, make_auth_config, make_external_user, make_project
from tests.staff import make_staff, signed_in, text_of


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "words",
    [
        "customer_42",
        "SALES@example.com",
        "U0SLACK9",
        "acme works",
        "vip",
        "Zürich",
        "inbox",
        "works vip",
        "  sales  ",
    ],
)
def test_an_account_is_found_by_what_a_customer_reads_out(
    support: Client, account: ConnectedAccount, words: str
) -> None:
    other = make_account(account.auth_config, make_external_user(account.project, "somebody_else"))
    page = support.get(LIST, {"q": words})
    assert account.pk in page.content.decode()
    assert other.pk not in page.content.decode()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "words", ["ÉMILE", "émile", "Émile", "E\u0301mile", "émile vip", "slack ÉMILE", "desk émile"]
)
def test_accents_and_large_letters_do_not_hide_a_person(
    support: Client, account: ConnectedAccount, words: str
) -> None:
    account.external_user.name = "Émile Dupont"
    account.external_user.save()
    account.auth_config.display_name = "Support desk"
    account.auth_config.save()
    assert account.pk in support.get(LIST, {"q": words}).content.decode()


@pytest.mark.both_databases
def test_the_app_and_the_service_narrow_what_is_found(support: Client, account: ConnectedAccount) -> None:
    other = make_account(
        make_auth_config(make_project("Globex"), "github"), identity_email="sales@example.com"
    )
    for words, found, left in (
        ("sales slack", account, other),
        ("globex sales", other, account),
        (account.pk[-8:], account, other),
        (account.auth_config.name, account, other),
    ):
        page = support.get(LIST, {"q": words}).content.decode()
        assert found.pk in page and left.pk not in page, words


@pytest.mark.both_databases
def test_an_account_is_found_by_its_id_its_person_s_or_the_beginning_of_it(
    support: Client, account: ConnectedAccount
) -> None:
    for words in (
        account.pk,
        account.external_user_id,
        account.auth_config_id,
        account.pk[:14],
        account.pk.upper(),
    ):
        assert account.pk in support.get(LIST, {"q": words}).content.decode(), words
    assert account.pk not in support.get(LIST, {"q": "ca_" + "0" * 26}).content.decode()


def test_a_reference_that_knows_no_account_is_told_where_it_leads(
    support: Client, account: ConnectedAccount
) -> None:
    shown = support.get("/connect/no-such-link-of-ours").headers["x-request-id"]
    assert "it is in the log" in text_of(support.get(LIST, {"q": f"Reference {shown}"}))
    assert "it is in the log" not in text_of(support.get(LIST, {"q": "nobody"}))


@pytest.mark.both_databases
def test_filters_keep_what_they_say(support: Client, account: ConnectedAccount) -> None:
    old = make_account(
        make_auth_config(account.project, "github"),
        status=Status.EXPIRED,
        created_at=timezone.now() - timedelta(days=100),
        last_used_at=timezone.now(),
    )
    gone = make_account(account.auth_config, deleted_at=timezone.now())
    everything = {account.pk, old.pk, gone.pk}
    for query, kept in (
        ({"status": "EXPIRED"}, {old.pk}),
        ({"status": "ACTIVE"}, {account.pk}),
        ({"toolkit": "slack"}, {account.pk, gone.pk}),
        ({"auth_config": old.auth_config_id}, {old.pk}),
        ({"project": account.project_id}, everything),
        ({"made": "week"}, {account.pk, gone.pk}),
        ({"made": "before-quarter"}, {old.pk}),
        ({"used": "never"}, {account.pk, gone.pk}),
        ({"revoked": "yes"}, {gone.pk}),
        ({"revoked": "no", "toolkit": "slack"}, {account.pk}),
    ):
        page = support.get(LIST, query).content.decode()
        assert {pk for pk in everything if f'value="{pk}"' in page} == kept, query


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "query",
    [
        "status=NONSENSE",
        "status__regex=[",
        "id__regex=(",
        "profile__contains=x",
        "credential__secrets__contains=x",
        "auth_config__secrets=x",
        "project=pr_none",
        "made=%27",
        "unknown=1",
        "q=%00",
        "status=%00",
        "%00=1",
        "o=99999999999",
        "p=99999999999999999999999",
        "p=x",
        "q=" + "a" * 5000,
        "status=ACTIVE&status=%FF%FE",
    ],
)
def test_a_garbled_address_is_a_400_or_ignored_and_never_widens(
    support: Client, account: ConnectedAccount, query: str
) -> None:
    answer = support.get(f"{LIST}?{query}")
    assert answer.status_code in (200, 400)
    if "regex" in query or "NONSENSE" in query or "unknown" in query or "%00" in query:
        assert answer.status_code == 400
        assert account.pk not in answer.content.decode()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "words", ["%", "_", "'", '"', "\\", "a' OR 1=1 --", "[", "é" * 100, "\ud83d\ude00", "( . * ) +"]
)
def test_odd_searches_are_searches(support: Client, account: ConnectedAccount, words: str) -> None:
    assert support.get(LIST, {"q": words.encode("utf-8", "replace")}).status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize("id", ["ca_none", "%00", "x" * 5000, "..%2f..", "%ff", "1", "_5F"])
def test_an_id_that_is_nobody_s_is_a_page_in_words(support: Client, id: str) -> None:
    for end in ("change/", "history/", "delete/", ""):
        answer = support.get(f"{LIST}{id}/{end}")
        assert answer.status_code in (302, 400, 403, 404), end


@pytest.mark.both_databases
def test_a_list_takes_as_many_queries_for_many_as_for_few(
    support: Client, account: ConnectedAccount, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    project = make_project("Other")
    for number in range(60):
        make_account(
            make_auth_config(project, "github"), make_external_user(project, f"u{number}"), labels=["x"]
        )
    with django_assert_max_num_queries(14):
        support.get(LIST)


def test_each_row_leads_to_its_story(support: Client, account: ConnectedAccount) -> None:
    for url in (LIST, "/admin/accounts/externaluser/", "/admin/authconfigs/authconfig/"):
        rows = re.findall(r'<th class="field-[a-z_]+"><a href="([^"]+)"', support.get(url).content.decode())
        assert [support.get(row).status_code for row in rows] == [200], url


def test_accounts_are_not_made_changed_or_deleted_here(support: Client, account: ConnectedAccount) -> None:
    operator = signed_in(make_staff("accounts.view_connectedaccount", "accounts.change_connectedaccount"))
    for client in (support, operator):
        assert client.get(f"{LIST}add/").status_code == 403
        assert client.get(f"{LIST}{account.pk}/delete/").status_code == 403
        assert client.post(story_url(account), {"status": "FAILED"}).status_code == 405
        assert b"delete_selected" not in client.get(LIST).content


def test_support_sees_accounts_people_auth_configs_and_the_trail_and_nothing_else(
    support: Client, account: ConnectedAccount
) -> None:
    for url in (
        "/admin/",
        LIST,
        "/admin/accounts/externaluser/",
        f"/admin/accounts/externaluser/{account.external_user_id}/change/",
        "/admin/authconfigs/authconfig/",
        f"/admin/authconfigs/authconfig/{account.auth_config_id}/change/",
        "/admin/flowra/event/",
    ):
        assert support.get(url).status_code == 200, url
    for url in (
        "/admin/flowra/project/",
        f"/admin/flowra/project/{account.project_id}/change/",
        f"/admin/flowra/project/{account.project_id}/keys/make/",
        "/admin/flowra/project/add/",
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        "/admin/auth/group/",
        "/admin/authconfigs/authconfig/add/",
        "/admin/authconfigs/projecttoolkit/",
    ):
        assert support.get(url).status_code == 403, url
    changed = support.post(
        f"/admin/authconfigs/authconfig/{account.auth_config_id}/change/", {"is_disabled": "on"}
    )
    assert changed.status_code == 403


@pytest.mark.both_databases
def test_the_role_of_support_holds_these_permissions_and_no_others(support: Client) -> None:
    held = Group.objects.get(name="Support").permissions.values_list("content_type__app_label", "codename")
    assert {f"{app}.{codename}" for app, codename in held} == {
        "accounts.view_connectedaccount",
        "accounts.revoke_connectedaccount",
        "accounts.reconnect_connectedaccount",
        "accounts.view_revocationrun",
        "accounts.view_externaluser",
        "authconfigs.view_authconfig",
        "flowra.view_event",
    }


def test_a_stranger_is_asked_to_sign_in(client: Client, account: ConnectedAccount) -> None:
    for url in (LIST, story_url(account), f"{LIST}revoke/?account={account.pk}"):
        answer: Any = client.get(url)
        assert answer.status_code == 302
        assert answer.url.startswith("/admin/login/")


def test_people_are_made_inactive_by_who_may_and_not_by_support(
    support: Client, account: ConnectedAccount
) -> None:
    person = account.external_user
    url = "/admin/accounts/externaluser/"
    sent = {"action": "make_inactive", "_selected_action": person.pk}
    support.post(url, sent)
    person.refresh_from_db()
    assert person.is_active
    signed_in(make_staff("accounts.view_externaluser", "accounts.change_externaluser")).post(url, sent)
    person.refresh_from_db()
    assert not person.is_active


def test_who_was_signed_out_meanwhile_is_led_back_to_the_button(
    support: Client, account: ConnectedAccount
) -> None:
    ask = f"{LIST}{account.pk}/ask/"
    away = Client().post(ask)
    assert away.status_code == 302 and away.headers["Location"].endswith(f"?next={ask}")
    page = support.get(ask)
    assert page.status_code == 405 and page.headers["Allow"] == "POST"
    assert "Nothing was done" in text_of(page)
    assert f'href="{LIST}{account.pk}/change/"' in page.content.decode()
    chosen = support.get(f"{LIST}revoke/")
    assert chosen.status_code == 404 and "choose them again" in text_of(chosen)

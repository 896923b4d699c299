"""Auth configs in the admin: made step by step without scripts, changed, switched off, their secrets never shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from authconfigs.models import AuthConfig
from flowra.models import Event, Project
from tests.factories import make_account, make_auth_config, make_project, make_toolkit
from tests.staff import make_operator, make_support, signed_in, text_of

LIST = "/admin/authconfigs/authconfig/"
SECRET = "client-secret-0001"


@pytest.fixture
def operator(db: None) -> Client:
    return signed_in(make_operator())


@pytest.fixture
def project(db: None) -> Project:
    return make_project("Acme")


def url_of(auth_config: AuthConfig) -> str:
    return f"{LIST}{auth_config.pk}/change/"


def add_url(project: Project, toolkit: str = "github") -> str:
    return f"{LIST}add/?project={project.pk}&toolkit={toolkit}"


def form(**changed: Any) -> dict[str, Any]:
    return {"raw_credentials": "scope", "credential-client_id": "client-1", **changed}


def test_first_project_and_service_are_chosen_then_what_they_ask_for(
    operator: Client, project: Project
) -> None:
    make_toolkit(project, "acme-desk")
    assert "Acme" in text_of(operator.get(f"{LIST}add/"))
    services = text_of(operator.get(f"{LIST}add/?project={project.pk}"))
    assert "GitHub" in services
    assert "Acme Desk" in services
    asked = operator.get(add_url(project)).content.decode()
    assert 'name="credential-client_id"' in asked
    assert 'type="password" name="credential-client_secret"' in asked


def test_one_is_made_and_its_secret_is_sealed_and_masked(operator: Client, project: Project) -> None:
    sent = form(
        display_name="Acme's GitHub",
        **{"credential-client_secret": SECRET, "credential-scopes": "repo\nread:org"},
    )
    answer = operator.post(add_url(project), sent, follow=True)
    assert answer.status_code == 200, text_of(answer)
    made = AuthConfig.objects.get()
    assert made.secrets == {"client_secret": SECRET}
    assert made.settings == {"client_id": "client-1", "scopes": ["repo", "read:org"]}
    told = text_of(answer)
    assert made.redirect_uri in told
    assert "••••••••0001" in told
    for url in (LIST, url_of(made), f"{LIST}{made.pk}/history/", "/admin/", "/admin/flowra/event/"):
        assert SECRET not in operator.get(url).content.decode()
    assert not LogEntry.objects.filter(change_message__contains="0001").exists()
    assert Event.objects.filter(subject_id=made.pk, type="auth_config.created", actor_kind="staff").exists()


def test_an_empty_secret_leaves_the_stored_one(operator: Client, project: Project) -> None:
    made = make_auth_config(project)
    operator.post(url_of(made), form(display_name="New name", **{"credential-client_id": "client-2"}))
    made.refresh_from_db()
    assert (made.display_name, made.settings["client_id"]) == ("New name", "client-2")
    assert made.secrets == {"client_secret": SECRET}


def test_scopes_that_were_not_touched_are_not_changed_whichever_line_ends_come_back(
    operator: Client, project: Project
) -> None:
    made = make_auth_config(project, settings={"client_id": "client-1", "scopes": ["repo", "read:org"]})
    operator.post(url_of(made), form(**{"credential-scopes": "repo\r\nread:org"}))
    assert not Event.objects.exists()
    operator.post(url_of(made), form(**{"credential-scopes": ""}))
    made.refresh_from_db()
    assert made.settings["scopes"] == []
    operator.post(url_of(made), form(display_name="New name"))
    made.refresh_from_db()
    assert made.settings == {"client_id": "client-1", "scopes": []}


def test_a_new_secret_replaces_the_stored_one(operator: Client, project: Project) -> None:
    made = make_auth_config(project)
    operator.post(url_of(made), form(**{"credential-client_secret": "another-secret-0002"}))
    made.refresh_from_db()
    assert made.secrets == {"client_secret": "another-secret-0002"}
    assert "another" not in operator.get(url_of(made)).content.decode()


def test_one_is_switched_off_and_on_with_an_event_each(operator: Client, project: Project) -> None:
    made = make_auth_config(project)
    operator.post(url_of(made), form(is_disabled="on"))
    assert "▬ Switched off" in text_of(operator.get(LIST))
    operator.post(url_of(made), form())
    assert "● Enabled" in text_of(operator.get(LIST))
    assert [each.data["isDisabled"] for each in Event.objects.order_by("at")] == [True, False]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "wrong",
    [
        {"credential-client_id": ""},
        {"credential-client_id": "a\nb"},
        {"credential-client_id": "ü"},
        {"credential-client_id": "a" * 2001},
        {"credential-client_secret": "é"},
        {"credential-client_secret": "••••••••9999"},
        {"credential-scopes": 'a"b'},
        {"credential-scopes": "a\n" * 15_000},
        {"proxy_url": "http://169.254.169.254/"},
        {"proxy_url": "nonsense"},
        {"raw_credentials": "always"},
        {"display_name": "a\u202eb"},
        {"display_name": "a\x00b"},
        {"restrict_to_following_tools": "x" * 101},
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    operator: Client, project: Project, wrong: dict[str, str]
) -> None:
    made = make_auth_config(project)
    for url in (url_of(made), add_url(project)):
        sent = form(**({"credential-client_secret": SECRET} | wrong))
        answer = operator.post(url, sent)
        assert answer.status_code == 400, url
        assert SECRET not in answer.content.decode()
    assert AuthConfig.objects.get().updated_at == made.updated_at


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "query",
    ["project=x&toolkit=github", "project=%00", "toolkit=github", "state=x", "toolkit=%00", "scheme=x"],
)
def test_garbled_choices_are_no_failure(operator: Client, project: Project, query: str) -> None:
    assert operator.get(f"{LIST}add/?{query}").status_code in (200, 400, 404)
    assert operator.get(f"{LIST}?{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["&toolkit=none", "&toolkit=github&scheme=NONSENSE", "&toolkit=%22%3E", "&toolkit=" + "a" * 99]
)
def test_an_unknown_service_or_scheme_is_told_in_words(
    operator: Client, project: Project, query: str
) -> None:
    assert operator.get(f"{LIST}add/?project={project.pk}{query}").status_code in (400, 404)


def test_support_sees_one_with_its_mask_and_no_form(project: Project) -> None:
    made = make_auth_config(project)
    make_account(made)
    told = text_of(signed_in(make_support()).get(url_of(made)))
    assert made.redirect_uri in told
    assert "••••••••0001" in told
    assert "Save" not in told


def test_a_deleted_one_is_seen_and_not_changed(operator: Client, project: Project) -> None:
    from django.utils import timezone

    made = make_auth_config(project, deleted_at=timezone.now())
    assert "◇ Deleted" in text_of(operator.get(url_of(made)))
    assert operator.post(url_of(made), form()).status_code == 403
    assert operator.get(LIST, {"state": "deleted"}).status_code == 200


def test_one_that_is_in_use_is_deleted_only_with_what_is_under_it(operator: Client, project: Project) -> None:
    made = make_auth_config(project)
    account = make_account(made)
    url = f"{LIST}{made.pk}/end/"
    assert "1 connection of Acme uses it" in text_of(operator.get(url))
    assert operator.post(url, {"reason": "moved"}).status_code == 400
    assert operator.post(url, {"force": "on", "reason": " "}).status_code == 400
    assert AuthConfig.live.filter(pk=made.pk).exists()
    told = text_of(operator.post(url, {"force": "on", "reason": "moved"}, follow=True))
    assert "◇ Deleted" in told
    account.refresh_from_db()
    assert account.deleted_at is not None
    assert Event.objects.filter(type="auth_config.deleted", reason="moved", actor_kind="staff").exists()
    assert operator.post(url, {"reason": "again"}).status_code == 400


def test_support_deletes_no_auth_config_and_nobody_does_by_django_s_own_page(project: Project) -> None:
    made = make_auth_config(project)
    support = signed_in(make_support())
    assert support.post(f"{LIST}{made.pk}/end/", {"reason": "x"}).status_code == 403
    assert "Delete…" not in text_of(support.get(url_of(made)))
    assert signed_in(make_operator()).get(f"{LIST}{made.pk}/delete/").status_code == 403

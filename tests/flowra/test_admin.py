"""Projects and keys in the admin: made, changed and revoked by who may, each on the trail, each key shown once."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flowra.models import ApiKey, Event, Project
from tests.factories import make_account, make_auth_config, make_key, make_project
from tests.staff import make_operator, make_staff, make_support, signed_in, text_of

LIST = "/admin/flowra/project/"
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", 64, 64, 8, 2, 0, 0, 0, 0)
    + b"\0\0\0\0IEND"
)
VAST = PNG.replace(struct.pack(">II", 64, 64), struct.pack(">II", 60_000, 60_000))


@pytest.fixture
def operator(db: None) -> Client:
    return signed_in(make_operator())


@pytest.fixture
def project(db: None) -> Project:
    return make_project("Acme")


def url_of(project: Project, end: str = "change/") -> str:
    return f"{LIST}{project.pk}/{end}"


def form_of(project: Project, **changed: Any) -> dict[str, Any]:
    return {"name": project.name, "callback_origins": "\n".join(project.callback_origins), **changed}


def logo(content: bytes = PNG, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_a_project_is_made_with_its_origins_and_logo(operator: Client) -> None:
    sent = {
        "name": "Beta",
        "callback_origins": "https://APP.example.com/\n\nhttp://localhost:3000",
        "is_test": "on",
    }
    answer = operator.post(f"{LIST}add/", {**sent, "logo": logo()}, follow=True)
    assert answer.status_code == 200, text_of(answer)
    made = Project.objects.get(name="Beta")
    assert made.callback_origins == ["https://app.example.com", "http://localhost:3000"]
    assert made.is_test
    assert bytes(made.logo or b"") == PNG
    assert made.logo_type == "image/png"
    assert Event.objects.filter(
        subject_id=made.pk, type="project.created", actor_name="ops@example.com"
    ).exists()


def test_a_project_is_changed_and_the_trail_says_by_whom(operator: Client, project: Project) -> None:
    operator.post(url_of(project), form_of(project, name="Acme Two", require_confirmation="on"))
    project.refresh_from_db()
    assert (project.name, project.require_confirmation) == ("Acme Two", True)
    event = Event.objects.get(subject_id=project.pk)
    assert (event.type, event.actor_kind, event.actor_name) == ("project.updated", "staff", "ops@example.com")
    assert "Acme Two" in text_of(operator.get(url_of(project)))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("callback_origins", "app.example.com"),
        ("callback_origins", "https://app.example.com/path"),
        ("callback_origins", "javascript:alert(1)"),
        ("callback_origins", "https://a.example\nhttps://user@b.example"),
        ("callback_origins", "https://" + "a" * 30_000),
        ("name", ""),
        ("name", "a" * 101),
        ("name", "A\u202ecme"),
        ("name", "A\x00cme"),
        ("name", "A\ncme"),
    ],
)
def test_what_a_project_cannot_be_is_told_beside_its_field(
    operator: Client, project: Project, field: str, value: str
) -> None:
    answer = operator.post(url_of(project), form_of(project, **{field: value}))
    assert answer.status_code == 400
    before = (project.name, project.callback_origins)
    project.refresh_from_db()
    assert (project.name, project.callback_origins) == before


@pytest.mark.parametrize(
    "content",
    [b"<svg onload=alert(1)>", b"GIF89a" + b"0" * 50, PNG + b"0" * 100_000, PNG[:8], PNG[:-4], VAST, b""],
)
def test_what_is_no_small_picture_is_no_logo(operator: Client, project: Project, content: bytes) -> None:
    answer = operator.post(url_of(project), form_of(project, logo=logo(content)))
    assert answer.status_code == 400
    project.refresh_from_db()
    assert project.logo_type == ""


def test_a_logo_is_taken_away_again(operator: Client, project: Project) -> None:
    operator.post(url_of(project), form_of(project, logo=logo()))
    operator.post(url_of(project), form_of(project, remove_logo="on"))
    project.refresh_from_db()
    assert (project.logo, project.logo_type) == (None, "")


def test_a_key_is_shown_once_on_a_page_that_is_not_kept(operator: Client, project: Project) -> None:
    answer = operator.post(url_of(project, "keys/make/"), {"name": "backend", "scopes": ["accounts:read"]})
    key = ApiKey.objects.get()
    shown = [word for word in text_of(answer).split() if word.startswith("flw_live_")]
    assert len(shown) == 1
    assert key.scopes == ["accounts:read"]
    assert "no-store" in answer.headers["Cache-Control"]
    kept = [url_of(project), url_of(project, "history/"), "/admin/", "/admin/flowra/event/"]
    assert not any(shown[0] in operator.get(url).content.decode() for url in kept)
    assert not LogEntry.objects.filter(change_message__contains=shown[0]).exists()
    assert Event.objects.filter(type="api_key.created", actor_kind="staff").exists()
    client = Client(headers={"x-api-key": shown[0]})
    assert client.get("/api/v1/users/profile").status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "sent",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["proxy"], "expires_in_days": "0"},
        {"scopes": ["proxy"], "expires_in_days": "9" * 30},
        {"scopes": ["proxy"], "expires_in_days": "x"},
        {"scopes": ["proxy"], "name": "n" * 101},
        {"scopes": ["proxy"], "name": "a\u202eb"},
        {"scopes": ["proxy\x00"]},
    ],
)
def test_no_key_is_made_of_a_garbled_form(operator: Client, project: Project, sent: dict[str, Any]) -> None:
    assert operator.post(url_of(project, "keys/make/"), sent).status_code == 400
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_after_it_was_said_what_that_does(operator: Client, project: Project) -> None:
    key, text = make_key(project)
    url = url_of(project, f"keys/{key.pk}/revoke/")
    assert "is refused from that moment" in text_of(operator.get(url))
    assert ApiKey.objects.get().revoked_at is None
    told = text_of(operator.post(url, follow=True))
    assert "◇ Revoked" in told
    assert Client(headers={"x-api-key": text}).get("/api/v1/users/profile").status_code == 401
    assert "was revoked before" in text_of(operator.post(url, follow=True))
    assert Event.objects.filter(type="api_key.revoked").count() == 1


def test_another_project_s_key_is_not_revoked_through_this_one(operator: Client, project: Project) -> None:
    key, _ = make_key(make_project("Other"))
    assert operator.post(url_of(project, f"keys/{key.pk}/revoke/")).status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_a_project_is_found_by_a_key_of_it(operator: Client, project: Project) -> None:
    make_project("Other")
    _, text = make_key(project)
    for words in (text[:13], text, "acme", project.pk):
        told = text_of(operator.get(LIST, {"q": words}))
        assert "1 project" in told, words


def test_who_may_only_see_a_project_sees_no_keys_and_changes_nothing(project: Project) -> None:
    key, _ = make_key(project)
    viewer = signed_in(make_staff("flowra.view_project"))
    page = viewer.get(url_of(project))
    assert page.status_code == 200
    assert key.prefix not in page.content.decode()
    assert viewer.post(url_of(project), form_of(project, name="Mine")).status_code == 403
    assert viewer.post(url_of(project, "keys/make/"), {"scopes": ["proxy"]}).status_code == 403
    assert viewer.post(url_of(project, f"keys/{key.pk}/revoke/")).status_code == 403
    assert Project.objects.get().name == "Acme"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "query", ["type=x", "type__regex=[", "data__a__b=1", "at=never", "by=%00", "q=%00", "reason__contains=a"]
)
def test_the_trail_s_filters_never_widen(operator: Client, project: Project, query: str) -> None:
    make_operator("other@example.com")
    answer = operator.get(f"/admin/flowra/event/?{query}")
    assert answer.status_code == 400, query


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "end", ["change/", "keys/make/", "keys/key_none/revoke/", "keys/%00/revoke/", "history/", ""]
)
@pytest.mark.parametrize("id", ["pr_none", "%00", "x" * 3000, "_5F", "%ff"])
def test_an_id_that_is_nobody_s_is_a_page_in_words(operator: Client, id: str, end: str) -> None:
    assert operator.get(f"{LIST}{id}/{end}").status_code in (302, 400, 404)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "query", ["username__regex=[", "q=%00", "is_staff__exact=x", "id=99999999999999999999999", "e=1", "o=x"]
)
def test_django_s_own_lists_answer_odd_addresses_as_well(operator: Client, query: str) -> None:
    assert operator.get(f"/admin/auth/user/?{query}").status_code in (200, 302, 400)
    for id in ("99999999999999999999999", "%00", "x"):
        assert operator.get(f"/admin/auth/user/{id}/change/").status_code in (302, 400, 404)


def test_the_trail_is_not_changed_here(operator: Client, project: Project) -> None:
    operator.post(url_of(project), form_of(project, name="Acme Two"))
    event = Event.objects.get()
    url = f"/admin/flowra/event/{event.pk}/"
    assert "Acme Two" in text_of(operator.get(f"{url}change/"))
    assert operator.post(f"{url}change/", {"reason": "x"}).status_code == 403
    assert operator.get(f"{url}delete/").status_code == 403
    assert operator.get("/admin/flowra/event/add/").status_code == 403


def test_every_page_keeps_the_strict_policy_and_is_made_for_it(operator: Client, project: Project) -> None:
    account = make_account(make_auth_config(project))
    make_support()
    for url in (
        "/admin/",
        LIST,
        f"{LIST}add/",
        url_of(project),
        url_of(project, "keys/make/"),
        "/admin/flowra/event/",
        "/admin/accounts/connectedaccount/",
        f"/admin/accounts/connectedaccount/{account.pk}/change/",
        f"/admin/accounts/connectedaccount/revoke/?account={account.pk}",
        "/admin/authconfigs/authconfig/add/",
        "/admin/auth/user/",
        "/admin/auth/user/add/",
    ):
        page = operator.get(url)
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        body = page.content.decode()
        assert "<style" not in body, url
        assert " style=" not in body, url
        assert "<script>" not in body, url


def test_the_first_page_has_the_names_that_the_lists_have_and_a_search_for_who_may_see(
    operator: Client,
) -> None:
    told = text_of(operator.get("/admin/"))
    assert "People" in told and "External users" not in told
    assert "Find an account" in told
    assert "Find an account" not in text_of(signed_in(make_staff("flowra.view_project")).get("/admin/"))

"""How the app looks: tried without being stored, saved by its owner, its site shown once it is proved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from flowra.actions import verify_site as verifying
from flowra.errors import Conflict, ProviderFailed
from flowra.events.record import SYSTEM
from flowra.models import Project, Role
from flowra.outbound import Answer, OutboundFailed
from tests.staff import text_of

As = Callable[..., Client]
SAID = {
    "accent": "#FFCC00",
    "website": "https://acme.example",
    "support_contact": "help@acme.example",
    "terms_url": "https://acme.example/terms",
    "privacy_url": "",
}


def url(project: Project, rest: str = "") -> str:
    return f"/dashboard/{project.pk}/look{rest}"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPPORT, Role.DEVELOPER])
def test_it_is_the_owners(project: Project, as_member: As, role: Role) -> None:
    browser = as_member(role)
    for path in ("", "/verify", "/preview", "/preview.css"):
        assert browser.get(url(project, path)).status_code == 403
    assert browser.post(url(project), SAID).status_code == 403


def test_what_is_tried_is_shown_and_not_stored(project: Project, as_member: As) -> None:
    browser = as_member(Role.OWNER)
    page = browser.get(url(project), {"accent": "#ffcc00"})
    assert "On light pages it is darkened to #" in text_of(page)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    preview = browser.get(url(project, "/preview"), {"accent": "#ffcc00"})
    assert "Connect Slack" in text_of(preview) and "<div inert>" in preview.content.decode()
    assert "frame-ancestors http" in preview["Content-Security-Policy"]
    assert (
        "--accent:#ffcc00"
        in browser.get(url(project, "/preview.css"), {"accent": "#ffcc00"}).content.decode()
    )
    project.refresh_from_db()
    assert project.accent == ""


@pytest.mark.parametrize("odd", ["red", "#fff", "}</style><script>", "\u202e#123456", "#1f57c3" * 9])
def test_an_odd_colour_is_none(project: Project, as_member: As, odd: str) -> None:
    browser = as_member(Role.OWNER)
    for path in ("", "/preview", "/preview.css"):
        answer = browser.get(url(project, path), {"accent": odd})
        assert answer.status_code == 200 and "<script>" not in answer.content.decode().partition("<body")[2]
    assert browser.get(url(project, "/preview.css"), {"accent": odd}).content == b""


def test_it_is_saved_whole_or_told_what_is_wrong(project: Project, as_member: As) -> None:
    browser = as_member(Role.OWNER)
    wrong = browser.post(url(project), {**SAID, "terms_url": "ftp://acme.example", "accent": "red"})
    assert wrong.status_code == 400 and "Must be a colour like #1f57c3" in text_of(wrong)
    project.refresh_from_db()
    assert project.website == ""
    assert browser.post(url(project), SAID).status_code == 302
    project.refresh_from_db()
    assert (project.accent, project.website, project.shows_flowra) == (
        "#ffcc00",
        "https://acme.example",
        False,
    )
    shown = text_of(browser.get(url(project)))
    assert "Not verified" in shown and project.pk in shown and "/.well-known/flowra-site" in shown


def answering(monkeypatch: pytest.MonkeyPatch, content: bytes = b"", status: int = 200) -> list[str]:
    asked: list[str] = []

    def send(method: str, address: str, **_: object) -> Answer:
        asked.append(address)
        return Answer(status=status, headers={}, content=content, url=address)

    monkeypatch.setattr(verifying, "send", send)
    return asked


def test_a_site_that_knows_the_project_is_the_apps(
    project: Project, as_member: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    Project.objects.filter(pk=project.pk).update(website="https://acme.example")
    asked = answering(monkeypatch, f"{project.pk}\n".encode())
    browser = as_member(Role.OWNER)
    assert browser.get(url(project, "/verify")).status_code == 302 and asked == []
    said = browser.post(url(project, "/verify"), follow=True)
    assert "https://acme.example is verified" in text_of(said)
    assert asked == ["https://acme.example/.well-known/flowra-site"]
    project.refresh_from_db()
    assert project.website_verified_at is not None


@pytest.mark.parametrize(
    ("content", "status"), [(b"pr_another", 200), (b"", 200), (b"\xff\xfe", 200), (b"x", 404), (b"", 301)]
)
def test_any_other_answer_proves_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, content: bytes, status: int
) -> None:
    project.website = "https://acme.example"
    project.save()
    answering(monkeypatch, content, status)
    with pytest.raises(Conflict):
        verifying.verify_site(project, SYSTEM)
    project.refresh_from_db()
    assert project.website_verified_at is None


def test_a_site_that_does_not_answer_or_was_changed_meanwhile_is_not_verified(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.website = "https://acme.example"
    project.save()

    def away(*_: object, **__: object) -> Answer:
        raise OutboundFailed("The service cannot be reached.")

    monkeypatch.setattr(verifying, "send", away)
    with pytest.raises(ProviderFailed):
        verifying.verify_site(project, SYSTEM)
    answering(monkeypatch, project.pk.encode())
    Project.objects.update(website="https://other.example")
    with pytest.raises(Conflict, match="changed meanwhile"):
        verifying.verify_site(project, SYSTEM)


def test_a_site_that_may_not_be_asked_is_told_in_a_whole_sentence(
    project: Project, as_member: Callable[..., Client]
) -> None:
    project.website = "https://no-such-host.invalid"
    project.save()
    told = text_of(as_member(Role.OWNER).post(url(project, "/verify"), follow=True))
    assert "cannot be asked: it has a host that does not resolve." in told

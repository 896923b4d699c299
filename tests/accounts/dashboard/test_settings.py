"""A project's settings, and one's own password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from flowra.models import Event, Project, Role
from tests.accounts.dashboard.conftest import PASSWORD, MakeMember
from tests.staff import signed_in, text_of


def test_settings_are_changed_by_an_owner_and_the_trail_says_so(
    project: Project, as_member: Callable[..., Client]
) -> None:
    owner, path = as_member(Role.OWNER), f"/dashboard/{project.pk}/settings"
    said = {
        "name": "Acme Two",
        "callback_origins": "https://app.acme.example\nhttps://staging.acme.example",
        "custom_schemes": "com.acme.app",
        "require_confirmation": "on",
        "owner_email": "ada@acme.example",
    }
    assert "Saved." in text_of(owner.post(path, said, follow=True))
    project.refresh_from_db()
    assert project.name == "Acme Two" and project.require_confirmation
    assert project.callback_origins == ["https://app.acme.example", "https://staging.acme.example"]
    assert project.custom_schemes == ["com.acme.app"]
    assert Event.objects.get(type="project.updated").actor_name == "owner@example.com"
    told = text_of(owner.get(path))
    assert "→ Acme Two" in told and "no → yes" in told and "nothing → com.acme.app" in told
    assert "{'" not in told and "['" not in told


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"callback_origins": "app.acme.example"},
        {"callback_origins": "https://app.acme.example/path"},
        {"custom_schemes": "javascript"},
        {"owner_email": "nobody"},
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_changes_nothing(
    project: Project, as_member: Callable[..., Client], wrong: dict[str, str]
) -> None:
    answer = as_member(Role.OWNER).post(f"/dashboard/{project.pk}/settings", {"name": "New name", **wrong})
    (field,) = wrong
    assert answer.status_code == 400 and f'id="id_{field}"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    name = project.name
    project.refresh_from_db()
    assert project.name == name


def test_ones_own_password_is_changed_and_other_browsers_are_signed_out(make_member: MakeMember) -> None:
    user = make_member()
    here, there = signed_in(user), Client()
    there.login(username=user.username, password=PASSWORD)
    new = "another that nobody guesses 7"
    said = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert "Your password is changed" in text_of(here.post("/dashboard/password", said, follow=True))
    assert here.get("/dashboard/?all").status_code == 200
    assert there.get("/dashboard/?all").status_code == 302
    wrong = here.post("/dashboard/password", {**said, "old_password": "no"})
    assert wrong.status_code == 200 and "Please look at this again" in text_of(wrong)

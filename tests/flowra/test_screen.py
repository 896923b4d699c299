"""The screen says what is true of this installation, and no step that was taken already."""

from __future__ import annotations

from typing import Any

import pytest

from flowra.serving.screen import Screen

URL = "http://127.0.0.1:8000"


@pytest.fixture
def public(settings: Any) -> Any:
    settings.FLOWRA_PUBLIC_URL = URL
    return settings


def screen(**more: Any) -> str:
    told: dict[str, Any] = {
        "url": URL,
        "manage": "python manage.py",
        "is_for_others": False,
        "has_staff": True,
        "has_projects": True,
    }
    return Screen(**{**told, **more}).text()


def test_steps_that_were_taken_are_not_told_again(public: Any) -> None:
    assert "Next," not in screen()
    assert "createsuperuser" in screen(has_staff=False)
    assert "create_project" not in screen(has_staff=False)
    assert "create_project" in screen(has_projects=False)


def test_a_public_url_is_shown_beside_the_local_one(public: Any) -> None:
    assert "Public URL" not in screen()
    public.FLOWRA_PUBLIC_URL = "https://connect.example.com"
    assert "  Public URL  https://connect.example.com\n" in screen()
    for page in ("admin", "dashboard"):
        assert f"https://connect.example.com/{page}/" in screen()


def test_one_that_listens_for_others_and_has_no_address_for_them_says_so(public: Any) -> None:
    assert "set FLOWRA_PUBLIC_URL" in screen(is_for_others=True)
    public.FLOWRA_PUBLIC_URL = "https://connect.example.com"
    assert "cannot open it yet" not in screen(is_for_others=True)


def test_keys_that_were_given_are_nowhere_else(
    public: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    assert "  Keys        as given in the environment" in screen()
    public.FLOWRA_DATA_DIR = tmp_path
    (tmp_path / "keys.env").write_text("x")
    monkeypatch.delenv("FLOWRA_ENCRYPTION_KEYS")
    assert f"{tmp_path}/keys.env   keep a copy" in screen()

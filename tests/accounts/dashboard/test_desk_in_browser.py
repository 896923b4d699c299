"""What of the project's pages only a browser can tell: that the preview shows all that the form changes, and that a table's
name is read in one line on a phone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from flowra.models import Project, Role
from tests.accounts.dashboard.at_practice import at_practice
from tests.accounts.dashboard.conftest import PASSWORD, MakeMember
from tests.provider import PracticeProvider

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visitor = Callable[..., "BrowserContext"]


@pytest.fixture
def project_live(transactional_db: None, project: Project, make_member: MakeMember) -> Project:
    make_member(Role.OWNER, "ada@example.com")
    return project


def signed_in_at(context: BrowserContext, flowra: str, onward: str) -> Page:
    page = context.new_page()
    page.goto(f"{flowra}/dashboard/sign-in?next={onward}")
    page.get_by_label("Username").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{onward}*")
    return page


def test_the_preview_shows_whom_to_ask_and_who_runs_the_page(
    live_flowra: str, visitor: Visitor, project_live: Project
) -> None:
    project_live.support_contact, project_live.terms_url = "help@acme.example", "https://acme.example/terms"
    project_live.save()
    page = signed_in_at(visitor(width=1280), live_flowra, f"/dashboard/{project_live.pk}/look")
    frame = page.locator("iframe.preview")
    frame.scroll_into_view_if_needed()
    foot = frame.content_frame.get_by_text("keeps connections for")
    foot.wait_for()
    seen, whole = foot.bounding_box(), frame.bounding_box()
    assert seen is not None and whole is not None
    assert seen["y"] + seen["height"] <= whole["y"] + whole["height"]


def test_a_tables_name_is_read_in_one_line_on_a_phone(
    live_flowra: str, visitor: Visitor, project_live: Project, provider: PracticeProvider
) -> None:
    made = at_practice(project_live, provider)
    page = signed_in_at(
        visitor(width=320), live_flowra, f"/dashboard/{project_live.pk}/auth-configs/{made.pk}"
    )
    page.get_by_role("button", name="Test now").click()
    caption = page.locator(".tested caption")
    caption.wait_for()
    size = caption.bounding_box()
    assert size is not None and size["height"] < 40

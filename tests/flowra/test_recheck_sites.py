"""Sites that were verified are asked again: what went without confirming for a week is shown no longer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from flowra.actions.recheck_sites import recheck_sites
from flowra.models import Event, Project
from tests.factories import make_project


class Owner:
    """Whoever has the site now; `says` is the file's text, None: there is no file."""

    def __init__(self) -> None:
        self.says: str | None = None
        self.asked = 0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.asked += 1
                body = (owner.says or "").encode()
                self.send_response(404 if owner.says is None else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def owner() -> Iterator[Owner]:
    made = Owner()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def verified(owner: Owner, db: None) -> Callable[[int], Project]:
    """A project whose site was confirmed so many hours ago."""
    site = f"http://127.0.0.1:{owner.server.server_address[1]}"
    return lambda hours: make_project(
        website=site, website_verified_at=timezone.now() - timedelta(hours=hours)
    )


def test_a_site_that_still_says_so_is_confirmed_anew(
    owner: Owner, verified: Callable[[int], Project]
) -> None:
    project = verified(24 * 8)
    owner.says = project.pk
    recheck_sites()
    project.refresh_from_db()
    assert project.website_verified_at is not None
    assert timezone.now() - project.website_verified_at < timedelta(minutes=1)
    assert not Event.objects.exists()


@pytest.mark.parametrize("says", [None, "pr_of_somebody_else"])
def test_one_that_says_otherwise_is_shown_for_a_week_and_no_longer(
    owner: Owner, verified: Callable[[int], Project], says: str | None
) -> None:
    lately, long_ago = verified(24 * 6), verified(24 * 7)
    owner.says = says
    recheck_sites()
    for each in (lately, long_ago):
        each.refresh_from_db()
    assert lately.website_verified_at is not None
    assert long_ago.website_verified_at is None
    event = Event.objects.get()
    assert event.subject_id == long_ago.pk and "seven days" in event.reason


def test_none_is_asked_more_than_once_a_day(owner: Owner, verified: Callable[[int], Project]) -> None:
    verified(23)
    recheck_sites()
    assert owner.asked == 0

"""What a page in a state is, and where each kind of them is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.gallery.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[[Stage, "Page"], None]


@dataclass(frozen=True)
class Place:
    """One page in one state. `who` is `stranger`, `owner` or `operator`; `most` its greatest weight in bytes and `requests` how
    many it may make, itself among them; `moved` how far it may shift while it loads: Django's own scripts add to the admin's lists.
    """

    name: str
    title: str
    who: str
    open: Open
    most: int
    requests: int
    moved: float = 0.001


CONNECT: list[Place] = []
ADMIN: list[Place] = []
DASHBOARD: list[Place] = []
PORTAL: list[Place] = []


def at(path: str) -> Open:
    """Opens a path below Flowra's own address; `{account}` and such are filled in from the stage."""

    def open_it(stage: Stage, page: Page) -> None:
        page.goto(
            stage.url
            + path.format(
                project=stage.project.pk,
                account=stage.accounts["active"].pk,
                expired=stage.accounts["expired"].pk,
                long=stage.accounts["long"].pk,
                person=stage.accounts["active"].external_user_id,
                config=stage.configs["slack"].pk,
                failing=stage.configs["failing"].pk,
                fresh=stage.fresh.pk,
                call="post_connected_accounts_link",
                **stage.desk,
            )
        )

    return open_it


def connect(name: str, title: str) -> Callable[[Open], Open]:
    """A page that somebody sees who is asked to connect."""

    def keep(open_it: Open) -> Open:
        CONNECT.append(Place(f"connect-{name}", title, "stranger", open_it, 50_000, 10))
        return open_it

    return keep


def portal(name: str, title: str) -> Callable[[Open], Open]:
    """A page of somebody's own connections."""

    def keep(open_it: Open) -> Open:
        PORTAL.append(Place(f"portal-{name}", title, "stranger", open_it, 60_000, 8))
        return open_it

    return keep

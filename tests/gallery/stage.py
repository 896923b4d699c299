"""A Flowra with a life: Acme, its team, its services and its people, in every state that a page must show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import ConnectedAccount, Status
from authconfigs.models import AuthConfig
from flowra.models import Membership, Project, Role
from tests.caller import Caller, make_caller
from tests.factories import make_account, make_auth_config, make_external_user, make_project
from tests.gallery.desk_of_developers import lay_out
from tests.provider import PracticeProvider
from tests.staff import make_operator, signed_in
from tests.walks.app import App, AppPage

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
RIGHT_TO_LEFT = "شركة الأمل للتجارة"
LOGO = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@dataclass
class Stage:
    """What the pages show, and how to get at them. `visitor` makes browsers, `url` is Flowra's own."""

    url: str
    visitor: Callable[..., BrowserContext]
    app: App
    owner: User
    operator: User
    accounts: dict[str, ConnectedAccount]
    configs: dict[str, AuthConfig]
    desk: dict[str, str]
    fresh: Project

    @property
    def project(self) -> Project:
        return self.app.caller.project

    @property
    def caller(self) -> Caller:
        return self.app.caller

    def stranger(self, **look: Any) -> Page:
        """A page of somebody's who is not signed in."""
        return self.visitor(**look).new_page()

    def as_user(self, user: User, **look: Any) -> Page:
        """A page of a browser in which `user` is signed in."""
        context = self.visitor(**look)
        cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.url}])
        return context.new_page()


def set_up(url: str, visitor: Callable[..., BrowserContext], provider: PracticeProvider) -> Stage:
    """Makes it all; the app's page is stopped by whoever asked for it."""
    page = AppPage()
    project = make_project(
        "Acme",
        callback_origins=[page.origin],
        accent="#0b7a4b",
        website="https://acme.example",
        website_verified_at=timezone.now(),
        support_contact="help@acme.example",
        terms_url="https://acme.example/terms",
        privacy_url="https://acme.example/privacy",
    )
    app = App(make_caller(project), page, provider)
    app.register()
    owner = User.objects.create_user("ada@acme.example", password="correct horse battery")
    Membership.objects.create(user=owner, project=project, role=Role.OWNER)
    configs = {
        slug: make_auth_config(project, slug, display_name=f"Acme's {slug.title()} app")
        for slug in ("slack", "gmail", "github", "hubspot")
    }
    configs["failing"] = make_auth_config(
        project,
        "notion",
        display_name="Acme's Notion app",
        failing_since=timezone.now() - timedelta(hours=3),
        failing_words="invalid_client",
    )
    accounts = _accounts(configs)
    fresh = make_project("Acme’s next app")
    Membership.objects.create(user=owner, project=fresh, role=Role.OWNER)
    return Stage(
        url=url,
        visitor=visitor,
        app=app,
        owner=owner,
        operator=make_operator("ops@flowra.example"),
        accounts=accounts,
        configs=configs,
        fresh=fresh,
        desk=lay_out(project, owner, accounts, page.origin),
    )


def _accounts(configs: dict[str, AuthConfig]) -> dict[str, ConnectedAccount]:
    now = timezone.now()
    project = configs["slack"].project
    secrets = {"access_token": "at-gallery", "refresh_token": "rt-gallery"}
    scopes: dict[str, Any] = {
        "scopes_requested": ["chat:write", "channels:read"],
        "scopes_granted": ["chat:write"],
    }
    mia = make_external_user(project, "mia@customer.example")
    made = {
        "active": make_account(
            configs["slack"],
            mia,
            secrets=secrets,
            identity_id="U0SLACK9",
            identity_name="Mia Wong",
            identity_email="mia@customer.example",
            identity_workspace="Customer Works",
            labels=["vip", "Zürich"],
            last_used_at=now - timedelta(minutes=3),
            expires_at=now + timedelta(hours=7),
            **scopes,
        ),
        "expired": make_account(
            configs["gmail"],
            mia,
            status=Status.EXPIRED,
            secrets=secrets,
            identity_email="mia.wong@mail.example",
            status_reason="grant_revoked",
        ),
        "inactive": make_account(
            configs["github"], mia, status=Status.INACTIVE, secrets=secrets, identity_name="mia-wong"
        ),
        "failed": make_account(configs["hubspot"], mia, status=Status.FAILED, status_reason="access_denied"),
        "refused": make_account(configs["failing"], mia, secrets=secrets, identity_name="Mia's notes"),
        "long": make_account(
            configs["slack"],
            make_external_user(project, "x" * 200),
            secrets=secrets,
            identity_name=LONG,
            identity_email=f"{'a' * 60}@{'b' * 60}.example",
            display_name=f"{LONG} {RIGHT_TO_LEFT}",
            labels=[f"label-{each}" for each in range(12)],
        ),
    }
    for number in range(60):
        person = make_external_user(project, f"customer_{number}")
        made[f"many-{number}"] = make_account(
            configs["slack" if number % 3 else "gmail"],
            person,
            status=Status.EXPIRED if number % 9 == 0 else Status.ACTIVE,
            secrets=secrets,
            identity_email=f"person{number}@customer.example",
            created_at=now - timedelta(hours=11 * number),
        )
    return made

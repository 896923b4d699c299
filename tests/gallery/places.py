"""The list of pages and states: each is opened as whoever meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.gallery import endings
from tests.gallery.place import ADMIN, CONNECT, DASHBOARD, PORTAL, Open, Place, at, connect, portal
from tests.gallery.stage import LONG, RIGHT_TO_LEFT, Stage
from tests.walks.conftest import agree_at_the_provider

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SCOPES = ["channels:history", "chat:write", "channels:read", "im:history", "users:read"]


@connect("link", "Asked to connect")
def _link(stage: Stage, page: Page) -> None:
    page.goto(stage.app.link()["redirectUrl"])


@connect("slack", "Asked to connect Slack")
def _slack(stage: Stage, page: Page) -> None:
    link = stage.app.link(authConfigId=stage.configs["slack"].pk, scopes=_SCOPES)
    page.goto(link["redirectUrl"])


@connect("key", "Asked for a key")
def _key(stage: Stage, page: Page) -> None:
    page.goto(stage.app.link(authConfigId=stage.app.key_config_id)["redirectUrl"])


@connect("key-wrong", "A key that was not typed")
def _key_wrong(stage: Stage, page: Page) -> None:
    _key(stage, page)
    page.get_by_role("button", name="Connect Practice Keys").click()
    page.get_by_role("alert").wait_for()


@connect("long", "Names that are long, or run from right to left")
def _long(stage: Stage, page: Page) -> None:
    stage.project.name = f"{RIGHT_TO_LEFT} {LONG}"[:100]
    stage.project.save()
    page.goto(stage.app.link(eUID="a" * 255)["redirectUrl"])


@connect("done", "Connected")
def _done(stage: Stage, page: Page) -> None:
    page.goto(stage.app.link(callbackUrl=None)["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.get_by_text("Connected as").wait_for()


@connect("refused", "Not now")
def _refused(stage: Stage, page: Page) -> None:
    page.goto(stage.app.link(callbackUrl=None)["redirectUrl"])
    page.get_by_role("button", name="Not now").click()
    page.get_by_role("heading", name="Nothing was shared").wait_for()


@connect("error", "The service ended it")
def _error(stage: Stage, page: Page) -> None:
    stage.app.provider.fail("/authorize", "error", error="server_error", words="Try tomorrow", method="POST")
    page.goto(stage.app.link(callbackUrl=None)["redirectUrl"])
    page.get_by_role("button", name="Connect Practice").click()
    agree_at_the_provider(page)
    page.get_by_text("Try tomorrow").wait_for()


@connect("used", "A link that was used")
def _used(stage: Stage, page: Page) -> None:
    link = stage.app.link(callbackUrl=None)
    page.goto(link["redirectUrl"])
    page.get_by_role("button", name="Not now").click()
    page.get_by_role("heading", name="Nothing was shared").wait_for()
    page.goto(link["redirectUrl"])


@connect("unknown", "No such link")
def _unknown(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}/connect/{'x' * 43}")


@connect("choose", "Several services to choose from")
def _choose(stage: Stage, page: Page) -> None:
    ids = [each.pk for name, each in stage.configs.items() if name != "failing"]
    page.goto(stage.app.link(authConfigId=None, authConfigIds=ids)["redirectUrl"])


@connect("german", "In German")
def _german(stage: Stage, page: Page) -> None:
    page.goto(
        stage.app.link(authConfigId=stage.configs["slack"].pk, locale="de", scopes=_SCOPES)["redirectUrl"]
    )


@connect("japanese", "In Japanese")
def _japanese(stage: Stage, page: Page) -> None:
    page.goto(
        stage.app.link(authConfigId=stage.configs["slack"].pk, locale="ja", scopes=_SCOPES)["redirectUrl"]
    )


@portal("door", "The address of one's connections")
def _portal_door(stage: Stage, page: Page) -> None:
    wish = {"eUID": "mia@customer.example"}
    page.goto(stage.caller.post("portal_sessions", wish).json()["url"])


@portal("list", "One's connections")
def _portal_list(stage: Stage, page: Page) -> None:
    _portal_door(stage, page)
    page.get_by_role("button", name="See my connections").click()
    page.get_by_text("mia@customer.example").first.wait_for()


@portal("one", "One connection")
def _portal_one(stage: Stage, page: Page) -> None:
    _portal_list(stage, page)
    page.goto(f"{page.url}/{stage.accounts['active'].pk}")


@portal("disconnect", "Before it is taken back")
def _portal_disconnect(stage: Stage, page: Page) -> None:
    _portal_one(stage, page)
    page.goto(f"{page.url}/disconnect")


def _admin(name: str, title: str, path: str, who: str = "operator") -> None:
    ADMIN.append(Place(f"admin-{name}", title, who, at(path), 700_000, 30, moved=0.1))


_admin("home", "The admin", "/admin/")
_admin("accounts", "Accounts", "/admin/accounts/connectedaccount/")
_admin("account", "One account", "/admin/accounts/connectedaccount/{account}/change/")
_admin("account-expired", "One that needs its person", "/admin/accounts/connectedaccount/{expired}/change/")
_admin("account-long", "Long names", "/admin/accounts/connectedaccount/{long}/change/")
_admin("revoke", "Before revoking", "/admin/accounts/connectedaccount/revoke/?account={account}")
_admin(
    "revoke-person",
    "Before revoking all of a person",
    "/admin/accounts/connectedaccount/revoke-all/?q={person}",
)
_admin("runs", "Revocations", "/admin/accounts/revocationrun/")
_admin("people", "People", "/admin/accounts/externaluser/")
_admin("person", "One person", "/admin/accounts/externaluser/{person}/change/")
_admin("configs", "Auth configs", "/admin/authconfigs/authconfig/")
_admin("config", "One auth config", "/admin/authconfigs/authconfig/{failing}/change/")
_admin("projects", "Projects", "/admin/flowra/project/")
_admin("project", "One project", "/admin/flowra/project/{project}/change/")
_admin("trail", "The trail", "/admin/flowra/event/")


def _of_admin(name: str, title: str) -> Callable[[Open], Open]:
    def keep(open_it: Open) -> Open:
        ADMIN.append(Place(f"admin-{name}", title, "operator", open_it, 700_000, 30, moved=0.1))
        return open_it

    return keep


@_of_admin("ask", "Asked to connect again")
def _ask(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}/admin/accounts/connectedaccount/{stage.accounts['expired'].pk}/change/")
    page.get_by_role("button", name="Ask to connect again").click()
    page.get_by_text("/connect/").first.wait_for()


@_of_admin("run", "Many were revoked")
def _run(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}/admin/accounts/connectedaccount/revoke-all/?q=customer_1")
    page.get_by_label("Reason").fill("They left")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("11 of 11").wait_for()
    page.goto(f"{page.url.split('?')[0]}?still=1")


def _dashboard(name: str, title: str, path: str, who: str = "owner", requests: int = 10) -> None:
    DASHBOARD.append(Place(f"dashboard-{name}", title, who, at(path), 150_000, requests))


_dashboard("sign-in", "Signing in", "/dashboard/sign-in", "stranger")
# A page with a connect page in it.
_dashboard("look", "How the app looks", "/dashboard/{project}/look?accent=%23ffcc00", requests=16)
_dashboard("projects", "Projects", "/dashboard/?all")
_dashboard("new-project", "A new project", "/dashboard/new", "operator")
_dashboard("health", "Health", "/dashboard/{project}/")
_dashboard("first-run", "The first three steps", "/dashboard/{fresh}/")
_dashboard("accounts", "Accounts", "/dashboard/{project}/accounts")
_dashboard("accounts-narrowed", "Accounts, narrowed", "/dashboard/{project}/accounts?statuses=EXPIRED&q=mia")
_dashboard("accounts-none", "None of them", "/dashboard/{project}/accounts?q=nobody-at-all")
_dashboard("accounts-fresh", "No accounts yet", "/dashboard/{fresh}/accounts")
_dashboard("account", "One account", "/dashboard/{project}/accounts/{account}")
_dashboard("account-expired", "One that needs its person", "/dashboard/{project}/accounts/{expired}")
_dashboard("account-long", "One with long names", "/dashboard/{project}/accounts/{long}")
_dashboard("account-edit", "Changing what it is called", "/dashboard/{project}/accounts/{account}/edit")
_dashboard("account-revoke", "Before revoking one", "/dashboard/{project}/accounts/{account}/revoke")
_dashboard("people", "People", "/dashboard/{project}/people")
_dashboard("person", "One person", "/dashboard/{project}/people/{person}")
_dashboard(
    "person-revoke", "Before revoking all of one person", "/dashboard/{project}/people/{person}/revoke"
)
_dashboard("configs", "Auth configs", "/dashboard/{project}/auth-configs")
_dashboard("config", "One auth config", "/dashboard/{project}/auth-configs/{config}")
_dashboard("config-failing", "One that is refused", "/dashboard/{project}/auth-configs/{failing}")
_dashboard("config-edit", "Changing one", "/dashboard/{project}/auth-configs/{config}/edit")
_dashboard("config-delete", "Before deleting one", "/dashboard/{project}/auth-configs/{config}/delete")
_dashboard("choose-service", "Choosing a service", "/dashboard/{project}/auth-configs/new")
_dashboard("set-up", "Setting Slack up", "/dashboard/{project}/auth-configs/new/slack")
_dashboard("set-up-key", "Setting OpenAI up", "/dashboard/{project}/auth-configs/new/openai")
_dashboard("toolkits", "Toolkits", "/dashboard/{project}/toolkits")
_dashboard("toolkit", "One toolkit", "/dashboard/{project}/toolkits/slack")
_dashboard("toolkit-new", "Making a toolkit", "/dashboard/{project}/toolkits/own/new")
_dashboard("toolkit-json", "Making one from JSON", "/dashboard/{project}/toolkits/own/new?as=json")
_dashboard("events", "The trail", "/dashboard/{project}/events")
_dashboard("webhooks", "Webhooks", "/dashboard/{project}/webhooks")
_dashboard("webhook", "One webhook", "/dashboard/{project}/webhooks/{webhook}")
_dashboard("webhook-new", "Making a webhook", "/dashboard/{project}/webhooks/new")
_dashboard("webhook-secret", "Before a new secret", "/dashboard/{project}/webhooks/{webhook}/secret")
_dashboard("deliveries", "Deliveries", "/dashboard/{project}/webhooks/deliveries")
_dashboard("delivery", "One delivery", "/dashboard/{project}/webhooks/deliveries/{delivery}")
_dashboard("keys", "API keys", "/dashboard/{project}/keys")
_dashboard("key-new", "Making a key", "/dashboard/{project}/keys/new")
_dashboard("key-revoke", "Before revoking a key", "/dashboard/{project}/keys/{key}/revoke")
_dashboard("explorer", "API explorer", "/dashboard/{project}/explorer")
_dashboard("explorer-call", "One call", "/dashboard/{project}/explorer?call={call}")
_dashboard("team", "Team", "/dashboard/{project}/team")
_dashboard("invite", "Inviting somebody", "/dashboard/{project}/team/invite")
_dashboard("settings", "Settings", "/dashboard/{project}/settings")
_dashboard("password", "One's own password", "/dashboard/password")
_dashboard("nothing", "Nothing is there", "/dashboard/{project}/auth-configs/nothing")
_dashboard("join", "Invited", "/dashboard/join/{invitation}", "stranger")

# Each of its pages keeps itself, as it is read.
assert endings.__doc__
PLACES = [*CONNECT, *PORTAL, *DASHBOARD, *ADMIN]

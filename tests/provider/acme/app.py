"""Acme: a sample app of one page with a Connect button, as small as an app can be that uses Flowra properly.

It knows who is signed in to it by a cookie, asks Flowra for a link in that user's name, and looks at what comes back.
It keeps nothing: the list is Flowra's.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ..message import Reply, Request, as_page, as_redirect
from ..web import WebServer
from . import pages
from .flowra_api import FlowraApi, FlowraSaidNo
from .pages import Notice

USERS = ("customer_42", "customer_7")
COOKIE = "acme_user"


class Acme:
    """The app on loopback. Use as a context manager, or `start()` and `stop()`.

    The project behind `api_key` must allow `origin` as a callback origin. `require_confirmation` asks for links that
    Flowra finishes only after Acme has said who came back.
    """

    def __init__(
        self,
        flowra_url: str,
        api_key: str,
        auth_config_id: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        require_confirmation: bool = False,
    ) -> None:
        self._flowra = FlowraApi(flowra_url.rstrip("/"), api_key)
        self._auth_config_id = auth_config_id
        self._require_confirmation = require_confirmation
        self._service = ""
        self._web = WebServer(self._answer, host, port)

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`. Raises `RuntimeError` before `start`."""
        return self._web.origin

    def start(self) -> Acme:
        """Serves from a thread of its own. Raises `OSError` where the port is taken."""
        self._web.start()
        return self

    def stop(self) -> None:
        self._web.stop()

    def __enter__(self) -> Acme:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _answer(self, request: Request) -> Reply:
        match request.method, request.path:
            case (("GET" | "HEAD"), "/"):
                return self._page(request, _after_deed(request))
            case (("GET" | "HEAD"), "/connected"):
                return self._came_back(request)
            case (("GET" | "HEAD"), "/acme.css"):
                return pages.style_sheet()
            case "POST", ("/connect" | "/disconnect" | "/switch"):
                return self._deed(request)
            case _:
                return as_page(pages.lost(), 404)

    def _deed(self, request: Request) -> Reply:
        if not request.is_same_origin(self.origin):
            return self._page(
                request, Notice("bad", "That form came from another site, so nothing was done."), 403
            )
        user = signed_in(request)
        try:
            match request.path:
                case "/connect":
                    return as_redirect(self._link(user, request.form.get("again")))
                case "/disconnect":
                    self._flowra.disconnect(user, request.form.get("id", ""))
                    return as_redirect("/?done=disconnected")
                case _:
                    chosen = request.form.get("user")
                    name = chosen if chosen in USERS else USERS[0]
                    cookie = f"{COOKIE}={name}; HttpOnly; SameSite=Lax; Path=/"
                    return as_redirect("/", headers=[("Set-Cookie", cookie)])
        except FlowraSaidNo as no:
            return self._page(request, _told(no), 502)

    def _link(self, user: str, again: str | None) -> str:
        wishes: dict[str, Any] = {"connectedAccountId": again} if again else {}
        if self._require_confirmation:
            wishes["requireConfirmation"] = True
        return self._flowra.link(user, self._auth_config_id, f"{self.origin}/connected", **wishes)

    def _came_back(self, request: Request) -> Reply:
        """The browser after Flowra's page. `status=confirm`: says who is here, then drops the token from the address."""
        asked, user = request.query, signed_in(request)
        identifier, status = asked.get("connectedAccountId", ""), asked.get("status")
        try:
            if status == "confirm":
                self._flowra.confirm(user, identifier, asked.get("confirmationToken", ""))
                done = urlencode({"connectedAccountId": identifier, "status": "success"})
                return as_redirect(f"/connected?{done}")
            if status == "success":
                return self._page(request, _connected(self._flowra.connection(user, identifier)))
            return self._page(request, self._failed(user, identifier, asked.get("error", "")))
        except FlowraSaidNo as no:
            return self._page(request, _told(no), 400)

    def _failed(self, user: str, identifier: str, error: str) -> Notice:
        """Flowra's reason in its words; what the address bar says is no more than a hint."""
        if error == "access_denied":
            return Notice("plain", "You chose not to connect. Nothing was shared.")
        reason = self._flowra.connection(user, identifier).get("statusReason") or {}
        return Notice("bad", f"It was not connected. {reason.get('message', 'Press Connect to try again.')}")

    def _page(self, request: Request, notice: Notice | None, status: int = 200) -> Reply:
        user = signed_in(request)
        connections: list[dict[str, Any]] = []
        try:
            if not self._service:
                self._service = str(self._flowra.auth_config(self._auth_config_id)["toolkit"]["name"])
            connections = self._flowra.connections(user)
        except FlowraSaidNo as no:
            notice, status = notice or _told(no), 502
        service = self._service or "the service"
        return as_page(pages.front(service, user, USERS, connections, notice, self._flowra.url), status)


def signed_in(request: Request) -> str:
    """Acme's user in this browser. A real app has a login here."""
    name = request.cookie(COOKIE)
    return name if name in USERS else USERS[0]


def _after_deed(request: Request) -> Notice | None:
    if request.query.get("done") == "disconnected":
        return Notice("plain", "It is disconnected. Acme can no longer use it.")
    return None


def _connected(account: dict[str, Any]) -> Notice:
    if account.get("status") != "ACTIVE":
        return Notice("bad", "It is not connected yet. Press Connect to try again.")
    return Notice("good", f"{account['toolkit']['name']} is connected as {account['label']}.")


def _told(no: FlowraSaidNo) -> Notice:
    if no.status == 404:
        return Notice("bad", "There is no such connection of yours.")
    if no.code == "confirmation_mismatch":
        return Notice("bad", "Somebody else began this, so it was not connected. Begin again from this page.")
    return Notice("bad", str(no))

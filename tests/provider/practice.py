"""`PracticeProvider`: the whole provider as one object that tests start, look into and break."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import control, pages
from .calls import CallLog
from .faults import Fault, Faults, Kind
from .keepsake import Keepsake
from .ledger import Ledger
from .message import Reply, Request, as_json, as_page
from .records import PEOPLE, AnswerStyle, Client, Code, Grant, RefreshRule, Token
from .service import Refused, Service
from .sessions import Sessions
from .shape import Route, Shape
from .shapes import SHAPES
from .visitor import visit
from .web import WebServer


class PracticeProvider:
    """A real OAuth 2 server and API on loopback, with every service of `SHAPES`.

    Use as a context manager, or `start()` and `stop()`. Raises `ValueError` for a host that is not
    loopback: the control endpoint asks nobody who they are.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        if host not in ("127.0.0.1", "localhost"):
            raise ValueError("the practice provider runs on loopback only")
        self.ledger = Ledger()
        self.calls = CallLog()
        self.faults = Faults()
        self._forgotten = 0
        self._sessions = Sessions()
        self._keepsake: Keepsake | None = None
        self._web = WebServer(self._answer, host, port)
        self._services: dict[str, Service] = {}
        self._routes: list[tuple[Service, Route]] = []
        for shape in SHAPES:
            for key in shape.ready_keys:
                self.ledger.add_key(shape.slug, key, PEOPLE[0])

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`, also the issuer. Raises `RuntimeError` before `start`."""
        return self._web.origin

    def start(self) -> PracticeProvider:
        """Binds and serves from a thread of its own. Raises `OSError` where the port is taken."""
        self.faults.stopping.clear()
        self._web.start()
        self._services = {
            shape.slug: Service(shape, self.ledger, self._sessions, self.origin) for shape in SHAPES
        }
        self._routes = [(service, route) for service in self._services.values() for route in service.routes]
        return self

    def stop(self) -> None:
        """Ends it at once, hanging answers too; what it remembers stays for another `start`."""
        self.faults.stopping.set()
        self._web.stop()

    def __enter__(self) -> PracticeProvider:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def register_client(
        self,
        *,
        service: str = "practice",
        client_id: str | None = None,
        client_secret: str | None = None,
        redirect_uris: Iterable[str] = (),
        public: bool = False,
        auth_methods: Iterable[str] | None = None,
        name: str = "Flowra",
        scopes: Iterable[str] | None = None,
        expires_in: int | None = None,
        refresh: RefreshRule | str | None = None,
        style: AnswerStyle | None = None,
    ) -> Client:
        """Registers an app at `service`; what is not given is made up or the service's own.

        `auth_methods`: of `client_secret_basic`, `client_secret_post` and `none`; `public` means `none`
        alone. `scopes`: all that this app may ask for. `expires_in`: seconds an access token lives, 0 for
        ever. Raises `KeyError` for a service that is not played.
        """
        shape = self.shape(service)
        allowed = (
            tuple(auth_methods) if auth_methods is not None else (("none",) if public else shape.client_auth)
        )
        secret = None if public else client_secret or "secret-" + secrets.token_urlsafe(18)
        client = Client(
            client_id=client_id or "client-" + secrets.token_hex(6),
            client_secret=secret,
            redirect_uris=tuple(redirect_uris),
            service=shape.slug,
            auth_methods=frozenset(allowed if public else [method for method in allowed if method != "none"]),
            name=name,
            scopes=None if scopes is None else frozenset(scopes),
            expires_in=shape.expires_in if expires_in is None else expires_in,
            refresh=shape.refresh if refresh is None else RefreshRule(refresh),
            style=style or shape.style,
        )
        self.ledger.add_client(client)
        return client

    def shape(self, service: str) -> Shape:
        """The facts of a service. Raises `KeyError` where it is not played."""
        return {name: shape for shape in SHAPES for name in (shape.slug, *shape.plays)}[service]

    def visit(self, authorization_url: str, account: str = "sales@example.com", *, allow: bool = True) -> str:
        """A person signs in and decides; answers the callback URL. See `visitor.visit`."""
        return visit(authorization_url, account, allow=allow)

    @property
    def grants(self) -> list[Grant]:
        """Every grant given so far, ended ones too, oldest first."""
        return self.ledger.grants

    @property
    def live_grants(self) -> list[Grant]:
        """Those that still let the app in, or let it come back. See `Grant.can_go_on`."""
        return [grant for grant in self.ledger.grants if grant.can_go_on]

    @property
    def unspent_codes(self) -> list[Code]:
        """Codes that were given out and never exchanged."""
        return [code for code in self.ledger.codes if not code.spent]

    def token(self, value: str) -> Token | None:
        return self.ledger.token(value)

    def is_token_live(self, value: str) -> bool:
        """Whether an access or refresh token would be accepted now."""
        token = self.ledger.token(value)
        return token is not None and token.is_live

    def expire(self, value: str) -> None:
        """Lets a token run out now. Raises `KeyError` for one that was never given out."""
        token = self.ledger.token(value)
        if token is None:
            raise KeyError("no such token")
        token.expires_at = 0.0

    def end_grant(self, grant: Grant, because: str = "removed by the person") -> None:
        """What happens when the person removes the app in the service's own settings."""
        self.ledger.end_grants(because, lambda other: other is grant)

    def add_key(self, key: str, service: str = "practice", account: str = "sales@example.com") -> None:
        """Lets an API key, or `user:password`, in."""
        self.ledger.add_key(
            self.shape(service).slug, key, next(person for person in PEOPLE if person.email == account)
        )

    def remove_key(self, key: str, service: str = "practice") -> None:
        self.ledger.remove_key(self.shape(service).slug, key)

    def fail(self, path: str, kind: Kind | str, **how: Any) -> Fault:
        """Sets a fault: `fail("/revoke", "status", status=503, times=2)`. See `Fault` for what it takes."""
        return self.faults.add(Fault(path, Kind(kind), **how))

    def remember(self, file: Path) -> None:
        """Takes up the grants that an earlier run left in `file`, and keeps them there from now on."""
        self._keepsake = Keepsake(file)
        self._keepsake.load(self.ledger)

    def forget(self) -> None:
        """Between tests: drops grants, codes, calls and faults; registered apps and keys stay."""
        self._forgotten += 1
        self.ledger.forget()
        self.calls.clear()
        self.faults.clear()

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith(control.PREFIX):
            return control.answer(self, request)
        came_before = self._forgotten
        fault = self.faults.take(request.method, request.path)
        real = (
            self._route(request)
            if fault is None or fault.works_first or _asks_for_redirect(fault, request)
            else Reply()
        )
        reply = real if fault is None else self.faults.spoil(fault, real)
        if came_before == self._forgotten:  # an answer that hung may be over when another test has begun
            self.calls.add(request, 0 if reply.delivery else reply.status)
        if self._keepsake is not None and request.method not in ("GET", "HEAD"):
            self._keepsake.save(self.ledger)
        return reply

    def _route(self, request: Request) -> Reply:
        own = self._own_page(request)
        if own is not None:
            return own
        known_path = False
        method = "GET" if request.method == "HEAD" else request.method
        for service, route in self._routes:
            values = route.match(method, request.path)
            if values is not None:
                try:
                    return route.answer(service, request, values)
                except Refused as refused:
                    return refused.reply
            known_path = known_path or route.match(route.method, request.path) is not None
        return as_json(
            {"error": "method_not_allowed" if known_path else "not_found"}, 405 if known_path else 404
        )

    def _own_page(self, request: Request) -> Reply | None:
        match request.method, request.path:
            case (("GET" | "HEAD"), "/"):
                names = [
                    service.shape.name
                    for service in self._services.values()
                    if service.shape.slug != "practice"
                ]
                return as_page(
                    pages.front(self._sessions.person(request), names, keeps=self._keepsake is not None)
                )
            case (("GET" | "HEAD"), "/practice.css"):
                return pages.style_sheet()
            case (("GET" | "HEAD"), "/login"):
                return self._sessions.show_login(request)
            case "POST", "/login":
                return self._sessions.take_login(request, self.origin)
            case "POST", "/logout":
                return self._sessions.take_logout(request, self.origin)
            case _:
                return None


def _asks_for_redirect(fault: Fault, request: Request) -> bool:
    """An error in the authorization response needs the real redirect, to change it."""
    return fault.kind is Kind.ERROR and "redirect_uri" in request.query

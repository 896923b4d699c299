"""One service, played: the endpoints that every OAuth service has, driven by its `Shape`."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from . import pages
from .authorization import PracticeAuthorizationServer
from .ledger import Ledger
from .message import Reply, Request, as_json, as_page, as_redirect
from .records import AnswerStyle, Client, Grant, Person, Token
from .sessions import Sessions
from .shape import Path, Route, Shape
from .styles import write_answer
from .token_gate import TokenGate
from .wire import OAuthRequest, Outcome


class Refused(Exception):
    """The call is answered with `reply` and nothing else happens."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Service:
    """Plays `shape` over the shared ledger and login sessions. `origin` is where the provider runs."""

    def __init__(self, shape: Shape, ledger: Ledger, sessions: Sessions, origin: str) -> None:
        self.shape = shape
        self.ledger = ledger
        self.origin = origin
        self.issuer = origin + (shape.issuer_path or "")
        self._sessions = sessions
        self._server = PracticeAuthorizationServer(shape, ledger, self.issuer)
        self._gate = TokenGate(ledger, shape.slug)

    @property
    def routes(self) -> list[Route]:
        shape = self.shape
        own: list[Route] = []
        for path in filter(None, (shape.authorize_path, *shape.other_authorize_paths)):
            own.append(Route("GET", path, Service.show_consent))
            own.append(Route("POST", path, Service.take_decision))
        if shape.token_path:
            own.append(Route("POST", shape.token_path, Service.exchange))
        if shape.revoke_path:
            own.append(Route("POST", shape.revoke_path, Service.revoke))
        return [*own, *shape.routes]

    def show_consent(self, request: Request, path: Path) -> Reply:
        """The authorization endpoint: an error, the login page or the consent page. Changes nothing."""
        checked = self._checked(request, path)
        if isinstance(checked, Outcome):
            return self._sent_back(checked)
        person = self._sessions.person(request)
        if person is None or self._must_choose_again(request):
            return as_redirect("/login?next=" + quote(request.target, safe=""))
        scopes = [
            (scope, self.shape.scopes.get(scope, "")) for scope in (checked.request.scope or "").split()
        ]
        return as_page(
            pages.consent(self.shape.name, checked.request.client.name, person, scopes, request.target)
        )

    def take_decision(self, request: Request, path: Path) -> Reply:
        """The consent page's form: back to the app with a code, or with `access_denied`."""
        if not request.is_same_origin(self.origin):
            return as_page(pages.trouble("This form was sent from another site, so nothing was done."), 403)
        checked = self._checked(request, path)
        if isinstance(checked, Outcome):
            return self._sent_back(checked)
        person = self._sessions.person(request)
        if person is None:
            return as_redirect("/login?next=" + quote(request.target, safe=""))
        self._sessions.forget_choice(request)
        allowed = request.form.get("decision") == "allow"
        outcome = self._server.decide(checked.request, checked, person if allowed else None)
        if allowed and outcome.location:
            more = self.shape.adds_to_callback(request.query, tuple((checked.request.scope or "").split()))
            outcome.location += "".join(f"&{name}={quote(value, safe='')}" for name, value in more.items())
        return self._sent_back(outcome)

    def exchange(self, request: Request, path: Path) -> Reply:
        """The token endpoint."""
        fields = self.token_fields(request)
        if fields is None:
            kinds = " or ".join(self.shape.token_bodies)
            return self._refusal(request, 415, f"the body must be {kinds}")
        objection = self.shape.objects_to_token_call(request, fields)
        if objection:
            return self._refusal(request, 400, objection)
        outcome = self._server.exchange(self._oauth_request(request, fields, path=path))
        if outcome.status != 200 or outcome.grant is None:
            client = outcome.client or self.ledger.client(self.shape.slug, (request.basic or ("",))[0])
            error = dict(outcome.payload)
            if fields.get("grant_type") == "refresh_token":
                error["error"] = self.shape.renewal_errors.get(error["error"], error["error"])
            status, error = self.shape.refusal(outcome.status, error)
            return write_answer(error, status, self._style(request, client), outcome.headers)
        answer = self.shape.answer(self, outcome.grant, dict(outcome.payload))
        return write_answer(answer, 200, self._style(request, outcome.client), outcome.headers)

    def revoke(self, request: Request, path: Path) -> Reply:
        """RFC 7009: form body, client authentication, 200 also for a token nobody knows."""
        outcome = self._server.revoke(
            self._oauth_request(request, self.token_fields(request) or {}, path=path)
        )
        return as_json(outcome.payload, outcome.status, outcome.headers)

    def admit(self, request: Request, *scopes: str) -> Token:
        """The request's live access token; any one of `scopes` is enough.

        Raises `Refused` with the 401 or 403.
        """
        admitted = self._gate.admit(request.headers, scopes)
        if isinstance(admitted, Outcome):
            status, error = self.shape.api_refusal(admitted.status, dict(admitted.payload))
            raise Refused(as_json(error, status, admitted.headers))
        return admitted

    def end(self, token: Token) -> None:
        """Revokes `token` and whatever goes with it at this service."""
        with self.ledger.lock:
            self._server.end(token)

    def drop(self, value: str) -> None:
        """Makes one token unusable and leaves the grant's other ones alone."""
        token = self.ledger.token(value, self.shape.slug)
        if token is not None:
            token.dead_because = token.dead_because or "dropped"

    def token(self, value: str, client: Client | None = None) -> Token | None:
        """The live token of that value, of `client` where one is named."""
        found = self.ledger.token(value, self.shape.slug)
        return found if found and found.is_live and (client is None or found.check_client(client)) else None

    def admit_client(self, request: Request, fields: Mapping[str, str] | None = None) -> Client:
        """The app that authenticates by HTTP Basic, or with its id and secret in `fields` where given.

        Raises `Refused` with a 401.
        """
        posted = (fields or {}).get("client_id", ""), (fields or {}).get("client_secret", "")
        name, password = posted if fields is not None else request.basic or ("", "")
        client = self.ledger.client(self.shape.slug, name)
        if client is None or not client.check_client_secret(password):
            error = [("WWW-Authenticate", 'Basic realm="practice"')]
            raise Refused(as_json({"error": "invalid_client"}, 401, error))
        return client

    def key_owner(self, key: str) -> Person | None:
        return self.ledger.key_owner(self.shape.slug, key)

    def mint(
        self, grant: Grant, role: str, scopes: tuple[str, ...], expires_in: int | None, prefix: str
    ) -> Token:
        """One more access token of `grant`, for answers that carry two."""
        expires_at = time.time() + expires_in if expires_in else None
        token = Token(prefix + secrets.token_urlsafe(24), "access", grant, scopes, expires_at, role)
        self.ledger.add_token(token)
        return token

    def token_fields(self, request: Request) -> dict[str, str] | None:
        """The body's fields where its kind is one that the service reads, else None."""
        if request.content_type == "application/json" and "json" in self.shape.token_bodies:
            return {name: str(value) for name, value in request.json.items() if value is not None}
        if request.content_type == "application/x-www-form-urlencoded" and "form" in self.shape.token_bodies:
            return request.form
        return None

    def _checked(self, request: Request, path: Path) -> Any:
        fields, lists = dict(request.query), dict(request.query_lists)
        separator = self.shape.asked_scope_separator
        if separator != " " and fields.get("scope"):
            # A blank within a part stays visible, so that a list with the wrong separator is refused.
            fields["scope"] = " ".join(part.replace(" ", ",") for part in fields["scope"].split(separator))
            lists["scope"] = [fields["scope"], *lists["scope"][1:]]
        objection = self.shape.objects_to_asking(request, fields)
        if objection:
            return Outcome(400, {"error": "invalid_request", "error_description": objection}, [])
        wire = self._oauth_request(request, fields, lists, path, method="GET")
        return self._server.consent(wire, self._sessions.person(request))

    def _oauth_request(
        self,
        request: Request,
        fields: Mapping[str, str],
        lists: Mapping[str, list[str]] | None = None,
        path: Path | None = None,
        method: str | None = None,
    ) -> OAuthRequest:
        uri = self.origin + urlsplit(request.target).path
        return OAuthRequest(method or request.method, uri, request.headers, fields, lists, path)

    def _must_choose_again(self, request: Request) -> bool:
        wanted = request.query.get("prompt", "").split()
        return bool({"login", "select_account"} & set(wanted)) and not self._sessions.chose_for(request)

    def _sent_back(self, outcome: Outcome) -> Reply:
        """A redirect to the app; or, where it must not be trusted with one, a page that says what is

        wrong.
        """
        if outcome.location:
            return as_redirect(outcome.location, 302)
        error = outcome.payload if isinstance(outcome.payload, dict) else {}
        words = error.get("error_description") or error.get("error") or "The request makes no sense."
        return as_page(pages.trouble(f"The app that sent you here asked wrongly. {words}"), 400)

    def _refusal(self, request: Request, status: int, description: str) -> Reply:
        error = {"error": "invalid_request", "error_description": description}
        status, payload = self.shape.refusal(status, error)
        return write_answer(payload, status, self._style(request, None))

    def _style(self, request: Request, client: Client | None) -> AnswerStyle:
        return self.shape.style_for(request, client.style if client else self.shape.style)

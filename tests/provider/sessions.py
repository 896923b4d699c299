"""Who is signed in at the practice provider, by a cookie. One login serves every service it plays."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

from . import pages
from .message import Reply, Request, as_page, as_redirect
from .records import PEOPLE, Person

COOKIE = "practice_session"


@dataclass
class _Session:
    person: Person
    chosen_for: str | None


class Sessions:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, _Session] = {}

    def person(self, request: Request) -> Person | None:
        """Who is signed in in the browser that sent `request`."""
        session = self._session(request)
        return session.person if session else None

    def chose_for(self, request: Request) -> bool:
        """Whether the account was picked for this very authorization request (`prompt=select_account`)."""
        session = self._session(request)
        return session is not None and session.chosen_for == request.target

    def forget_choice(self, request: Request) -> None:
        session = self._session(request)
        if session:
            session.chosen_for = None

    def show_login(self, request: Request) -> Reply:
        """The page with the ready accounts."""
        return as_page(pages.login(PEOPLE, _inner(request.query.get("next", ""))))

    def take_login(self, request: Request, origin: str) -> Reply:
        """Signs in as the chosen account and goes on where the person wanted to go."""
        if not request.is_same_origin(origin):
            return as_page(pages.trouble("This form was sent from another site, so nothing was done."), 403)
        person = next((person for person in PEOPLE if person.email == request.form.get("account")), None)
        if person is None:
            return as_page(pages.trouble("There is no such account here."), 400)
        goal = _inner(request.form.get("next", ""))
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._open[token] = _Session(person, goal)
        cookie = f"{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/"
        return as_redirect(goal, headers=[("Set-Cookie", cookie)])

    def take_logout(self, request: Request, origin: str) -> Reply:
        """Signs out and shows the accounts again."""
        if not request.is_same_origin(origin):
            return as_page(pages.trouble("This form was sent from another site, so nothing was done."), 403)
        with self._lock:
            self._open.pop(request.cookie(COOKIE) or "", None)
        cookie = f"{COOKIE}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
        return as_page(
            pages.login(PEOPLE, _inner(request.form.get("next", ""))), headers=[("Set-Cookie", cookie)]
        )

    def _session(self, request: Request) -> _Session | None:
        with self._lock:
            return self._open.get(request.cookie(COOKIE) or "")


def _inner(goal: str) -> str:
    """`goal` where it is a path of this provider, else the front page: a login must not send people

    elsewhere.
    """
    return goal if goal.startswith("/") and not goal.startswith(("//", "/\\")) else "/"

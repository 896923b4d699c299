"""Flowra in processes of their own, over the tests' database: they act, and can be killed where a test says.

They are forked from one server process that has loaded all there is, so that each costs next to nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

import django
from django.apps import apps
from django.db import connection, connections

if not apps.ready:
    django.setup()

from accounts.actions.complete_link import complete_link
from accounts.actions.revoke_account import revoke_account
from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount
from flowra import fault_points
from flowra.due.kinds import CHORES, KINDS
from flowra.due.worker import Worker
from flowra.errors import FlowraError
from flowra.events.record import Actor

SUPPORT = Actor("staff", "1", "support")
PATIENCE_SECONDS = 60
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


class Other:
    """Another process that does one deed. `answers` are the access tokens it was served, or codes of refusals."""

    def __init__(self, deed: str, *arguments: Any, dies_at: str = "", start: Any = None) -> None:
        ours, theirs = _context.Pipe(duplex=False)
        self._ours: Connection = ours
        database = str(connection.settings_dict["NAME"])
        self.process: ForkServerProcess = _context.Process(
            target=_act, args=(database, deed, arguments, dies_at, start, theirs), daemon=True
        )
        self.process.start()
        theirs.close()

    def ends(self) -> list[str]:
        """Waits for its end; what it was answered. It must have ended well."""
        with closing(self._ours):
            assert self._ours.poll(PATIENCE_SECONDS), "the other process says nothing"
            answers: list[str] = self._ours.recv()
        self.process.join(PATIENCE_SECONDS)
        assert self.process.exitcode == 0
        return answers

    def dies(self) -> None:
        """Waits for its death at the named point: nothing but `kill -9` ends it in time."""
        self.process.join(PATIENCE_SECONDS)
        self._ours.close()
        assert self.process.exitcode == -signal.SIGKILL, f"it did not come to that point: {self.process}"

    def kill(self) -> None:
        """`kill -9`, from outside."""
        self.process.kill()
        self.dies()


def barrier(parties: int) -> Any:
    """Where that many threads, of whatever processes, wait for each other."""
    return _context.Barrier(parties)


def _act(
    database: str, deed: str, arguments: Sequence[Any], dies_at: str, start: Any, out: Connection
) -> None:
    connections.settings["default"]["NAME"] = database
    if dies_at:
        fault_points.reached = lambda point: (
            os.kill(os.getpid(), signal.SIGKILL) if point == dies_at else None
        )
    answers: list[str] = DEEDS[deed](*arguments, start=start)
    connections.close_all()
    out.send(answers)
    out.close()


def _use(account_id: str, times: int = 1, *, start: Any) -> list[str]:
    """So many callers at once, each a thread."""
    answers: list[str] = []

    def call() -> None:
        if start is not None:
            start.wait(PATIENCE_SECONDS)
        try:
            answers.append(usable_credential(account_id).secrets["access_token"])
        except FlowraError as error:
            answers.append(error.problem_code)
        finally:
            connections.close_all()

    callers = [threading.Thread(target=call) for _ in range(times)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return answers


def _come_back(auth_config_id: str, query: dict[str, str], cookie: str, *, start: Any) -> list[str]:
    """A person's browser at the callback address."""
    return [complete_link(auth_config_id, query, cookie).outcome]


def _revoke(account_id: str, *, start: Any) -> list[str]:
    return [revoke_account(ConnectedAccount.objects.get(pk=account_id), SUPPORT, "They asked.").pk]


def _work(kind: str, *, start: Any) -> list[str]:
    """The worker, for that kind of due row alone. It goes on until it is killed."""
    CHORES.clear()
    for other in set(KINDS) - {kind}:
        del KINDS[other]
    Worker(name="to be killed", threads=1, poll_seconds=0.02).run(threading.Event())
    return []


DEEDS: dict[str, Callable[..., list[str]]] = {
    "use": _use,
    "come back": _come_back,
    "revoke": _revoke,
    "work": _work,
}

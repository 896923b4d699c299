"""The service, called through Flowra: how much, how long, how many at once."""

from __future__ import annotations

import threading
from typing import Any

from accounts.models import ConnectedAccount
from tests.accounts.api.proxy.proxied import body_of, through
from tests.accounts.mirror import Mirror, Reached, Told
from tests.caller import Caller, problem_of


class TestLimits:
    def test_a_body_over_the_limit_is_refused_before_anything_is_sent(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, settings: Any
    ) -> None:
        settings.FLOWRA_PROXY_MAX_BYTES = 1000
        problem_of(caller.post(through(account, "x"), raw=b"x" * 1001), 413)
        assert mirror.reached == []

    def test_an_answer_over_the_limit_is_cut_off(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, settings: Any
    ) -> None:
        settings.FLOWRA_PROXY_MAX_BYTES = 1000
        mirror.answer = lambda _: Told(body=b"x" * 1001)
        problem_of(caller.get(through(account, "x")), 502)

    def test_a_service_that_does_not_answer_is_a_timeout(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, settings: Any
    ) -> None:
        settings.FLOWRA_PROXY_PAUSE_SECONDS = 1
        held = threading.Event()

        def hang(_: Reached) -> Told:
            held.wait(10)
            return Told()

        mirror.answer = hang
        problem_of(caller.get(through(account, "x")), 504)
        held.set()

    def test_so_many_calls_for_one_account_and_no_more(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror, settings: Any, monkeypatch: Any
    ) -> None:
        settings.FLOWRA_PROXY_CONCURRENCY = 2
        monkeypatch.setattr("accounts.proxy.turns.WAIT_SECONDS", 0.05)
        mirror.answer = lambda _: Told(write=lambda piece: piece(b"x"))
        under_way = [caller.get(through(account, "x")) for _ in range(2)]
        answer = caller.get(through(account, "x"))
        assert problem_of(answer, 429)["code"] == "too_many_calls"
        assert answer.headers["Retry-After"] == "1"
        assert body_of(under_way[0]) == b"x"
        again = caller.get(through(account, "x"))
        assert body_of(again) == b"x", again.content
        assert body_of(under_way[1]) == b"x"
        assert body_of(caller.get(through(account, "x"))) == b"x"

    def test_a_service_that_cannot_be_reached(
        self, caller: Caller, account: ConnectedAccount, mirror: Mirror
    ) -> None:
        mirror.close()
        assert problem_of(caller.get(through(account, "x")), 502)["code"] == "provider_unreachable"

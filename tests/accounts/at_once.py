"""Many callers at the same moment, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connections

from flowra.errors import FlowraError

T = TypeVar("T")


def at_once(*deeds: Callable[[], T]) -> list[T | FlowraError]:
    """Does them all in threads that start together; answers what each returned, or the refusal that it raised."""
    start = threading.Barrier(len(deeds))
    results: list[T | FlowraError | BaseException] = [RuntimeError("never ran")] * len(deeds)

    def run(place: int, deed: Callable[[], T]) -> None:
        try:
            start.wait(timeout=30)
            results[place] = deed()
        except BaseException as error:  # handed to the test below
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    answered: list[T | FlowraError] = []
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, FlowraError):
            raise result
        answered.append(result)
    return answered


def refusals(results: Sequence[object]) -> list[str]:
    """The codes of those that were refused."""
    return [result.problem_code for result in results if isinstance(result, FlowraError)]

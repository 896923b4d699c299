"""What the tests of webhooks share: a receiver, a project with an owner, and the worker's mail round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from flowra.due.row import claim
from flowra.models import Notice, Project
from flowra.notices.send_notice import send_notice
from tests.factories import make_project
from tests.flowra.webhooks.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def project(db: None) -> Project:
    return make_project(owner_email="owner@acme.example")


@pytest.fixture
def worker_mails() -> Callable[[], None]:
    """Sends the notices that are due, as the worker does."""

    def send() -> None:
        for notice in claim(Notice, limit=20, lease=timedelta(minutes=5)):
            send_notice(notice)

    return send

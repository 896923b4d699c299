"""Webhooks in the dashboard: made with a secret that is shown once, tried, switched, sent again, ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from flowra.models import Event, Project, Role, WebhookDelivery, WebhookEndpoint
from tests.factories import make_account, make_auth_config, make_project, make_webhook_endpoint
from tests.flowra.webhooks.deeds import happens, make_endpoint, take_turn
from tests.flowra.webhooks.receiver import Receiver, status
from tests.staff import text_of


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def developer(as_member: Callable[..., Client]) -> Client:
    return as_member(Role.DEVELOPER)


@pytest.fixture
def home(project: Project) -> str:
    return f"/dashboard/{project.pk}/webhooks"


def secret_on(answer: object) -> str:
    found = re.search(r"whsec_[\w+/=]+", answer.content.decode())  # type: ignore[attr-defined]
    assert found is not None
    return found.group()


def test_an_endpoint_is_made_and_its_secret_verifies_what_comes(
    project: Project, developer: Client, home: str, receiver: Receiver
) -> None:
    made = developer.post(f"{home}/new", {"url": receiver.url, "events": ["account.expired"]})
    secret = secret_on(made)
    happens(project)
    take_turn()
    assert receiver.got[0].opened(secret)["type"] == "account.expired"
    endpoint = WebhookEndpoint.objects.get()
    for path in (home, f"{home}/{endpoint.pk}", f"{home}/{endpoint.pk}/edit"):
        assert secret not in developer.get(path).content.decode()


def test_a_new_secret_signs_beside_the_old_one(
    project: Project, developer: Client, home: str, receiver: Receiver
) -> None:
    made = make_endpoint(project, receiver.url)
    assert "whsec_" not in developer.get(f"{home}/{made.endpoint.pk}/secret").content.decode()
    new = secret_on(developer.post(f"{home}/{made.endpoint.pk}/secret"))
    happens(project)
    take_turn()
    assert new != made.secret
    assert receiver.got[0].opened(new) == receiver.got[0].opened(made.secret)


@pytest.mark.parametrize(
    ("answers", "words"),
    [(204, "took the test, and answered 204"), (500, "The receiver answered 500")],
)
def test_a_test_says_how_it_went(
    project: Project, developer: Client, home: str, receiver: Receiver, answers: int, words: str
) -> None:
    receiver.answer = status(answers)
    endpoint = make_endpoint(project, receiver.url).endpoint
    assert words in text_of(developer.post(f"{home}/{endpoint.pk}/test", follow=True))


def test_what_was_not_taken_is_sent_again_with_the_same_body(
    project: Project, developer: Client, home: str, receiver: Receiver
) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    happens(project)
    receiver.answer = status(410)
    (failed,) = take_turn()
    developer.post(f"{home}/{endpoint.pk}/switch", {"to": "on"})
    page = f"{home}/deliveries/{failed.pk}"
    assert "Not taken" in text_of(developer.get(page))
    receiver.answer = status(204)
    developer.post(f"{page}/replay")
    take_turn()
    assert [each.body for each in receiver.got][0] == [each.body for each in receiver.got][-1]
    assert "Taken" in text_of(developer.get(page))
    assert Event.objects.get(type="webhook_delivery.replayed").actor_name == "developer@example.com"


def test_all_that_failed_is_sent_again_by_one_press(
    project: Project, developer: Client, home: str, receiver: Receiver
) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    for number in range(3):
        happens(project, f"ca_{number}")
    developer.post(f"{home}/{endpoint.pk}/switch", {"to": "off"})
    developer.post(f"{home}/{endpoint.pk}/switch", {"to": "on"})
    said = text_of(developer.post(f"{home}/{endpoint.pk}/replay", {"since": "day"}, follow=True))
    assert "3 deliveries are sent again" in said
    while take_turn():
        pass
    assert len(receiver.got) == 3
    again = text_of(developer.post(f"{home}/{endpoint.pk}/replay", {"since": "day"}, follow=True))
    assert "Nothing was given up in the last day" in again
    assert developer.post(f"{home}/{endpoint.pk}/replay", {"since": "ever"}).status_code == 400


def test_a_delivery_is_about_something_with_a_name(
    project: Project, developer: Client, home: str, receiver: Receiver
) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    account = make_account(make_auth_config(project, "slack"), identity_email="sales@example.com")
    happens(project, account.pk)
    delivery = WebhookDelivery.objects.get(endpoint=endpoint)
    for page in (home, f"{home}/deliveries"):
        told = text_of(developer.get(f"{page}/{endpoint.pk}" if page == home else page))
        assert "Slack, sales@example.com" in told and account.pk not in told
    page = developer.get(f"{home}/deliveries/{delivery.pk}").content.decode()
    assert f'href="/dashboard/{project.pk}/accounts/{account.pk}"' in page


def test_deliveries_are_narrowed_by_what_came_of_them(
    project: Project, developer: Client, home: str, receiver: Receiver
) -> None:
    make_endpoint(project, receiver.url)
    happens(project, "ca_taken")
    take_turn()
    happens(project, "ca_waits")
    taken = text_of(developer.get(f"{home}/deliveries?outcome=taken"))
    assert "ca_taken" in taken and "ca_waits" not in taken
    waiting = text_of(developer.get(f"{home}/deliveries?outcome=waiting&event=account.expired"))
    assert "ca_waits" in waiting and "ca_taken" not in waiting
    for wrong in ("outcome=odd", "event=odd", "cursor=odd", "endpoint=%00"):
        assert developer.get(f"{home}/deliveries?{wrong}").status_code == 400, wrong


@pytest.mark.parametrize(
    "wish",
    [
        {"url": "ftp://acme.example/", "everything": "on"},
        {"url": "http://10.0.0.1/", "everything": "on"},
        {"url": "", "everything": "on"},
        {"url": "https://acme.example/"},
        {"url": "https://acme.example/", "events": ["account.odd"]},
    ],
)
def test_what_cannot_be_is_told_and_makes_no_endpoint(
    developer: Client, home: str, wish: dict[str, object]
) -> None:
    answer = developer.post(f"{home}/new", wish)
    assert answer.status_code == 400 and "Please look at this again" in text_of(answer)
    assert not WebhookEndpoint.objects.exists()


def test_a_deleted_endpoint_is_gone_with_its_deliveries(
    project: Project, developer: Client, home: str, receiver: Receiver
) -> None:
    endpoint = make_endpoint(project, receiver.url).endpoint
    happens(project)
    delivery = WebhookDelivery.objects.get()
    assert developer.get(f"{home}/{endpoint.pk}/delete").status_code == 200
    developer.post(f"{home}/{endpoint.pk}/delete")
    assert developer.get(f"{home}/{endpoint.pk}").status_code == 404
    assert developer.get(f"{home}/deliveries/{delivery.pk}").status_code == 404
    assert take_turn() == []


def test_another_projects_webhooks_are_none(developer: Client, home: str, receiver: Receiver) -> None:
    other = make_project("Other")
    endpoint = make_endpoint(other, receiver.url).endpoint
    happens(other)
    delivery = WebhookDelivery.objects.get()
    assert delivery.pk not in developer.get(f"{home}/deliveries").content.decode()
    for path in (
        f"{home}/{endpoint.pk}/delete",
        f"{home}/{endpoint.pk}/test",
        f"{home}/deliveries/{delivery.pk}/replay",
    ):
        assert developer.post(path).status_code == 404
    assert receiver.got == [] and WebhookEndpoint.live.count() == 1


def test_the_lists_ask_the_database_as_often_for_twenty_as_for_one(
    project: Project, developer: Client, home: str
) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert developer.get(path).status_code == 200
        return len(asked)

    make_webhook_endpoint(project, "https://one.example/")
    happens(project)
    for_one = [queries(home), queries(f"{home}/deliveries")]
    for number in range(19):
        make_webhook_endpoint(project, f"https://n{number}.example/")
    happens(project)
    assert [queries(home), queries(f"{home}/deliveries")] == for_one

"""Webhooks in the admin: seen without their secrets, switched, sent again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from flowra.models import Event, Project, WebhookDelivery
from tests.factories import make_project, make_webhook_endpoint
from tests.flowra.webhooks.deeds import happens, take_turn
from tests.flowra.webhooks.receiver import Receiver, status
from tests.staff import make_operator, make_staff, make_support, signed_in, text_of

ENDPOINTS = "/admin/flowra/webhookendpoint/"
DELIVERIES = "/admin/flowra/webhookdelivery/"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def operator(db: None) -> Client:
    return signed_in(make_operator())


@pytest.fixture
def project(db: None) -> Project:
    return make_project("Acme")


def do(client: Client, url: str, action: str, *ids: str) -> str:
    return text_of(client.post(url, {"action": action, "_selected_action": list(ids)}, follow=True))


def test_endpoints_are_listed_without_their_secrets_or_the_keys_in_their_urls(
    operator: Client, project: Project
) -> None:
    endpoint = make_webhook_endpoint(
        project, "https://hooks.acme.example/flowra?key=k3y", events=["account.expired"]
    )
    for url in (ENDPOINTS, f"{ENDPOINTS}{endpoint.pk}/change/"):
        answer = operator.get(url)
        text = text_of(answer)
        assert "https://hooks.acme.example/flowra?…" in text
        assert "account.expired" in text
        assert "k3y" not in answer.content.decode()
        assert "whsec_" not in answer.content.decode()


def test_an_endpoint_is_switched_off_and_on_and_the_trail_says_by_whom(
    operator: Client, project: Project
) -> None:
    endpoint = make_webhook_endpoint(project, "https://hooks.acme.example/")
    happens(project)
    assert "1 endpoint switched off" in do(operator, ENDPOINTS, "switch_off", endpoint.pk)
    endpoint.refresh_from_db()
    assert endpoint.is_disabled
    assert not WebhookDelivery.objects.filter(due_at__isnull=False).exists()
    assert "0 endpoints switched off" in do(operator, ENDPOINTS, "switch_off", endpoint.pk)
    assert "1 endpoint switched on" in do(operator, ENDPOINTS, "switch_on", endpoint.pk)
    events = Event.objects.filter(subject_id=endpoint.pk, actor_name="ops@example.com").order_by("at", "id")
    assert list(events.values_list("type", flat=True)) == [
        "webhook_endpoint.disabled",
        "webhook_endpoint.enabled",
    ]


def test_a_delivery_tells_how_it_went_and_is_sent_again(
    operator: Client, project: Project, receiver: Receiver
) -> None:
    make_webhook_endpoint(project, receiver.url)
    receiver.answer = status(410, b"we have moved")
    happens(project, "ca_7")
    (delivery,) = take_turn()
    page = text_of(operator.get(f"{DELIVERIES}{delivery.pk}/change/"))
    assert "we have moved" in page
    assert "Not taken" in page
    assert "switched off" in do(operator, DELIVERIES, "replay", delivery.pk)
    do(operator, ENDPOINTS, "switch_on", delivery.endpoint_id)
    assert "1 delivery is sent again" in do(operator, DELIVERIES, "replay", delivery.pk)
    receiver.answer = status(200)
    take_turn()
    assert [got.id for got in receiver.got] == 2 * [delivery.message_id]
    assert "Taken" in text_of(operator.get(f"{DELIVERIES}?outcome=taken"))


@pytest.mark.both_databases
def test_lists_are_narrowed_and_an_odd_filter_is_refused(operator: Client, project: Project) -> None:
    endpoint = make_webhook_endpoint(project, "https://hooks.acme.example/")
    happens(project, "ca_7")
    for url, found in (
        (f"{DELIVERIES}?endpoint={endpoint.pk}", True),
        (f"{DELIVERIES}?outcome=waiting&at=day&project={project.pk}", True),
        (f"{DELIVERIES}?outcome=given-up", False),
        (f"{DELIVERIES}?q=ca_7", True),
        (f"{DELIVERIES}?q=ca_8", False),
    ):
        assert ("ca_7" in text_of(operator.get(url)).replace("q=ca_7", "")) is found, url
    for url, found in ((f"{ENDPOINTS}?state=well", True), (f"{ENDPOINTS}?state=off", False)):
        assert ("hooks.acme" in text_of(operator.get(url))) is found
    for url in (f"{ENDPOINTS}?state=odd", f"{DELIVERIES}?outcome=odd", f"{DELIVERIES}?payload=x"):
        assert operator.get(url).status_code == 400


def test_who_may_only_look_switches_nothing_and_sends_nothing(project: Project) -> None:
    endpoint = make_webhook_endpoint(project, "https://hooks.acme.example/")
    happens(project)
    looker = signed_in(make_staff("flowra.view_webhookendpoint", "flowra.view_webhookdelivery"))
    assert looker.get(ENDPOINTS).status_code == 200
    do(looker, ENDPOINTS, "switch_off", endpoint.pk)
    do(looker, DELIVERIES, "replay", WebhookDelivery.objects.get().pk)
    endpoint.refresh_from_db()
    assert not endpoint.is_disabled
    assert not Event.objects.filter(type="webhook_delivery.replayed").exists()
    assert looker.get(f"{ENDPOINTS}add/").status_code == 403
    support = signed_in(make_support())
    assert support.get(ENDPOINTS).status_code == 403


def test_a_projects_owner_is_set_in_its_form(operator: Client, project: Project) -> None:
    url = f"/admin/flowra/project/{project.pk}/change/"
    sent = {"name": project.name, "callback_origins": "", "owner_email": "owner@acme.example"}
    operator.post(url, sent)
    project.refresh_from_db()
    assert project.owner_email == "owner@acme.example"
    answer = operator.post(url, {**sent, "owner_email": "nobody"})
    assert answer.status_code == 400
    assert "e-mail address" in text_of(answer)
    project.refresh_from_db()
    assert project.owner_email == "owner@acme.example"

"""`webhook_endpoints`: made, changed, tried and taken away, each seen by its own project alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from flowra.actions.create_webhook_endpoint import AT_MOST
from flowra.events.names import WEBHOOK_TYPES
from flowra.models import Event, WebhookDelivery, WebhookEndpoint
from tests.caller import Caller, make_caller, problem_of
from tests.flowra.webhooks.deeds import happens, take_turn
from tests.flowra.webhooks.receiver import Receiver, status

URL = "http://127.0.0.1:9/hook"
BODY = {"url": URL, "events": ["account.expired", "account.connected"], "description": "Acme's server"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


def made(api: Caller, **changed: Any) -> dict[str, Any]:
    answer = api.post("webhook_endpoints", {**BODY, **changed})
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_a_new_endpoint_is_answered_with_its_secret_this_once(api: Caller) -> None:
    told = made(api)
    assert told["id"].startswith("we_")
    assert told["secret"].startswith("whsec_")
    assert told["events"] == ["account.connected", "account.expired"]
    assert (told["url"], told["description"], told["isDisabled"]) == (URL, "Acme's server", False)
    assert told["createdAt"].endswith("Z")
    listed = api.get("webhook_endpoints").json()
    assert listed["data"] == [{name: value for name, value in told.items() if name != "secret"}]
    assert (listed["success"], listed["total"]) == (True, 1)


def test_the_secret_is_neither_stored_in_the_clear_nor_on_the_trail(api: Caller) -> None:
    told = made(api)
    secret = told["secret"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM flowra_webhookendpoint")
        stored = str(cursor.fetchall())
    assert secret not in stored
    assert secret.removeprefix("whsec_") not in stored
    assert secret not in str(list(Event.objects.values()))


def test_a_star_stands_for_all(api: Caller) -> None:
    assert made(api, events=["account.expired", "*"])["events"] == ["*"]
    for each in WEBHOOK_TYPES:
        happens(api.project, "ca_1", each)
    assert WebhookDelivery.objects.count() == len(WEBHOOK_TYPES)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "ftp://127.0.0.1/"}, "url"),
        ({"url": "http://10.0.0.1/hook"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "http://93.184.215.14/plain"}, "url"),
        ({"url": "https://user:password@127.0.0.1/"}, "url"),
        ({"url": "http://127.0.0.1:9/#part"}, "url"),
        ({"url": "http://127.0.0.1/" + "x" * 2000}, "url"),
        ({"url": 7}, "url"),
        ({"events": []}, "events"),
        ({"events": "*"}, "events"),
        ({"events": ["account.expired", "account.expird"]}, "events.1"),
        ({"events": ["link.created"]}, "events.0"),
        ({"events": ["test"]}, "events.0"),
        ({"description": "x" * 256}, "description"),
        ({"description": "two\nlines"}, "description"),
        ({"isDisabled": True}, "isDisabled"),
        ({"secret": "whsec_x"}, "secret"),
    ],
)
def test_wrong_input_is_refused_by_name_and_nothing_is_made(
    api: Caller, changed: dict[str, Any], field: str
) -> None:
    problem_of(api.post("webhook_endpoints", {**BODY, **changed}), 400, field)
    assert not WebhookEndpoint.objects.exists()


def test_a_mistyped_event_names_the_one_that_was_meant(api: Caller) -> None:
    told = problem_of(api.post("webhook_endpoints", {**BODY, "events": ["account.expird"]}), 400)
    assert "account.expired" in told["message"]


def test_wrong_changes_change_nothing(api: Caller) -> None:
    id = made(api)["id"]
    for changed in ({"url": "http://10.0.0.1/"}, {"events": ["nothing"]}, {"isDisabled": "maybe"}):
        problem_of(api.patch(f"webhook_endpoints/{id}", {**changed, "description": "New"}), 400)
    assert WebhookEndpoint.objects.get().description == "Acme's server"


def test_it_is_changed_and_the_trail_says_by_whom(api: Caller) -> None:
    id = made(api)["id"]
    answer = api.patch(
        f"webhook_endpoints/{id}",
        {"url": "http://127.0.0.1:9/new?key=abc", "events": ["*"], "description": None},
    )
    assert answer.status_code == 200
    told = answer.json()
    assert (told["url"], told["events"], told["description"]) == ("http://127.0.0.1:9/new?key=abc", ["*"], "")
    assert "secret" not in told
    event = Event.objects.get(type="webhook_endpoint.updated")
    assert (event.actor_kind, event.subject_id) == ("api_key", id)
    assert event.data["url"] == {"from": URL, "to": "http://127.0.0.1:9/new?…"}


def test_it_is_switched_off_and_on(api: Caller) -> None:
    id = made(api)["id"]
    happens(api.project)
    off = api.patch(f"webhook_endpoints/{id}", {"isDisabled": True}).json()
    assert (off["isDisabled"], off["disabledReason"]) == (True, "Switched off by hand.")
    assert api.get("webhook_deliveries").json()["data"][0]["nextAttemptAt"] is None
    on = api.patch(f"webhook_endpoints/{id}", {"isDisabled": False}).json()
    assert (on["isDisabled"], on["disabledReason"]) == (False, None)
    assert list(Event.objects.filter(subject_id=id).order_by("at", "id").values_list("type", flat=True)) == [
        "webhook_endpoint.created",
        "webhook_endpoint.disabled",
        "webhook_endpoint.enabled",
    ]


def test_the_same_switch_twice_is_one_event(api: Caller) -> None:
    id = made(api)["id"]
    for value in (False, True, True):
        assert api.patch(f"webhook_endpoints/{id}", {"isDisabled": value}).json()["isDisabled"] is value
    assert Event.objects.filter(subject_id=id).count() == 2


def test_deleted_it_is_gone_with_its_deliveries_and_gets_nothing_more(
    api: Caller, receiver: Receiver
) -> None:
    id = made(api, url=receiver.url)["id"]
    happens(api.project)
    answer = api.delete(f"webhook_endpoints/{id}")
    assert answer.json() == {"success": True, "message": "Webhook endpoint deleted."}
    happens(api.project)
    assert take_turn() == []
    assert api.get("webhook_endpoints").json()["data"] == []
    assert api.get("webhook_deliveries").json()["data"] == []
    problem_of(api.delete(f"webhook_endpoints/{id}"), 404)
    problem_of(api.patch(f"webhook_endpoints/{id}", {"isDisabled": False}), 404)
    assert Event.objects.filter(type="webhook_endpoint.deleted", subject_id=id).count() == 1


def test_a_rotation_answers_a_new_secret_that_opens_what_comes_next(api: Caller, receiver: Receiver) -> None:
    first = made(api, url=receiver.url)
    answer = api.post(f"webhook_endpoints/{first['id']}/rotate-secret")
    assert answer.status_code == 200
    assert list(answer.json()) == ["secret"]
    happens(api.project)
    take_turn()
    for secret in (answer.json()["secret"], first["secret"]):
        assert receiver.got[0].opened(secret)["type"] == "account.expired"
    assert Event.objects.filter(type="webhook_endpoint.secret_rotated", subject_id=first["id"]).exists()


def test_a_test_is_sent_at_once_and_answers_how_it_went(api: Caller, receiver: Receiver) -> None:
    endpoint = made(api, url=receiver.url)
    answer = api.post(f"webhook_endpoints/{endpoint['id']}/test")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["event"], told["successful"], told["responseStatus"], told["attempts"]) == (
        "test",
        True,
        204,
        1,
    )
    message = receiver.got[0].opened(endpoint["secret"])
    assert message["type"] == "test"
    assert message["data"]["webhookEndpointId"] == endpoint["id"]


def test_a_failed_test_says_what_was_answered_and_is_not_tried_again(api: Caller, receiver: Receiver) -> None:
    endpoint = made(api, url=receiver.url)
    receiver.answer = status(500, b"no such route")
    told = api.post(f"webhook_endpoints/{endpoint['id']}/test").json()
    assert (told["successful"], told["responseStatus"], told["detail"]) == (False, 500, "no such route")
    assert told["nextAttemptAt"] is None
    assert WebhookEndpoint.objects.get().failing_since is None


def test_one_that_is_switched_off_can_be_tried_first(api: Caller, receiver: Receiver) -> None:
    id = made(api, url=receiver.url)["id"]
    api.patch(f"webhook_endpoints/{id}", {"isDisabled": True})
    assert api.post(f"webhook_endpoints/{id}/test").json()["successful"] is True
    assert len(receiver.got) == 1


def test_a_project_has_no_more_than_twenty(api: Caller) -> None:
    for _ in range(AT_MOST):
        made(api)
    problem_of(api.post("webhook_endpoints", BODY), 409)
    assert WebhookEndpoint.objects.count() == AT_MOST


def test_another_projects_endpoint_is_no_different_from_none(api: Caller) -> None:
    id = made(api)["id"]
    other = make_caller()
    assert other.get("webhook_endpoints").json()["data"] == []
    for method, path, body in (
        ("PATCH", f"webhook_endpoints/{id}", {"isDisabled": True}),
        ("DELETE", f"webhook_endpoints/{id}", None),
        ("POST", f"webhook_endpoints/{id}/rotate-secret", None),
        ("POST", f"webhook_endpoints/{id}/test", None),
    ):
        problem_of(other.call(method, path, body), 404)
    assert not WebhookEndpoint.objects.get().is_disabled
    assert not WebhookDelivery.objects.exists()


def test_every_call_needs_the_scope(db: None) -> None:
    caller = make_caller(scopes=["accounts:read", "accounts:write", "configs:write"])
    for method, path in (
        ("GET", "webhook_endpoints"),
        ("POST", "webhook_endpoints"),
        ("PATCH", "webhook_endpoints/we_1"),
        ("DELETE", "webhook_endpoints/we_1"),
        ("POST", "webhook_endpoints/we_1/rotate-secret"),
        ("POST", "webhook_endpoints/we_1/test"),
        ("GET", "webhook_deliveries"),
        ("POST", "webhook_deliveries/wd_1/replay"),
    ):
        told = problem_of(caller.call(method, path), 403)
        assert "webhooks:write" in told["message"]

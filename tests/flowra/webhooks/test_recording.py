"""A delivery is written with its event, in the event's transaction, for those who want to know."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from flowra.actions.update_webhook_endpoint import update_webhook_endpoint
from flowra.events.names import EventType
from flowra.events.record import SYSTEM, record, record_of_each
from flowra.models import Event, Project, WebhookDelivery
from flowra.redaction import MASK
from tests.factories import make_project
from tests.flowra.webhooks.deeds import happens, make_endpoint

URL = "http://127.0.0.1:9/hook"


def payload(delivery: WebhookDelivery) -> Any:
    return json.loads(delivery.payload)


@pytest.mark.both_databases
def test_an_event_becomes_a_delivery_for_each_endpoint_that_wants_it(project: Project) -> None:
    everything = make_endpoint(project, URL).endpoint
    expired = make_endpoint(project, URL, ["account.expired", "account.failed"]).endpoint
    make_endpoint(project, URL, ["account.deleted"])
    event = happens(project)
    found = WebhookDelivery.objects.all()
    assert {each.endpoint_id for each in found} == {everything.pk, expired.pk}
    assert {each.message_id for each in found} == {event.pk}


def test_a_message_says_what_happened_to_what_and_why(project: Project) -> None:
    make_endpoint(project, URL)
    event = happens(
        project,
        "ca_7",
        reason="The service refused the token.",
        about={"status": "EXPIRED", "external_user_id": "eu_1", "seenAt": datetime(2026, 1, 2, tzinfo=UTC)},
        data={"attempts": 3},
    )
    told = payload(WebhookDelivery.objects.get())
    assert told["type"] == "account.expired"
    assert datetime.fromisoformat(told["timestamp"]) == event.at.replace(
        microsecond=event.at.microsecond // 1000 * 1000
    )
    assert told["timestamp"].endswith("Z")
    assert told["data"] == {
        "id": event.pk,
        "projectId": project.pk,
        "accountId": "ca_7",
        "reason": "The service refused the token.",
        "status": "EXPIRED",
        "externalUserId": "eu_1",
        "seenAt": "2026-01-02T00:00:00Z",
        "attempts": 3,
    }


def test_what_is_said_about_the_subject_is_not_on_the_trail(project: Project) -> None:
    make_endpoint(project, URL)
    assert Event.objects.get(pk=happens(project, about={"status": "EXPIRED"}).pk).data == {}


def test_nothing_that_is_said_can_pass_for_another_event_or_account(project: Project) -> None:
    make_endpoint(project, URL)
    forged = {"id": "ev_forged", "projectId": "pr_forged", "account_id": "ca_forged"}
    event = happens(project, "ca_7", about=forged, data=forged)
    told = payload(WebhookDelivery.objects.get())["data"]
    assert (told["id"], told["projectId"], told["accountId"]) == (event.pk, project.pk, "ca_7")


@pytest.mark.both_databases
def test_what_looks_like_a_secret_is_masked_and_odd_characters_are_kept(project: Project) -> None:
    make_endpoint(project, URL)
    happens(
        project,
        reason="sent Bearer abcdefghijkl",
        about={"access_token": "xoxb-1", "note": "whsec_c2VjcmV0", "odd": "\ud800 \x00 💥"},
    )
    told = payload(WebhookDelivery.objects.get())["data"]
    assert (told["reason"], told["accessToken"], told["note"]) == (f"sent {MASK}", MASK, MASK)
    assert told["odd"] == "\ud800 \x00 💥"


def test_many_events_at_once_are_told_one_by_one(project: Project) -> None:
    make_endpoint(project, URL)
    make_endpoint(project, URL)
    ids = [f"ca_{number}" for number in range(3)]
    record_of_each(
        EventType.ACCOUNT_DELETED,
        project_id=project.pk,
        kind="account",
        ids=ids,
        actor=SYSTEM,
        about=lambda _: {"ca_1": {"status": "INACTIVE"}},
    )
    told = [payload(each)["data"] for each in WebhookDelivery.objects.order_by("created_at", "pk")]
    assert sorted(each["accountId"] for each in told) == sorted(2 * ids)
    assert {each.get("status") for each in told if each["accountId"] == "ca_1"} == {"INACTIVE"}
    assert {each.get("status") for each in told if each["accountId"] != "ca_1"} == {None}


@pytest.mark.both_databases
def test_a_delivery_is_gone_with_the_deed_that_failed(project: Project) -> None:
    make_endpoint(project, URL)
    with pytest.raises(RuntimeError):
        with transaction.atomic():
            happens(project)
            assert WebhookDelivery.objects.exists()
            raise RuntimeError("the deed failed")
    assert not WebhookDelivery.objects.exists()


def test_nobody_is_told_of_another_projects_accounts(project: Project) -> None:
    make_endpoint(project, URL)
    happens(make_project("Beta"))
    assert not WebhookDelivery.objects.exists()


def test_an_endpoint_that_is_switched_off_is_not_told(project: Project) -> None:
    made = make_endpoint(project, URL)
    update_webhook_endpoint(made.endpoint, SYSTEM, is_disabled=True)
    happens(project)
    assert not WebhookDelivery.objects.exists()


def test_what_webhooks_never_carry_costs_no_query_more(project: Project) -> None:
    make_endpoint(project, URL)
    for type in (EventType.LINK_CREATED, EventType.CREDENTIALS_READ, EventType.PROJECT_UPDATED):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            record(type, project_id=project.pk, subject=("account", "ca_1"), actor=SYSTEM)
        assert len(asked) == 1, asked.captured_queries
    assert not WebhookDelivery.objects.exists()


def test_a_project_without_endpoints_pays_one_read(project: Project) -> None:
    with CaptureQueriesContext(connection) as asked:
        happens(project)
    assert len(asked) == 2, asked.captured_queries


def test_an_auth_configs_trouble_is_told_by_its_own_id(project: Project) -> None:
    make_endpoint(project, URL, ["auth_config.failing"])
    record(
        EventType.AUTH_CONFIG_FAILING,
        project_id=project.pk,
        subject=("auth_config", "ac_1"),
        actor=SYSTEM,
        data={"reason": "invalid_client"},
    )
    told = payload(WebhookDelivery.objects.get())["data"]
    assert (told["authConfigId"], told["reason"]) == ("ac_1", "invalid_client")
    assert "accountId" not in told

"""Lists taken along from the admin: what they show, without a secret, safe in a spreadsheet, and on the trail."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from accounts.actions.ask_to_reconnect import ask_to_reconnect
from accounts.models import ConnectedAccount
from flowra.events.record import Actor
from flowra.models import Event
from flowra.pages.table_export import guarded, in_reads
from tests.accounts.desk import LIST, SECRETS
from tests.factories import make_account, make_auth_config, make_external_user
from tests.staff import make_staff, make_support, signed_in, text_of

MAY = ("accounts.view_connectedaccount", "accounts.export_connectedaccount")


@pytest.fixture
def exporter(db: None) -> Client:
    return signed_in(make_staff(*MAY, "flowra.view_event"))


def text(answer: Any) -> str:
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "attachment; filename=" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text(answer), newline="")))


@pytest.mark.both_databases
def test_the_list_that_is_shown_is_the_one_that_is_exported(
    exporter: Client, account: ConnectedAccount
) -> None:
    other = make_account(make_auth_config(account.project, "github"))
    everything = {row["id"] for row in rows(exporter.get(f"{LIST}export.csv"))}
    assert everything == {account.pk, other.pk}
    (row,) = rows(exporter.get(f"{LIST}export.csv?toolkit=slack&q=sales&o=1&p=1"))
    assert row["id"] == account.pk
    assert (row["project"], row["toolkit"], row["person"]) == ("Acme", "slack", "customer_42")
    assert (row["identityEmail"], row["identityWorkspace"]) == ("sales@example.com", "Acme Works")
    assert (row["status"], row["labels"], row["revokedAt"]) == ("ACTIVE", "vip, Zürich", "")
    assert row["createdAt"].endswith("Z")
    assert exporter.get(f"{LIST}export.csv?status=NONSENSE").status_code == 400
    assert exporter.get(f"{LIST}export.xlsx").status_code == 404


@pytest.mark.both_databases
def test_programs_get_an_object_a_line(exporter: Client, account: ConnectedAccount) -> None:
    ConnectedAccount.objects.update(deleted_at=account.created_at)
    (line,) = text(exporter.get(f"{LIST}export.ndjson")).splitlines()
    found = json.loads(line)
    assert (found["status"], found["labels"], found["statusReason"]) == ("REVOKED", ["vip", "Zürich"], None)
    assert found["revokedAt"] == found["createdAt"]


def test_no_secret_profile_or_connection_data_is_in_it(exporter: Client, account: ConnectedAccount) -> None:
    for kind in ("csv", "ndjson"):
        whole = text(exporter.get(f"{LIST}export.{kind}"))
        for secret in (*SECRETS.values(), "private-0003", "private-0004", "client-secret"):
            assert secret not in whole


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1+1", "\ufeff=1", "＝1+1"],
)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert guarded(f"a{cell}") == f"a{cell}"


def test_no_cell_becomes_two_where_semicolons_part_them() -> None:
    assert guarded("a;=1+1;b; -2") == "a;'=1+1;b;' -2"
    assert guarded("a;b") == "a;b"


def test_what_customers_write_stays_in_its_cell(exporter: Client, account: ConnectedAccount) -> None:
    name = '=HYPERLINK("https://evil.example","x"),\n"y"'
    make_account(account.auth_config, make_external_user(account.project, name))
    assert f"'{name}" in {row["person"] for row in rows(exporter.get(f"{LIST}export.csv"))}


def test_who_took_what_along_is_on_the_trail(exporter: Client, account: ConnectedAccount) -> None:
    text(exporter.get(f"{LIST}export.csv?project={account.project_id}&q=sales"))
    event = Event.objects.get(type="accounts.exported")
    assert (event.actor_kind, event.actor_name, event.project_id) == (
        "staff",
        "staff@example.com",
        account.project_id,
    )
    assert event.data == {
        "chosen": "All connections with project Acme, search “sales”",
        "rows": 1,
        "format": "csv",
    }
    assert "List of accounts exported" in text_of(exporter.get("/admin/flowra/event/"))


def test_a_link_that_was_searched_for_is_on_no_trail(exporter: Client, account: ConnectedAccount) -> None:
    link = ask_to_reconnect(account, Actor("staff", "1"))
    (row,) = rows(exporter.get(f"{LIST}export.csv", {"q": link.url}))
    assert row["id"] == account.pk
    event = Event.objects.get(type="accounts.exported")
    assert "/connect/" in event.data["chosen"] and link.token not in event.data["chosen"]


def test_support_exports_nothing_unless_it_is_given_that(account: ConnectedAccount) -> None:
    support = signed_in(make_support())
    assert "NDJSON" not in text_of(support.get(LIST))
    assert support.get(f"{LIST}export.csv").status_code == 403
    assert not Event.objects.filter(type="accounts.exported").exists()


@pytest.mark.both_databases
def test_a_long_list_is_read_piece_by_piece_and_each_is_in_it_once(account: ConnectedAccount) -> None:
    made = {account.pk} | {make_account(account.auth_config).pk for _ in range(6)}
    for size in (1, 3, 7, 100):
        found = [each.pk for each in in_reads(ConnectedAccount.objects.all(), size)]
        assert (len(found), set(found)) == (7, made)


@pytest.mark.both_databases
def test_the_trail_is_exported_as_it_is_shown(exporter: Client, account: ConnectedAccount) -> None:
    text(exporter.get(f"{LIST}export.csv"))
    (line,) = text(exporter.get("/admin/flowra/event/export.ndjson?type=accounts.exported")).splitlines()
    assert json.loads(line)["actorName"] == "staff@example.com"
    (row,) = rows(exporter.get("/admin/flowra/event/export.csv?type=events.exported"))
    assert json.loads(row["data"])["rows"] == 1
    assert (
        "export.csv?type=accounts.exported"
        in exporter.get("/admin/flowra/event/?type=accounts.exported").content.decode()
    )
    stranger = signed_in(make_staff("accounts.view_connectedaccount", name="other@example.com"))
    assert stranger.get("/admin/flowra/event/export.csv").status_code == 403

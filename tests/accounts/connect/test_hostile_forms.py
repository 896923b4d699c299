"""Whatever is sent to the connect pages, they answer as pages; nothing is burnt by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import LinkSession, LinkState
from tests.accounts.acme import Acme
from tests.accounts.actions.test_submit_credentials import service_with

URLENCODED = "application/x-www-form-urlencoded"
BODIES: list[dict[str, Any]] = [
    {"data": b"a=" + b"x" * 3_000_000, "content_type": URLENCODED},
    {"data": b"&".join(b"f%d=1" % n for n in range(3000)), "content_type": URLENCODED},
    {"data": b"\xff\xfe\x00", "content_type": URLENCODED},
    {"data": b"api_key=x", "content_type": f"{URLENCODED}; charset=utf-16"},
    {"data": b"api_key=x", "content_type": f"{URLENCODED}; charset=nonsense"},
    {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"},
    {"data": b"", "content_type": "multipart/form-data"},
    {"data": b'{"api_key": "x"}', "content_type": "application/json"},
    {"data": b"api_key=%00", "content_type": URLENCODED},
    {"data": b"api_key=a%0d%0ab", "content_type": URLENCODED},
    {"data": b"api_key=%E2%80%AEx", "content_type": URLENCODED},
    {"data": b"api_key=" + b"k" * 9000, "content_type": URLENCODED},
    {"data": b"api_key=%3Cscript%3E", "content_type": URLENCODED},
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_an_odd_body_is_a_page_that_says_no(acme: Acme, client: Client, body: dict[str, Any]) -> None:
    link = acme.link(auth_config_id=service_with(acme, "API_KEY").pk)
    answer = client.generic("POST", f"/connect/{link.token}", **body)
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"].startswith("text/html")
    assert "<script>" not in answer.content.decode()
    assert LinkSession.objects.get().state in (LinkState.OPEN, LinkState.STARTED)
    assert client.get(f"/connect/{link.token}").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000@evil.example", "a b"])
def test_another_host_s_name_is_not_answered(acme: Acme, client: Client, host: str) -> None:
    answer = client.get(f"/connect/{acme.link().token}", headers={"host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_what_was_typed_is_shown_again_as_text_unless_it_is_a_secret(acme: Acme, client: Client) -> None:
    link = acme.link(auth_config_id=service_with(acme, "BASIC").pk)
    html = client.post(
        f"/connect/{link.token}", {"username": '"><img src=x>', "password": "s3cret-s3cret"}
    ).content.decode()
    assert "&quot;&gt;&lt;img" in html
    assert "<img src=x" not in html
    assert "s3cret" not in html


def test_each_missing_field_is_named_beside_itself_and_on_top(acme: Acme, client: Client) -> None:
    link = acme.link(auth_config_id=service_with(acme, "BASIC").pk)
    html = client.post(f"/connect/{link.token}", {}).content.decode()
    assert html.count(" is needed.") == 4
    for name in ("username", "password"):
        assert f'<a href="#{name}">' in html
        assert f'id="{name}-problem"' in html
    assert "<title>Error: Connect Practice" in html

"""Whoever watches a machine may ask it by its address; nobody else comes in under a foreign name."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_balancer_may_ask_by_address(db: None, path: str) -> None:
    assert Client().get(path, headers={"host": "10.0.0.5:8000"}).status_code in (200, 503)


@pytest.mark.parametrize(
    "path", ["/admin/login/", "/connect/abc", "/api/v1/users/profile", "/healthz/", "/x"]
)
def test_a_foreign_host_name_is_refused_everywhere_else(db: None, path: str) -> None:
    assert Client().get(path, headers={"host": "evil.example"}).status_code == 400

"""What every endpoint owes, whoever writes the next one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from flowra.api.views import ApiView
from flowra.models.api_key import SCOPES
from tests.caller import Caller, problem_of

METHODS = ("get", "post", "put", "patch", "delete")


def views(patterns: list[Any] | None = None) -> Iterator[type[ApiView]]:
    """All that the site's addresses lead to."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from views(each.url_patterns)
        elif isinstance(each, URLPattern):
            view: Any = getattr(each.callback, "cls", object)
            if issubclass(view, ApiView):
                yield view


def test_every_method_says_which_scope_it_needs() -> None:
    found = list(views())
    assert len(found) > 10
    for view in found:
        methods = {method.upper() for method in view.http_method_names if view.__name__ == "Proxy"}
        methods = methods or {method.upper() for method in METHODS if hasattr(view, method)}
        assert view.scopes.keys() == methods, view
        assert set(view.scopes.values()) <= {*SCOPES, None}, view


def test_only_reading_the_catalogue_and_ones_own_profile_need_no_scope() -> None:
    assert [view.__name__ for view in views() if view.keyless] == ["Toolkits"]
    assert [view.__name__ for view in views() if None in view.scopes.values()] == ["Profile"]


def test_a_method_that_takes_a_body_says_which() -> None:
    bodiless = {
        "Proxy",
        "TryAuthConfig",
        "ToggleExternalUser",
        "RotateWebhookSecret",
        "TryWebhookEndpoint",
        "ReplayWebhookDelivery",
    }
    for view in views():
        taking = {method for method in ("POST", "PUT", "PATCH") if method in view.scopes}
        assert view.bodies.keys() == taking or view.__name__ in bodiless, view


@pytest.mark.django_db
def test_an_endpoint_that_knows_no_parameters_refuses_any(api: Caller) -> None:
    problem_of(api.get("users/profile?verbose=1"), 400, "verbose")
    problem_of(api.patch("users/profile?dryRun=true", {"name": "Beta"}), 400, "dryRun")
    assert api.get("users/profile").json()["data"]["name"] == "Acme"


@pytest.mark.django_db
def test_the_api_knows_no_sessions_and_sets_no_cookies(api: Caller) -> None:
    for answer in (api.get("users/profile"), api.get("nothing"), api.get("docs")):
        assert not answer.cookies
        assert "cookie" not in answer.headers.get("Vary", "").lower()

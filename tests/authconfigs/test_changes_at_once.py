"""Several at the same moment: nothing is lost, nothing is done twice."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from authconfigs.actions.create_toolkit import create_toolkit
from authconfigs.actions.delete_auth_config import delete_auth_config
from authconfigs.actions.update_auth_config import update_auth_config
from authconfigs.actions.update_toolkit import set_toolkit_active
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.actions.revoke_api_key import revoke_api_key
from flowra.events.record import SYSTEM
from flowra.models import ApiKey, Event
from tests.accounts.at_once import at_once, refusals
from tests.factories import make_auth_config, make_key, make_project, make_toolkit
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_changes_of_different_values_are_all_kept() -> None:
    auth_config = make_auth_config(make_project(), "slack")
    changes: list[dict[str, Any]] = [
        {"credentials": {"client_id": "changed"}},
        {"credentials": {"client_secret": "changed-secret-0002"}},
        {"credentials": {"scopes": ["team:read"]}},
        {"display_name": "changed"},
    ]

    def change(changed: dict[str, Any]) -> None:
        stored = AuthConfig.live.select_related("project").get(pk=auth_config.pk)
        update_auth_config(stored, SYSTEM, **changed)

    assert not refusals(at_once(*(partial(change, each) for each in changes)))
    stored = AuthConfig.objects.get(pk=auth_config.pk)
    assert stored.settings == {"client_id": "changed", "scopes": ["team:read"]}
    assert stored.secrets == {"client_secret": "changed-secret-0002"}
    assert stored.display_name == "changed"
    assert Event.objects.filter(type="auth_config.updated").count() == len(changes)


def test_it_is_deleted_once() -> None:
    auth_config = make_auth_config(make_project())
    results = at_once(
        *(lambda: delete_auth_config(AuthConfig.objects.get(pk=auth_config.pk), SYSTEM) for _ in range(6))
    )
    assert refusals(results) == ["auth_config_not_found"] * 5
    assert Event.objects.filter(type="auth_config.deleted").count() == 1


def test_a_slug_is_given_once(provider: PracticeProvider) -> None:
    project = make_project()
    definition = {"slug": "practice", "name": "P", "baseUrl": provider.origin, "authSchemes": ["API_KEY"]}
    results = at_once(*(lambda: create_toolkit(project, definition, actor=SYSTEM) for _ in range(4)))
    assert refusals(results) == ["slug_taken"] * 3
    assert Event.objects.filter(type="toolkit.created").count() == 1


def test_the_switch_and_the_trail_agree() -> None:
    toolkit = make_toolkit(make_project())
    at_once(
        *(
            lambda: set_toolkit_active(ProjectToolkit.objects.get(pk=toolkit.pk), None, actor=SYSTEM)
            for _ in range(5)
        )
    )
    turns = Event.objects.filter(type="toolkit.updated").count()
    assert turns >= 1
    assert ProjectToolkit.objects.get(pk=toolkit.pk).is_active == (turns % 2 == 0)


def test_a_key_is_revoked_once() -> None:
    key, _ = make_key()
    results = at_once(*(lambda: revoke_api_key(ApiKey.objects.get(pk=key.pk), SYSTEM) for _ in range(5)))
    assert sorted(map(bool, results)) == [False] * 4 + [True]
    assert Event.objects.filter(type="api_key.revoked").count() == 1

"""Which role a page of the dashboard takes, for every page there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from flowra.models import Membership, Project, Role
from tests.factories import make_project
from tests.staff import signed_in

NO = None
VIEWER, SUPPORT, DEVELOPER, OWNER = Role
# By route, the least role for GET and for POST; NO where the method is refused to everybody (405).
LEAST: dict[str, tuple[Role | None, Role | None]] = {
    # Accounts and people.
    "accounts": (VIEWER, VIEWER),
    "view_save": (NO, VIEWER),
    "view_delete": (NO, VIEWER),
    "view_rename": (NO, VIEWER),
    "account": (VIEWER, VIEWER),
    "account_check": (NO, SUPPORT),
    "account_refresh": (NO, SUPPORT),
    "account_ask": (NO, SUPPORT),
    "account_switch": (NO, SUPPORT),
    "account_edit": (SUPPORT, SUPPORT),
    "account_revoke": (SUPPORT, SUPPORT),
    "people": (VIEWER, VIEWER),
    "person": (VIEWER, VIEWER),
    "person_switch": (NO, SUPPORT),
    "person_revoke": (SUPPORT, SUPPORT),
    # Health.
    "health": (VIEWER, VIEWER),
    "health_figures": (VIEWER, VIEWER),
    # Auth configs and toolkits. Some of them tell whoever may do it that GET does nothing.
    "auth_configs": (VIEWER, VIEWER),
    "choose_toolkit": (DEVELOPER, DEVELOPER),
    "set_up": (DEVELOPER, DEVELOPER),
    "auth_config": (VIEWER, VIEWER),
    "auth_config_edit": (DEVELOPER, DEVELOPER),
    "auth_config_test": (DEVELOPER, DEVELOPER),
    "auth_config_switch": (DEVELOPER, DEVELOPER),
    "auth_config_connect": (DEVELOPER, DEVELOPER),
    "auth_config_delete": (DEVELOPER, DEVELOPER),
    "toolkits": (VIEWER, VIEWER),
    "own_toolkit_new": (DEVELOPER, DEVELOPER),
    "toolkit": (VIEWER, VIEWER),
    "own_toolkit_edit": (DEVELOPER, DEVELOPER),
    "own_toolkit_switch": (DEVELOPER, DEVELOPER),
    "own_toolkit_delete": (DEVELOPER, DEVELOPER),
    # Events, webhooks, keys, the explorer.
    "events": (VIEWER, VIEWER),
    "events_newer": (VIEWER, VIEWER),
    "events_download": (VIEWER, VIEWER),
    "webhooks": (DEVELOPER, DEVELOPER),
    "webhook_new": (DEVELOPER, DEVELOPER),
    "deliveries": (DEVELOPER, DEVELOPER),
    "delivery": (DEVELOPER, DEVELOPER),
    "delivery_replay": (NO, DEVELOPER),
    "webhook": (DEVELOPER, DEVELOPER),
    "webhook_edit": (DEVELOPER, DEVELOPER),
    "webhook_rotate": (DEVELOPER, DEVELOPER),
    "webhook_switch": (NO, DEVELOPER),
    "webhook_test": (NO, DEVELOPER),
    "webhook_replay": (NO, DEVELOPER),
    "webhook_delete": (DEVELOPER, DEVELOPER),
    "keys": (DEVELOPER, DEVELOPER),
    "key_new": (DEVELOPER, DEVELOPER),
    "key_revoke": (DEVELOPER, DEVELOPER),
    "explorer": (DEVELOPER, DEVELOPER),
    # The project.
    "team": (VIEWER, VIEWER),
    "invite": (OWNER, OWNER),
    "invitation_withdraw": (NO, OWNER),
    "member": (NO, OWNER),
    # Here for somebody else: themselves everybody may take off.
    "member_remove": (OWNER, OWNER),
    "settings": (OWNER, OWNER),
    "look": (OWNER, OWNER),
    "look_verify": (OWNER, OWNER),
    "look_preview": (OWNER, NO),
    "look_sheet": (OWNER, NO),
}
# Those that are no project's: each says by itself whom it lets in.
NO_PROJECTS = {"projects", "sign_in", "sign_out", "password", "join", "new_project"}


def member(project: Project, role: Role) -> Client:
    """Signed in without a password: hashing one for each would take minutes."""
    user = User.objects.create(username=f"{role}@example.com")
    Membership.objects.create(user=user, project=project, role=role)
    return signed_in(user)


def routes() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every route of the dashboard, each with what its address takes."""

    def below(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from below(each.url_patterns)
            else:
                yield each

    (dashboard,) = [
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.namespace == "dashboard"
    ]
    for each in below(dashboard.url_patterns):
        yield str(each.name), tuple(each.pattern.converters)


def address(project: Project, name: str) -> str:
    takes = dict(routes())[name]
    values = [0 if "user_id" in each else "nobody" for each in takes]
    return reverse(f"dashboard:{name}", args=[project.pk, *values])


def test_every_page_of_the_dashboard_is_in_the_table() -> None:
    found = {name for name, _ in routes()}
    assert found - NO_PROJECTS - set(LEAST) == set(), "say in LEAST which role the page takes"
    assert set(LEAST) - found == set()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", LEAST)
def test_a_page_takes_its_role_and_no_smaller_one(project: Project, name: str, method: str) -> None:
    least = LEAST[name][method == "POST"]
    url = address(project, name)
    for role in Role:
        answer = member(project, role).generic(method, url)
        if least is NO:
            assert answer.status_code == 405
        elif role.includes(least):
            assert answer.status_code in (200, 302, 400, 404, 405, 409), role
        else:
            assert answer.status_code == 403, role
            assert least.label in answer.content.decode()


@pytest.mark.parametrize("name", LEAST)
def test_strangers_sign_in_first_and_other_projects_are_none(project: Project, name: str) -> None:
    method = "POST" if LEAST[name][0] is NO else "GET"
    url = address(project, name)
    asked = Client().generic(method, url)
    assert asked.status_code == 302 and asked["Location"].startswith("/dashboard/sign-in?next=")
    other = member(make_project("Other"), Role.OWNER)
    assert other.generic(method, url).status_code == 404
    assert not Membership.objects.filter(project=project).exists()

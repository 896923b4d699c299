"""Members of a project's team, each signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from flowra.models import Membership, Project, Role
from tests.factories import make_project
from tests.staff import signed_in

PASSWORD = "correct horse battery"
MakeMember = Callable[..., User]


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


@pytest.fixture
def make_member(project: Project) -> MakeMember:
    def make(role: Role = Role.VIEWER, name: str = "", of: Project | None = None) -> User:
        user = User.objects.create_user(name or f"{role}@example.com", password=PASSWORD)
        Membership.objects.create(user=user, project=of or project, role=role)
        return user

    return make


@pytest.fixture
def as_member(make_member: MakeMember) -> Callable[..., Client]:
    """`as_member(Role.DEVELOPER)`: a browser in which a member with that role is signed in."""

    def sign_in(role: Role = Role.VIEWER, of: Project | None = None) -> Client:
        return signed_in(make_member(role, of=of))

    return sign_in

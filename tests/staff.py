"""Members of staff who sign in to the admin, and how their pages are read."""

from __future__ import annotations

import html
import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client


def make_support(name: str = "support@example.com", password: str | None = None) -> User:
    """A member of the Support group, and of nothing else; without a password only `signed_in` lets them in."""
    user = User.objects.create_user(name, password=password, is_staff=True)
    user.groups.add(_support())
    return user


def _support() -> Group:
    """The group that migrations made; after a test that emptied the tables, made by those migrations again."""
    if not Group.objects.filter(name="Support").exists():
        role: Any = import_module("accounts.migrations.0005_support_role")
        role.make_role(apps, SimpleNamespace(connection=connection))
        wider: Any = import_module("accounts.migrations.0016_support_reconnects")
        wider.widen_role(apps, SimpleNamespace(connection=connection))
    return Group.objects.get(name="Support")


def make_operator(name: str = "ops@example.com", password: str | None = None) -> User:
    """One who may do everything."""
    return User.objects.create_superuser(name, password=password)


def make_staff(*permissions: str, name: str = "staff@example.com") -> User:
    """One with exactly these permissions, as `flowra.view_project`."""
    user = User.objects.create_user(name, is_staff=True)
    for each in permissions:
        app, codename = each.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def signed_in(user: User) -> Client:
    """A browser in which they are signed in; a view's failure is raised."""
    client = Client()
    client.force_login(user)
    return client


def text_of(answer: Any) -> str:
    """What a page says, without its tags, blanks run together."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

"""The dashboard's first page of a project as its owner has it: `python -m tests.bench.dashboard` prints what to ask for.

With `count` it prints how many milliseconds the worker takes to count the page's figures anew.
"""

from __future__ import annotations

import sys
import time

import django


def sign_in() -> tuple[str, str]:
    """The path of the first project's page, and the cookie of its owner's session."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from flowra.models import Membership, Project, Role

    project = Project.objects.order_by("created_at")[0]
    owner = User.objects.create(username="owner@example.com")
    Membership.objects.create(user=owner, project=project, role=Role.OWNER)
    browser = Client()
    browser.force_login(owner)
    name = settings.SESSION_COOKIE_NAME
    return f"/dashboard/{project.pk}/", f"{name}={browser.cookies[name].value}"


def milliseconds_to_count() -> float:
    """The quickest of three: what counting the figures of the first project costs the worker."""
    from accounts.actions.count_figures import count_figures
    from flowra.models import Project

    project = Project.objects.order_by("created_at")[0]
    took = []
    for _ in range(3):
        began = time.perf_counter()
        count_figures(project.pk)
        took.append((time.perf_counter() - began) * 1000)
    return min(took)


if __name__ == "__main__":
    django.setup()
    print(milliseconds_to_count() if "count" in sys.argv else " ".join(sign_in()))

"""Filters under a name: saved, shared, taken again, deleted by whom they belong to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from flowra.actions.saved_views import MOST_OWN
from flowra.models import Project, Role, SavedView
from tests.factories import make_account, make_auth_config, make_project
from tests.staff import text_of

As = Callable[..., Client]
QUERY = "toolkitSlugs=slack&statuses=EXPIRED,FAILED"


def url(project: Project, rest: str = "") -> str:
    return f"/dashboard/{project.pk}/accounts{rest}"


def save(
    browser: Client, project: Project, name: str = "Slack trouble", query: str = QUERY, **more: str
) -> str:
    """What the list says afterwards."""
    answer = browser.post(url(project, "/views"), {"name": name, "query": query, **more}, follow=True)
    return text_of(answer)


@pytest.mark.both_databases
def test_filters_are_saved_under_a_name_and_taken_again(as_member: As, project: Project) -> None:
    make_account(make_auth_config(project, "slack"), status="FAILED")
    browser = as_member()
    assert "Saved as “Slack trouble”." in save(browser, project)
    view = SavedView.objects.get()
    page = browser.get(url(project))
    assert f'href="?{view.query.replace("&", "&amp;")}"' in page.content.decode()
    taken = browser.get(url(project, f"?{view.query}"))
    assert "Delete this view" in text_of(taken) and "1 account" in text_of(taken)
    # The same filters in another order are the same view.
    other = browser.get(url(project, "?statuses=FAILED&statuses=EXPIRED&toolkitSlugs=slack"))
    assert "Delete this view" in text_of(other)


def test_the_same_name_again_takes_the_new_filters(as_member: As, project: Project) -> None:
    browser = as_member()
    save(browser, project)
    save(browser, project, query="statuses=ACTIVE")
    assert SavedView.objects.get().query == "statuses=ACTIVE"


def test_one_s_own_is_nobody_else_s_and_a_shared_one_is_everybody_s(as_member: As, project: Project) -> None:
    support, viewer = as_member(Role.SUPPORT), as_member(Role.VIEWER)
    save(support, project, name="Mine")
    assert "Everybody in the project sees it." in save(support, project, name="Ours", shared="yes")
    seen = text_of(viewer.get(url(project)))
    assert "Ours shared" in seen and "Mine" not in seen
    elsewhere = make_project("Other")
    assert "Ours" not in text_of(as_member(Role.OWNER, of=elsewhere).get(url(elsewhere)))


def test_sharing_takes_support(as_member: As, project: Project) -> None:
    browser = as_member(Role.VIEWER)
    sent = {"name": "Ours", "query": QUERY, "shared": "yes"}
    assert browser.post(url(project, "/views"), sent).status_code == 403
    assert not SavedView.objects.exists()
    assert "Share it with the team" not in text_of(browser.get(url(project, f"?{QUERY}")))


def test_a_view_is_deleted_by_whose_it_is_and_a_shared_one_by_an_owner(
    as_member: As, project: Project
) -> None:
    support, viewer, owner = as_member(Role.SUPPORT), as_member(Role.VIEWER), as_member(Role.OWNER)
    save(support, project, name="Mine")
    save(support, project, name="Ours", shared="yes")
    mine, ours = SavedView.objects.get(name="Mine"), SavedView.objects.get(name="Ours")
    assert viewer.post(url(project, f"/views/{ours.pk}/delete")).status_code == 403
    for other in (viewer, owner):
        assert other.post(url(project, f"/views/{mine.pk}/delete")).status_code == 404
    assert SavedView.objects.count() == 2
    assert "is deleted" in text_of(owner.post(url(project, f"/views/{ours.pk}/delete"), follow=True))
    assert "is deleted" in text_of(support.post(url(project, f"/views/{mine.pk}/delete"), follow=True))
    assert not SavedView.objects.exists()


def test_another_project_s_view_is_none(as_member: As, project: Project) -> None:
    elsewhere = make_project("Other")
    owner = as_member(Role.OWNER)
    other = SavedView.objects.create(
        project=elsewhere, user_id=owner.session["_auth_user_id"], name="x", query="statuses=ACTIVE"
    )
    for id in (str(other.pk), "0", "9" * 40, "x", "²"):
        assert owner.post(url(project, f"/views/{id}/delete")).status_code == 404
    assert SavedView.objects.exists()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("", QUERY),
        ("   ", QUERY),
        ("x" * 61, QUERY),
        ("\u202elaer", QUERY),
        ("\u200b", QUERY),
        ("n", ""),
        ("n", "statuses=LOST"),
        ("n", "unknown=1"),
        ("n", "q=%00"),
        ("\x00", QUERY),
        ("n", f"labels={','.join(f'label-{n:012}' for n in range(150))}"),
    ],
)
def test_what_cannot_be_saved_is_refused_and_nothing_is_kept(
    as_member: As, project: Project, name: str, query: str
) -> None:
    answer = as_member().post(url(project, "/views"), {"name": name, "query": query})
    assert answer.status_code in (302, 400)
    assert not SavedView.objects.exists()


def test_nobody_has_endless_views(as_member: As, project: Project) -> None:
    browser = as_member()
    user = browser.session["_auth_user_id"]
    SavedView.objects.bulk_create(
        SavedView(project=project, user_id=user, name=f"v{n}", query="statuses=ACTIVE")
        for n in range(MOST_OWN)
    )
    assert "delete one first" in save(browser, project)
    assert "Saved as “v1”" in save(browser, project, name="v1")
    assert SavedView.objects.count() == MOST_OWN


@pytest.mark.both_databases
def test_a_view_is_called_otherwise_and_shared_or_no_longer(as_member: As, project: Project) -> None:
    support, viewer = as_member(Role.SUPPORT), as_member(Role.VIEWER)
    save(support, project)
    view = SavedView.objects.get()
    rename = url(project, f"/views/{view.pk}/rename")
    assert "Rename this view" in text_of(support.get(url(project, f"?{view.query}")))
    said = text_of(support.post(rename, {"name": "  Slack   is  ill ", "shared": "yes"}, follow=True))
    assert "The view is called “Slack is ill”. Everybody in the project sees it." in said
    assert "Slack is ill shared" in text_of(viewer.get(url(project)))
    assert "Nobody else sees it." in text_of(support.post(rename, {"name": "Mine"}, follow=True))
    assert "Mine" not in text_of(viewer.get(url(project)))
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.query) == (
        "Mine",
        False,
        "toolkitSlugs=slack&statuses=EXPIRED,FAILED",
    )


@pytest.mark.both_databases
def test_a_name_that_is_none_or_taken_is_refused(as_member: As, project: Project) -> None:
    browser = as_member()
    save(browser, project, name="One")
    save(browser, project, name="Two", query="statuses=ACTIVE")
    rename = url(project, f"/views/{SavedView.objects.get(name='Two').pk}/rename")
    assert "already" in text_of(browser.post(rename, {"name": "One"}, follow=True))
    for wrong in ("", "  ", "x" * 61):
        assert "Not renamed: the name must have" in text_of(
            browser.post(rename, {"name": wrong}, follow=True)
        )
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["One", "Two"]


def test_a_view_is_renamed_by_whoever_may_delete_it_and_a_viewer_shares_nothing(
    as_member: As, project: Project
) -> None:
    support, viewer, owner = as_member(Role.SUPPORT), as_member(Role.VIEWER), as_member(Role.OWNER)
    save(support, project, name="Ours", shared="yes")
    save(viewer, project, name="Mine")
    ours, mine = (SavedView.objects.get(name=each) for each in ("Ours", "Mine"))
    assert viewer.post(url(project, f"/views/{ours.pk}/rename"), {"name": "x"}).status_code == 403
    assert owner.post(url(project, f"/views/{mine.pk}/rename"), {"name": "x"}).status_code == 404
    owner.post(url(project, f"/views/{ours.pk}/rename"), {"name": "Team", "shared": "yes"})
    viewer.post(url(project, f"/views/{mine.pk}/rename"), {"name": "Still mine", "shared": "yes"})
    assert sorted(SavedView.objects.values_list("name", "is_shared")) == [
        ("Still mine", False),
        ("Team", True),
    ]

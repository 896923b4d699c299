"""`toolkits`: the catalogue for everybody, a project's own for the project."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import ProjectToolkit
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_toolkit

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return make_caller()


def slugs(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["slug"] for each in answer.json()["data"]]


class TestList:
    def test_without_a_key_it_has_the_catalogue_alone(self, caller: Caller) -> None:
        make_toolkit(caller.project, "acme-desk")
        assert slugs(Client().get("/api/v1/toolkits?limit=100")) == sorted(
            all_toolkits(), key=lambda slug: all_toolkits()[slug].name.lower()
        )

    def test_a_bad_key_is_no_missing_key(self) -> None:
        problem_of(Client(headers={"x-api-key": "nonsense"}).get("/api/v1/toolkits"), 401)

    def test_with_a_key_it_has_the_projects_own_too_and_nobody_elses(self, caller: Caller) -> None:
        make_toolkit(caller.project, "acme-desk")
        make_toolkit(make_caller().project, "others-desk")
        assert slugs(caller.get("toolkits?limit=100&slugs=acme-desk,others-desk,slack")) == [
            "acme-desk",
            "slack",
        ]
        assert slugs(caller.get("toolkits?scope=mine")) == ["acme-desk"]

    def test_an_entry_says_what_a_form_must_ask(self, caller: Caller) -> None:
        (zendesk,) = caller.get("toolkits?slugs=zendesk").json()["data"]
        (details,) = zendesk["authConfigDetails"]
        assert details["authScheme"] == "OAUTH2"
        assert [each["name"] for each in details["authConfigCreation"]][:2] == ["client_id", "client_secret"]
        (subdomain,) = details["connectedAccountInitiation"]
        assert set(subdomain) == {"name", "displayName", "type", "description", "required", "default"}
        assert zendesk["logo"].startswith("http")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("q=SLACK", ["slack"]),
            ("q=google calendar", ["google-calendar"]),
            ("category=support", ["zendesk"]),
            ("category=nothing", []),
            ("slugs=github&slugs=slack", ["github", "slack"]),
            ("slugs=github,slack&sortOrder=desc", ["slack", "github"]),
            ("slugs=github,slack&sortBy=slug", ["github", "slack"]),
            ("requiresAuth=false", []),
            ("requiresAuth=True&slugs=slack", ["slack"]),
            ("authConfigCreatable=true&slugs=slack", ["slack"]),
        ],
    )
    def test_each_filter_narrows(self, caller: Caller, query: str, expected: list[str]) -> None:
        assert slugs(caller.get(f"toolkits?{query}")) == expected

    def test_a_switched_off_toolkit_takes_no_auth_config(self, caller: Caller) -> None:
        toolkit = make_toolkit(caller.project)
        ProjectToolkit.objects.filter(pk=toolkit.pk).update(is_active=False)
        assert slugs(caller.get("toolkits?scope=mine&authConfigCreatable=true")) == []
        assert slugs(caller.get("toolkits?scope=mine&authConfigCreatable=false")) == ["acme-desk"]

    def test_pages_add_up(self, caller: Caller) -> None:
        first = caller.get("toolkits?limit=10").json()
        second = caller.get("toolkits?limit=10&page=2").json()
        assert first["total"] == second["total"] == len(all_toolkits())
        assert (first["totalPages"], first["hasNextPage"], first["hasPreviousPage"]) == (2, True, False)
        assert (second["page"], second["hasNextPage"], second["hasPreviousPage"]) == (2, False, True)
        found = [each["slug"] for each in first["data"] + second["data"]]
        assert sorted(found) == sorted(all_toolkits())
        assert slugs(caller.get("toolkits?limit=10&offset=10")) == [each["slug"] for each in second["data"]]

    def test_fields_reduce_it(self, caller: Caller) -> None:
        (slack,) = caller.get("toolkits?slugs=slack&fields=slug,name").json()["data"]
        assert slack == {"slug": "slack", "name": "Slack"}
        problem_of(caller.get("toolkits?fields=nme"), 400, "fields")

    def test_a_mistyped_filter_is_refused(self, caller: Caller) -> None:
        problem_of(caller.get("toolkits?slug=slack"), 400, "slug")


def test_categories_say_how_many_there_are(caller: Caller) -> None:
    make_toolkit(caller.project, categories=["support"])
    told = {each["slug"]: each["toolkitCount"] for each in caller.get("toolkits/categories").json()["data"]}
    assert told["support"] == 2
    problem_of(Client().get("/api/v1/toolkits/categories"), 401)


class TestOne:
    def test_a_global_one_is_found_by_its_slug(self, caller: Caller) -> None:
        told = caller.get("toolkits/byId/github").json()["data"]
        assert (told["id"], told["isGlobal"]) == ("github", True)

    def test_the_projects_own_is_found_by_id_and_slug(self, caller: Caller) -> None:
        toolkit = make_toolkit(caller.project)
        assert caller.get(f"toolkits/byId/{toolkit.pk}").json()["data"]["slug"] == "acme-desk"
        assert caller.get("toolkits/byId/acme-desk").json()["data"]["id"] == toolkit.pk

    def test_another_projects_is_a_404_whatever_is_done_to_it(self, caller: Caller) -> None:
        toolkit = make_toolkit(make_caller().project)
        for answer in (
            caller.get(f"toolkits/byId/{toolkit.pk}"),
            caller.patch(f"toolkits/byId/{toolkit.pk}", {"name": "x"}),
            caller.patch(f"toolkits/byId/{toolkit.pk}/status"),
            caller.delete(f"toolkits/byId/{toolkit.pk}"),
        ):
            problem_of(answer, 404)
        assert ProjectToolkit.objects.get(pk=toolkit.pk).is_active

    def test_an_unknown_one_names_the_near_match(self, caller: Caller) -> None:
        assert 'Did you mean "github"?' in problem_of(caller.get("toolkits/byId/githb"), 404)["message"]

    def test_the_catalogues_cannot_be_changed(self, caller: Caller) -> None:
        problem_of(caller.patch("toolkits/byId/slack", {"name": "x"}), 403)
        problem_of(caller.delete("toolkits/byId/slack"), 403)

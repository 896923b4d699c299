"""`toolkits`: the catalogue for everybody, a project's own for the project."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import ProjectToolkit
from flowra.models import Event
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_auth_config, make_toolkit
from tests.provider import PracticeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    return make_caller()


def slugs(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["slug"] for each in answer.json()["data"]]


def own(origin: str, **definition: Any) -> dict[str, Any]:
    """A definition whose every address is the practice provider's."""
    return {
        "slug": "practice",
        "name": "Practice",
        "baseUrl": origin,
        "authSchemes": ["OAUTH2"],
        "oauth2": {"issuer": origin},
        **definition,
    }


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


class TestCreate:
    def test_the_rest_is_discovered_from_the_issuer(self, caller: Caller, provider: PracticeProvider) -> None:
        answer = caller.post("toolkits", own(provider.origin))
        assert answer.status_code == 201, answer.content
        told = answer.json()["data"]
        assert told["oauth2"]["authorizationUrl"] == f"{provider.origin}/authorize"
        assert told["oauth2"]["tokenUrl"] == f"{provider.origin}/token"
        assert told["oauth2"]["revocationUrl"] == f"{provider.origin}/revoke"
        assert (told["isGlobal"], told["isActive"], told["requiresAuth"]) == (False, True, True)
        event = Event.objects.get()
        assert (event.type, event.subject_id) == ("toolkit.created", told["id"])

    def test_explicit_urls_win(self, caller: Caller, provider: PracticeProvider) -> None:
        token_url = f"{provider.origin}/another/token"
        told = caller.post(
            "toolkits", own(provider.origin, oauth2={"issuer": provider.origin, "tokenUrl": token_url})
        ).json()["data"]
        assert told["oauth2"]["tokenUrl"] == token_url
        assert told["oauth2"]["authorizationUrl"] == f"{provider.origin}/authorize"

    def test_another_issuers_document_is_refused(self, caller: Caller, provider: PracticeProvider) -> None:
        oauth2 = {
            "issuer": provider.origin + "/",
            "authorizationUrl": f"{provider.origin}/authorize",
            "tokenUrl": f"{provider.origin}/token",
        }
        problem_of(caller.post("toolkits", own(provider.origin, oauth2=oauth2)), 400, "oauth2.issuer")

    def test_an_issuer_that_tells_nothing_needs_the_urls(
        self, caller: Caller, provider: PracticeProvider
    ) -> None:
        issuer = f"{provider.origin}/nothing-here"
        problem_of(
            caller.post("toolkits", own(provider.origin, oauth2={"issuer": issuer})), 400, "oauth2.issuer"
        )
        oauth2 = {
            "issuer": issuer,
            "authorizationUrl": f"{provider.origin}/a",
            "tokenUrl": f"{provider.origin}/t",
        }
        assert caller.post("toolkits", own(provider.origin, oauth2=oauth2)).status_code == 201

    def test_without_an_issuer_both_urls_are_needed(self, caller: Caller, provider: PracticeProvider) -> None:
        oauth2 = {"authorizationUrl": f"{provider.origin}/authorize"}
        problem_of(caller.post("toolkits", own(provider.origin, oauth2=oauth2)), 400, "oauth2.tokenUrl")

    def test_a_key_needs_a_place_and_no_oauth(self, caller: Caller, provider: PracticeProvider) -> None:
        definition = own(provider.origin, authSchemes=["API_KEY"], apiKey={"in": "header", "name": "X-Key"})
        del definition["oauth2"]
        assert caller.post("toolkits", definition).json()["data"]["apiKey"]["name"] == "X-Key"

    def test_a_slug_of_the_catalogues_is_taken(self, caller: Caller, provider: PracticeProvider) -> None:
        told = problem_of(caller.post("toolkits", own(provider.origin, slug="slack")), 409, "slug")
        assert told["code"] == "slug_taken"

    def test_a_slug_is_taken_once_a_project(self, caller: Caller, provider: PracticeProvider) -> None:
        make_toolkit(make_caller().project, "practice")
        assert caller.post("toolkits", own(provider.origin)).status_code == 201
        problem_of(caller.post("toolkits", own(provider.origin)), 409, "slug")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"slug": None}, "slug"),
            ({"slug": "Not A Slug"}, "slug"),
            ({"slug": "x" * 51}, "slug"),
            ({"name": ""}, "name"),
            ({"name": ["x"]}, "name"),
            ({"baseUrl": "nonsense"}, "baseUrl"),
            ({"baseUrl": "ftp://127.0.0.1/x"}, "baseUrl"),
            ({"baseUrl": "http://user:pass@127.0.0.1/"}, "baseUrl"),
            ({"baseUrl": 5}, "baseUrl"),
            ({"authSchemes": []}, "authSchemes"),
            ({"authSchemes": ["OAUTH9"]}, "authSchemes.0"),
            ({"authSchemes": "OAUTH2"}, "authSchemes"),
            ({"logo": "javascript:alert(1)"}, "logo"),
            ({"oauth2": "no object"}, "oauth2"),
            ({"oauth2": {"issuer": 5}}, "oauth2.issuer"),
            ({"oauth2": {"issuer": "nonsense"}}, "oauth2.issuer"),
            ({"oauth2": {"tokenAuthMethod": "magic"}}, "oauth2.tokenAuthMethod"),
            ({"oauth2": {"authorizationParams": {"state": "mine"}}}, "oauth2.authorizationParams.state"),
            ({"oauth2": {"authorizationParams": ["x"]}}, "oauth2.authorizationParams"),
            ({"oauth2": {"tokenParams": {"a": 1}}}, "oauth2.tokenParams.a"),
            ({"oauth2": {"isuer": "x"}}, "oauth2.isuer"),
            ({"oauth2": {"scopeSeparator": ""}}, "oauth2.scopeSeparator"),
            ({"apiKey": {"in": "cookie", "name": "x"}}, "apiKey.in"),
            ({"apiKey": {"in": "header"}}, "apiKey.name"),
            (
                {"authConfigDetails": [{"authConfigCreation": [{"nme": "x"}]}]},
                "authConfigDetails.0.authConfigCreation.0.nme",
            ),
            ({"basUrl": "x"}, "basUrl"),
        ],
    )
    def test_bad_input_is_refused_by_its_name(
        self, caller: Caller, provider: PracticeProvider, change: dict[str, Any], field: str
    ) -> None:
        problem_of(caller.post("toolkits", own(provider.origin, **change)), 400, field)
        assert not ProjectToolkit.objects.exists()

    @pytest.mark.parametrize(
        "place",
        [
            "baseUrl",
            "logo",
            "oauth2.authorizationUrl",
            "oauth2.tokenUrl",
            "oauth2.revocationUrl",
            "oauth2.userinfoUrl",
            "oauth2.issuer",
        ],
    )
    def test_an_inward_address_is_refused_wherever_it_stands(
        self, caller: Caller, provider: PracticeProvider, place: str
    ) -> None:
        definition = own(provider.origin)
        home = definition["oauth2"] if place.startswith("oauth2.") else definition
        home[place.rpartition(".")[2]] = "http://10.0.0.1/x"
        problem_of(caller.post("toolkits", definition), 400, place)

    def test_a_provider_that_is_down_is_a_502_and_nothing_is_stored(self, caller: Caller) -> None:
        import socket

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        problem_of(caller.post("toolkits", own(f"http://127.0.0.1:{port}")), 502)
        assert not ProjectToolkit.objects.exists()


class TestChange:
    def test_what_is_sent_is_laid_over(self, caller: Caller, provider: PracticeProvider) -> None:
        made = caller.post("toolkits", own(provider.origin)).json()["data"]
        told = caller.patch(
            f"toolkits/byId/{made['id']}", {"name": "Practice 2", "categories": ["x"]}
        ).json()["data"]
        assert (told["name"], told["categories"]) == ("Practice 2", ["x"])
        assert told["oauth2"] == made["oauth2"]

    def test_oauth2_is_replaced_whole_and_discovered_anew(
        self, caller: Caller, provider: PracticeProvider
    ) -> None:
        made = caller.post(
            "toolkits",
            own(provider.origin, oauth2={"issuer": provider.origin, "tokenUrl": f"{provider.origin}/t"}),
        ).json()["data"]
        told = caller.patch(f"toolkits/byId/{made['id']}", {"oauth2": {"issuer": provider.origin}}).json()[
            "data"
        ]
        assert told["oauth2"]["tokenUrl"] == f"{provider.origin}/token"

    def test_the_slug_stays(self, caller: Caller, provider: PracticeProvider) -> None:
        made = caller.post("toolkits", own(provider.origin)).json()["data"]
        problem_of(caller.patch(f"toolkits/byId/{made['id']}", {"slug": "other"}), 400, "slug")

    def test_what_would_not_work_is_not_stored(self, caller: Caller, provider: PracticeProvider) -> None:
        made = caller.post("toolkits", own(provider.origin)).json()["data"]
        problem_of(caller.patch(f"toolkits/byId/{made['id']}", {"authSchemes": ["OAUTH2", "NOPE"]}), 400)
        assert caller.get(f"toolkits/byId/{made['id']}").json()["data"]["authSchemes"] == ["OAUTH2"]

    def test_the_switch_turns_round_without_a_body_and_obeys_one(self, caller: Caller) -> None:
        path = f"toolkits/byId/{make_toolkit(caller.project).pk}/status"
        assert caller.patch(path).json()["data"]["isActive"] is False
        assert caller.patch(path).json()["data"]["isActive"] is True
        assert caller.patch(path, {"isActive": True}).json()["data"]["isActive"] is True
        assert caller.patch(path, {"isActive": "False"}).json()["data"]["isActive"] is False
        assert Event.objects.filter(type="toolkit.updated").count() == 3

    def test_one_that_is_used_cannot_be_deleted(self, caller: Caller) -> None:
        toolkit = make_toolkit(caller.project)
        make_auth_config(caller.project, toolkit.slug, auth_scheme="API_KEY")
        assert (
            "1 auth config uses" in problem_of(caller.delete(f"toolkits/byId/{toolkit.pk}"), 409)["message"]
        )
        assert ProjectToolkit.objects.filter(pk=toolkit.pk).exists()

    def test_one_that_is_not_used_is_deleted_once(self, caller: Caller) -> None:
        path = f"toolkits/byId/{make_toolkit(caller.project).pk}"
        assert caller.delete(path).json()["success"] is True
        problem_of(caller.delete(path), 404)
        assert Event.objects.filter(type="toolkit.deleted").count() == 1

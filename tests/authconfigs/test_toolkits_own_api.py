"""A project's own toolkits: made with discovery, changed, switched, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from authconfigs.models import ProjectToolkit
from flowra.models import Event
from tests.caller import Caller, make_caller, problem_of
from tests.factories import make_auth_config, make_toolkit
from tests.provider import PracticeProvider

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


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

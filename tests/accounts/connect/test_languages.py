"""The connect page speaks the person's language, and no other page does."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.accounts.acme import Acme
from tests.factories import make_auth_config
from tests.staff import text_of


def test_the_browsers_language_is_spoken(acme: Acme, client: Client) -> None:
    link = acme.link()
    answer = client.get(f"/connect/{link.token}", headers={"accept-language": "de-AT,de;q=0.9,en;q=0.5"})
    assert answer.headers["Content-Language"] == "de" and '<html lang="de">' in answer.content.decode()
    assert "Practice verbinden" in text_of(answer)
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_links_own_language_goes_before_the_browsers(acme: Acme, client: Client) -> None:
    link = acme.link(locale="pt-BR")
    answer = client.get(f"/connect/{link.token}", headers={"accept-language": "de"})
    assert answer.headers["Content-Language"] == "pt"


@pytest.mark.parametrize("locale", ["tlh", "xx-YY", "zz"])
def test_a_language_that_is_not_spoken_leaves_the_browsers(acme: Acme, client: Client, locale: str) -> None:
    answer = client.get(f"/connect/{acme.link(locale=locale).token}", headers={"accept-language": "fr"})
    assert answer.headers["Content-Language"] == "fr"


def test_one_visit_leaves_nothing_for_the_next(acme: Acme, client: Client) -> None:
    client.get(f"/connect/{acme.link(locale='ja').token}")
    assert client.get(f"/connect/{acme.link().token}").headers["Content-Language"] == "en"


def test_the_api_and_the_admin_speak_english(acme: Acme, client: Client) -> None:
    for path in ("/api/v1/toolkits?nonsense=1", "/admin/login/", "/dashboard/sign-in"):
        answer = client.get(path, headers={"accept-language": "de"})
        assert "Content-Language" not in answer.headers
        assert 'lang="de"' not in answer.content.decode()


def test_an_odd_header_is_nobodys_trouble(acme: Acme, client: Client) -> None:
    for odd in ("*", ";;;", "de;q=x", "a" * 5000, "de\u00e4"):
        assert (
            client.get(f"/connect/{acme.link().token}", headers={"accept-language": odd}).status_code == 200
        )


def test_what_is_wrong_with_a_field_reads_on_from_its_name(acme: Acme, client: Client) -> None:
    key = make_auth_config(acme.project, "openai", auth_scheme="API_KEY")
    typed = {"api_key": "k" * 9000}
    for locale, words in (
        ("ja", "OpenAI APIキーは長すぎます。"),
        ("fr", "Clé d’API OpenAI dépasse la longueur permise."),
    ):
        answer = client.post(f"/connect/{acme.link(auth_config_id=key.pk, locale=locale).token}", typed)
        assert words in text_of(answer)


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("pt-BR", "pt"),
        ("pt-PT,pt;q=0.9", "pt"),
        ("de-AT", "de"),
        ("es-419,es;q=0.9", "es"),
        ("fr-CA;q=0.5, ja;q=0.8", "ja"),
        ("zh-CN,zh;q=0.9,de;q=0.1", "de"),
        ("zh-Hant-TW", "en"),
        ("DE", "de"),
        ("de;q=0, fr", "fr"),
        ("xx, *;q=0.5", "en"),
    ],
)
def test_the_first_language_that_is_spoken_here_is_taken(
    acme: Acme, client: Client, asked: str, spoken: str
) -> None:
    answer = client.get(f"/connect/{acme.link().token}", headers={"accept-language": asked})
    assert answer.headers["Content-Language"] == spoken

"""Open redirects: which spellings of a callback URL are the app's own."""

from __future__ import annotations

import pytest

from accounts.actions.callback_origin import checked_callback_url
from flowra.errors import InvalidInput
from flowra.models import Project
from flowra.origins import origin_of

ACME = Project(name="Acme", callback_origins=["https://acme.example", "http://127.0.0.1:9000"])


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example/back",
        "https://acme.example:443/back?next=%2Fhome",
        "HTTPS://ACME.EXAMPLE/back",
        "https://acme.example",
        "https://acme.example?x=1",
        "http://127.0.0.1:9000/done",
    ],
)
def test_every_url_on_an_allowed_origin_is_taken_as_it_is(url: str) -> None:
    assert checked_callback_url(ACME, url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://acme.example/",
        "https://acme.example:8443/",
        "https://acme.example.evil.example/",
        "https://evilacme.example/",
        "https://acme.example@evil.example/",
        "https://acme.example:443@evil.example/",
        "https://acme.example\\@evil.example/",
        "https://evil.example\\.acme.example/",
        "https:\\\\acme.example/",
        "https:/acme.example/",
        "https:acme.example",
        "//acme.example/",
        "///acme.example/",
        "/back",
        "acme.example",
        "javascript:alert(1)//https://acme.example",
        "javascript://acme.example/%0aalert(1)",
        "data:text/html,https://acme.example",
        "https://acme.example\t/",
        "https://acme.example\r\nLocation: https://evil.example",
        " https://acme.example/",
        "https://acme.example /",
        "https://acme.example\x00.evil.example/",
        "https://äcme.example/",
        "https://acme。example/",
        "https://acme%2eexample/",
        "https://acme.example:/",
        "https://acme.example:99999/",
        "https://acme.example:https/",
        "https://[acme.example/",
        "https://[::1]evil/",
        "ftp://acme.example/",
        "https://",
        "https://acme.example./",
        "https://acme.example/" + "a" * 3000,
        "http://127.1:9000/",
        "http://localhost:9000/",
        "http://0x7f000001:9000/",
    ],
)
def test_no_other_spelling_gets_through(url: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_callback_url(ACME, url)
    assert refusal.value.errors[0].field == "callbackUrl"


def test_an_origin_has_no_default_port_and_no_capitals() -> None:
    assert origin_of("HTTPS://Acme.Example:443/x") == "https://acme.example"
    assert origin_of("http://[::1]:8000/x") == "http://[::1]:8000"

"""Every word for end users is marked, collected, translated and compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import trans_real

from accounts.models import LinkSession
from tests.accounts.acme import Acme, make_acme
from tests.factories import make_auth_config
from tests.messages import PLURALS, collected, file_of
from tests.provider import PracticeProvider

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]


def test_each_language_that_is_offered_has_a_file() -> None:
    assert sorted(LANGUAGES) == sorted(PLURALS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    """`python -m tests.messages` adds what is missing."""
    known = {(each.msgid, each.msgid_plural): each for each in polib.pofile(str(file_of(language)))}
    assert set(known) == set(collected())
    for (text, plural), entry in known.items():
        assert not entry.fuzzy
        said = list(entry.msgstr_plural.values()) if plural else [entry.msgstr]
        assert all(said), text
        wanted = sorted(PLACEHOLDER.findall(plural or text))
        assert sorted(PLACEHOLDER.findall(said[-1])) == wanted, text
        assert [each.count("<") for each in said] == [text.count("<")] * len(said), text


def test_no_french_line_begins_with_a_mark() -> None:
    """There a space stands before `:` and inside `« »`: one at which no line may end."""
    for entry in polib.pofile(str(file_of("fr"))):
        for said in (entry.msgstr, *entry.msgstr_plural.values()):
            assert not re.search(r" [:;?!»]|« ", said), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str, tmp_path: Path) -> None:
    fresh = tmp_path / "django.mo"
    polib.pofile(str(file_of(language))).save_as_mofile(str(fresh))
    assert fresh.read_bytes() == file_of(language).with_suffix(".mo").read_bytes()


class _Marked(trans_real.DjangoTranslation):
    """A language in which everything that is marked stands in brackets."""

    def __init__(self) -> None:
        super().__init__("en")

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class _Texts(HTMLParser):
    """What a person reads on a page, and what is read to them; names are in `bdi`, others' words in `blockquote`."""

    not_ours = frozenset({"bdi", "code", "blockquote", "script", "style"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.depth = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("img", "input", "meta", "link", "path", "circle", "br"):
            return
        self.open.append(tag)
        self.found += [
            value
            for name, value in attrs
            if value and name in ("alt", "title", "placeholder", "aria-label", "data-busy", "data-offline")
        ]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        outside = ""
        for character in data:
            self.depth += {"⟦": 1, "⟧": -1}.get(character, 0)
            if self.depth == 0 and character != "⟧":
                outside += character
        if self.not_ours.isdisjoint(self.open):
            self.found.append(outside)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English is spoken in brackets."""
    language = _Marked()
    monkeypatch.setitem(trans_real._translations, "en", language)  # type: ignore[attr-defined]
    monkeypatch.setattr(trans_real, "_default", language)
    with translation.override("en"):
        yield
    translation.deactivate()


@pytest.fixture
def acme(db: None, provider: PracticeProvider) -> Acme:
    return make_acme(provider)


def link_page(acme: Acme, client: Client) -> str:
    return f"/connect/{acme.link().token}"


def slack_page(acme: Acme, client: Client) -> str:
    slack = make_auth_config(acme.project, "slack")
    return f"/connect/{acme.link(auth_config_id=slack.pk, scopes=['chat:write', 'odd:one']).token}"


def key_page(acme: Acme, client: Client) -> str:
    openai = make_auth_config(acme.project, "openai", auth_scheme="API_KEY")
    return f"/connect/{acme.link(auth_config_id=openai.pk).token}"


def subdomain_page(acme: Acme, client: Client) -> str:
    zendesk = make_auth_config(acme.project, "zendesk")
    return f"/connect/{acme.link(auth_config_id=zendesk.pk).token}"


def choose_page(acme: Acme, client: Client) -> str:
    ids = [acme.auth_config.pk, make_auth_config(acme.project, "slack").pk]
    return f"/connect/{acme.link(auth_config_id=None, auth_config_choices=ids).token}"


def used_page(acme: Acme, client: Client) -> str:
    link = acme.link(callback_url="")
    client.post(f"/connect/{link.token}/not-now")
    return f"/connect/{link.token}"


def expired_page(acme: Acme, client: Client) -> str:
    link = acme.link(expires_in=7_000)
    LinkSession.objects.update(expires_at=timezone.now())
    return f"/connect/{link.token}"


def unknown_page(acme: Acme, client: Client) -> str:
    return "/connect/nothing"


def callback_page(acme: Acme, client: Client) -> str:
    return "/connect/callback/ac_1?state=x&code=y"


def lost_page(acme: Acme, client: Client) -> str:
    return "/connect/a/b/c/d"


PAGES: list[Callable[[Acme, Client], str]] = [
    link_page,
    slack_page,
    key_page,
    subdomain_page,
    choose_page,
    used_page,
    expired_page,
    unknown_page,
    callback_page,
    lost_page,
]


@pytest.mark.parametrize("make", PAGES)
def test_nothing_is_said_that_is_not_marked(
    acme: Acme, client: Client, marked: None, make: Callable[[Acme, Client], str]
) -> None:
    page = client.get(make(acme, client)).content.decode()
    assert "⟦" in page
    ours = {"Acme", "A", "P", "S", "O", "Z", "Practice", "Slack", "OpenAI", "Zendesk", "customer_42", "·"}
    rest = [text.strip(" ·\n") for text in _Texts(page).found]
    unmarked = [
        text
        for text in rest
        if text
        and text not in ours
        and not re.fullmatch(r"[\w.-]+\.[a-z]+|[\d.:]+|⟦.*⟧|.* · Acme", text, re.S)
    ]
    assert unmarked == []


@pytest.mark.parametrize("which", [0, 1, 2])
def test_the_ends_of_a_visit_are_marked_as_well(
    acme: Acme, client: Client, marked: None, provider: PracticeProvider, which: int
) -> None:
    link = acme.link(callback_url="")
    if which == 1:
        provider.fail("/token", "error", error="server_error")
    pressed = client.post(f"/connect/{link.token}")["Location"]
    callback = provider.visit(pressed)
    browser = Client() if which == 2 else client
    page = browser.get(callback.split("127.0.0.1", 1)[1].partition("/")[2].join(("/", ""))).content.decode()
    rest = [text.strip(" ·\n") for text in _Texts(page).found]
    ours = {"Acme", "A", "P", "Practice", "sales@example.com"}
    assert [
        text for text in rest if text and text not in ours and "⟦" not in text and " · Acme" not in text
    ] == []

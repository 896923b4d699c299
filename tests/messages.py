"""What end users read, for translators: `python -m tests.messages` brings flowra/locale up to date, and compiles it.

Collected from the marked strings of code and templates, and from the catalogue's texts for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract_python

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "flowra" / "locale"
FLOORS = ("flowra", "authconfigs", "accounts")
KEYWORDS: dict[str, None] = dict.fromkeys(
    ("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "gettext_noop")
)
HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "MIME-Version": "1.0",
}
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "pt": "nplurals=2; plural=(n > 1);",
    "ja": "nplurals=1; plural=0;",
}

# A message, and its plural where it has one.
Message = tuple[str, str]


def collected() -> dict[Message, list[str]]:
    """Every message, with the files that it comes from."""
    found: dict[Message, list[str]] = {}
    for path, message in (*_of_code(), *_of_templates(), *_of_catalogue()):
        places = found.setdefault(message, [])
        if (name := str(path.relative_to(ROOT))) not in places:
            places.append(name)
    return found


def _of_code() -> Iterator[tuple[Path, Message]]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from ((path, each) for each in _marked(path.read_bytes()))


def _of_templates() -> Iterator[tuple[Path, Message]]:
    from django.utils.translation.template import templatize

    for path in sorted((ROOT / "templates").rglob("*.html")):
        written = templatize(path.read_text(), origin=str(path))
        yield from ((path, each) for each in _marked(written.encode()))


def _marked(source: bytes) -> Iterator[Message]:
    for _line, function, messages, _comments in extract_python(
        BytesIO(source), KEYWORDS, (), {"encoding": "utf-8"}
    ):
        texts = [str(each) for each in messages] if isinstance(messages, tuple) else [str(messages)]
        if str(function).startswith("ngettext"):
            yield texts[0], texts[1]
        elif messages:
            yield texts[0], ""


def _of_catalogue() -> Iterator[tuple[Path, Message]]:
    from authconfigs.catalogue.load import FOLDER, all_toolkits
    from authconfigs.schemes import scheme_named

    for slug, toolkit in all_toolkits().items():
        fields = [*toolkit.connection_fields, *toolkit.key_fields]
        for name in toolkit.auth_schemes:
            fields += scheme_named(name).account_fields(toolkit)
        texts = [
            toolkit.description,
            *(each.text for each in toolkit.scopes.values()),
            *(each.text for each in toolkit.cannot),
            *(text for field in fields for text in (field.display_name, field.description, field.where)),
        ]
        yield from ((FOLDER / f"{slug}.toml", (text, "")) for text in texts if text)


def file_of(language: str) -> Path:
    """Where the translators of a language work."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def bring_up_to_date(language: str) -> int:
    """Adds what is new, drops what is gone, keeps what is translated, and compiles it; answers how many wait for words."""
    path = file_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {(each.msgid, each.msgid_plural): each for each in before}
    after = polib.POFile(wrapwidth=110)
    after.metadata = {**HEADERS, "Language": language, "Plural-Forms": PLURALS[language]}
    for (text, plural), places in collected().items():
        entry = polib.POEntry(msgid=text, occurrences=[(place, "") for place in places])
        if "%(" in text or "%(" in plural:
            entry.flags.append("python-format")
        old = known.get((text, plural))
        if plural:
            entry.msgid_plural = plural
            forms = int(PLURALS[language].split("nplurals=")[1][0])
            entry.msgstr_plural = old.msgstr_plural if old else dict.fromkeys(range(forms), "")
        elif old:
            entry.msgstr = old.msgstr
        after.append(entry)
    after.save(str(path))
    after.save_as_mofile(str(path.with_suffix(".mo")))
    return len(after.untranslated_entries())


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowra.settings")
    django.setup()
    for language in PLURALS:
        waiting = bring_up_to_date(language)
        print(f"{language}: {waiting or 'nothing'} to translate")

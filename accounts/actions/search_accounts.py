"""Finding an account by whatever a customer says: their name, e-mail, id, workspace, a label, the service, the app, a
telephone's number, the link that they were sent, or the reference that a page showed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, Replace

from accounts.actions.tokens_of_links import hash_of
from accounts.actions.words_of_search import Sought, sought
from accounts.models import LinkSession
from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import ProjectToolkit

_TEXTS = (
    "external_user__name",
    "identity_email",
    "identity_name",
    "identity_id",
    "identity_workspace",
    "display_name",
    "toolkit_slug",
    "auth_config__name",
    "auth_config__display_name",
    "project__name",
)
_NUMBERED = ("external_user__name", "identity_id", "identity_name", "display_name", "labels_text")
_BETWEEN_DIGITS = " -/.()"
# Those in which people write as they speak.
_NAMES = ("external_user__name", "identity_name", "identity_workspace", "display_name", "labels_text")
_FIELD_OF_ID = {"ca": "pk", "eu": "external_user_id", "ac": "auth_config_id"}
MOST_TOOLKITS = 50
# As a word may be written by who has only heard it; what is longer comes first.
_SOUNDS = (
    ("ae", "äæ"),
    ("oe", "öœø"),
    ("ue", "ü"),
    ("ss", "ß"),
    ("a", "aàáâãäåāăą"),
    ("c", "cçćč"),
    ("d", "dďđð"),
    ("e", "eèéêëēėęě"),
    ("g", "gğ"),
    ("i", "iìíîïīįı"),
    ("l", "lł"),
    ("n", "nñńň"),
    ("o", "oòóôõöøōő"),
    ("r", "rř"),
    ("s", "sśšşș"),
    ("t", "tťţț"),
    ("u", "uùúûüūůűų"),
    ("y", "yýÿ"),
    ("z", "zźżž"),
)
_SHORTEST_SOUND = 3
# More of them are no help to who has heard a name.
MOST_HEARD = 200


def _ways(letters: str, written: str) -> str:
    """Large and small, the accent in the letter, beside it, or as SQLite's lists have what is beyond ASCII."""
    both = written + "".join(each.upper() for each in written if len(each.upper()) == 1)
    one = "".join(sorted(set(both)))
    several = f"{letters}|" if len(letters) > 1 else ""
    return rf"(?:{several}(?:[{one}]|\\u[0-9a-f]{{4}})[\u0300-\u036f]*)"


_HEARD = tuple((letters, _ways(letters, written)) for letters, written in _SOUNDS)


def search_accounts(accounts: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Those in which each word is part of some text; ids, links and numbers are looked up as such. Where that finds none,
    those in which each word sounds so: `muller` finds Müller then. A query by itself only then.
    """
    wanted = sought(words)
    if wanted.is_nothing:
        return accounts
    noted: QuerySet[Any] = accounts.annotate(labels_text=Cast("labels", TextField()))
    found = _narrowed(noted, wanted)
    heard = [_sounding(word) for word in wanted.words]
    if wanted.ids or wanted.links or not any(heard) or found.exists():
        return found
    # One text for all of them: in SQLite each look at one is a call of Python.
    noted = noted.annotate(names=_joined(_NAMES))
    for word, sound in zip(wanted.words, heard, strict=True):
        noted = noted.filter(Q(names__iregex=sound) | _has(word) if sound else _has(word))
    return accounts.filter(pk__in=list(noted.order_by().values_list("pk", flat=True)[:MOST_HEARD]))


def _narrowed(accounts: QuerySet[Any], wanted: Sought) -> QuerySet[Any]:
    """Whoever names an account outright means that one, whatever else they say."""
    outright = Q(pk__in=[id for id in wanted.ids if id.startswith("ca_")])
    if wanted.links:
        hashes = [hash_of(token) for token in wanted.links]
        of_links = LinkSession.objects.filter(token_hash__in=hashes)
        outright |= Q(pk__in=list(of_links.values_list("account_id", flat=True)))
    for end in wanted.ends:
        outright |= Q(pk__endswith=end)
    if wanted.digits:
        accounts = accounts.annotate(numbers=_without_signs(_joined(_NUMBERED)))
        outright |= Q(numbers__contains=wanted.digits)
    others = [Q(**{_FIELD_OF_ID[id[:2]]: id}) for id in wanted.ids if not id.startswith("ca_")]
    others += [_has(word) for word in wanted.words]
    if not others or any(id.startswith("ca_") for id in wanted.ids) or wanted.links:
        return accounts.filter(outright)
    all_of_them = Q()
    for each in others:
        all_of_them &= each
    return accounts.filter(outright | all_of_them)


def _has(word: str) -> Q:
    found = Q()
    for written in _spellings(word):
        # SQLite keeps the list as it was written, with what is beyond ASCII escaped; PostgreSQL does not.
        found |= Q(labels_text__icontains=json.dumps(written)[1:-1]) | Q(labels_text__icontains=written)
        found |= _any(_TEXTS, "icontains", written)
    for slug, toolkit in all_toolkits().items():
        if word.lower() in toolkit.name.lower() and word.lower() not in slug:
            found |= Q(toolkit_slug=slug)
    own = ProjectToolkit.objects.filter(name__icontains=word).exclude(slug__icontains=word)
    for project_id, slug in own.values_list("project_id", "slug")[:MOST_TOOLKITS]:
        found |= Q(project_id=project_id, toolkit_slug=slug)
    if word.lower().startswith("ca_"):
        found |= Q(pk__startswith=word.lower())
    return found


def _any(fields: tuple[str, ...], lookup: str, value: str) -> Q:
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__{lookup}": value})
    return found


def _joined(fields: tuple[str, ...]) -> Combinable:
    """All of these as one text, a line each."""
    parts: list[Any] = []
    for field in fields:
        parts += [field, Value("\n")]
    return Concat(*parts, output_field=TextField())


def _without_signs(text: Combinable) -> Combinable:
    """A text without what people put between digits."""
    for sign in _BETWEEN_DIGITS:
        text = Replace(text, Value(sign), Value(""), output_field=TextField())
    return text


def _spellings(word: str) -> list[str]:
    """The same word as it may be stored: an accent by itself or in its letter, and large or small, which SQLite knows of
    ASCII alone (https://www.sqlite.org/lang_expr.html#like).
    """
    if word.isascii():
        return [word]
    spellings = {word}
    if connection.vendor == "sqlite":
        spellings |= {word.lower(), word.upper(), word.capitalize()}
    return sorted({unicodedata.normalize(form, each) for form in ("NFC", "NFD") for each in spellings})


def _sounding(word: str) -> str:
    """A regular expression for all that is written otherwise and sounds the same; empty for what is no word to be heard."""
    plain = unicodedata.normalize(
        "NFKD", word.lower().replace("ß", "ss").replace("ø", "o").replace("æ", "ae")
    )
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    if len(plain) < _SHORTEST_SOUND or not any(each.isalpha() for each in plain):
        return ""
    found, at = [], 0
    while at < len(plain):
        heard, ways = next((each for each in _HEARD if plain.startswith(each[0], at)), (plain[at], ""))
        found.append(ways or re.escape(heard))
        at += len(heard)
    return "".join(found)

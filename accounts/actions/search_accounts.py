"""Finding an account by whatever a customer says: their name, e-mail, id, workspace, a label, the service, the app, or the
reference that a page showed.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from flowra.public_ids import as_heard, is_id, is_reference

MOST_WORDS = 10
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


def search_accounts(accounts: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Those in which each word is part of some text; an id is looked up as it is."""
    found: QuerySet[Any] = accounts.annotate(labels_text=Cast("labels", TextField()))
    for word in words.split()[:MOST_WORDS]:
        found = found.filter(_has(word))
    return found


def _has(word: str) -> Q:
    for kind, field in (("ca", "pk"), ("eu", "external_user_id"), ("ac", "auth_config_id")):
        if is_id(kind, word.lower()):
            return Q(**{field: word.lower()})
    found = Q()
    for written in _spellings(word):
        # SQLite keeps the list as it was written, with what is beyond ASCII escaped; PostgreSQL does not.
        found |= Q(labels_text__icontains=json.dumps(written)[1:-1]) | Q(labels_text__icontains=written)
        for field in _TEXTS:
            found |= Q(**{f"{field}__icontains": written})
    if word.lower().startswith("ca_"):
        found |= Q(pk__startswith=word.lower())
    if is_reference(as_heard(word)):
        found |= Q(pk__endswith=as_heard(word))
    return found


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

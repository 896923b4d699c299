"""What somebody typed or pasted into a search, as the words that are looked for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from flowra.public_ids import ALPHABET, LENGTH, REFERENCE_LENGTH, as_heard

MOST_WORDS = 10
MOST_ENDS = 20
_ID = re.compile(rf"(?<![0-9a-z])(?:ca|eu|ac)_[{ALPHABET}]{{{LENGTH}}}(?![0-9a-z])")
# As it is heard or copied, letters that no reference has among them.
_END = re.compile(rf"(?<![0-9a-z_-])[{ALPHABET}ilo]{{{REFERENCE_LENGTH}}}(?![0-9a-z_-])")
_LINK = re.compile(r"/connect/([0-9A-Za-z_-]{43})(?![0-9A-Za-z_-])")
# As a number is said or written down; what is no digit in it stands anywhere.
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.\-\u2010-\u2015\u00a0]{4,}[0-9]")
_AROUND = " \t\"'`´,;<>()[]{}„“”‚‘’«»‹›…"
_INTRODUCING = frozenset({"reference", "ref", "id", "account", "mail", "e-mail", "email", "workspace"})


@dataclass(frozen=True, slots=True)
class Sought:
    """All of `words` are to be found; `ids` are of accounts, people and auth configs that are named outright; one of `ends`
    may be the end of an account's id. `links` are the tokens of links that were pasted, `digits` those of a telephone's number.
    """

    words: tuple[str, ...]
    ids: tuple[str, ...]
    ends: tuple[str, ...]
    links: tuple[str, ...]
    digits: str

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was asked for, as by blanks alone."""
        return not (self.words or self.ids or self.links)


def sought(text: str) -> Sought:
    """Never raises; at most ten words count."""
    text = "".join(each for each in text if unicodedata.category(each) != "Cf")
    ids = tuple(dict.fromkeys(_ID.findall(text.lower())))
    links = tuple(_LINK.findall(text))
    bare = [_bare(word) for word in text.split()]
    said = [word for word in bare if word and not word.endswith(":") and word.lower() not in _INTRODUCING]
    words = [word for word in said or bare if not _ID.search(word.lower()) and not _LINK.search(word)]
    return Sought(
        words=tuple(words[:MOST_WORDS]),
        ids=ids,
        ends=tuple(dict.fromkeys(as_heard(each) for each in _END.findall(text.lower())))[:MOST_ENDS],
        links=links,
        digits=_digits(text),
    )


def _bare(word: str) -> str:
    """Without what stands around it in a sentence or a letter's head; of the address of a page, the name that begins its host: `acme` of `https://acme.zendesk.com/agent`."""
    inner = word.strip(_AROUND)
    if inner.lower().startswith("mailto:"):
        inner = inner[len("mailto:") :].partition("?")[0]
    if "://" in inner and not _ID.search(inner.lower()) and not _LINK.search(inner):
        inner = _host(inner) or inner
    inner = inner.rstrip(".!?") or inner
    return inner or word


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.").partition(".")[0]
    except ValueError:
        return ""


def _digits(text: str) -> str:
    """Of a telephone's number, without what stands before it in one country and not in another; else empty."""
    text = text.strip(_AROUND)
    if not _PHONE.fullmatch(text) and not _PHONE.fullmatch(text.lstrip("(")):
        return ""
    digits = re.sub(r"\D", "", text.replace("(0)", "")).lstrip("0")
    return digits if len(digits) >= 6 else ""

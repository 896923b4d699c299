"""Public ids: `ca_01k9…`, prefixed by kind, unguessable, sorting by the time they were made.

48 bits of Unix milliseconds and 80 random bits in Crockford's base 32, lower case, as ULID lays them out
(https://github.com/ulid/spec).
"""

from __future__ import annotations

import re
import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
MAX_LENGTH = 32
REFERENCE_LENGTH = 8
_TAKEN_FOR = str.maketrans("ilo", "110")  # https://www.crockford.com/base32.html


def new_id(kind: str) -> str:
    """A fresh id of `kind`, a prefix of two or three letters; ids of one kind sort by millisecond of making."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return f"{kind}_{_base32(number)}"


def is_id(kind: str, text: str) -> bool:
    """Whether `text` has the form of an id of `kind`; says nothing about its existence."""
    return re.fullmatch(rf"{re.escape(kind)}_[{ALPHABET}]{{{LENGTH}}}", text) is not None


def reference_of(id: str) -> str:
    """What a person reads out and support searches for: the end of an id, 40 of its random bits."""
    return id[-REFERENCE_LENGTH:]


def as_heard(text: str) -> str:
    """A reference as it was shown, from how it was heard or copied: none has the letters i, l or o."""
    return text.lower().translate(_TAKEN_FOR)


def _base32(number: int) -> str:
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))

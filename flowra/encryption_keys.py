"""The key ring: master keys as given, and from each the keys that seal secrets and private data.

A master key is 32 random bytes, as base64 (standard or URL-safe) or hex. Its id is the first eight hex digits of a
hash of it, so that a ciphertext can say which key it needs and nobody has to number keys. Sealing and Fernet keys are
derived by HKDF (RFC 5869) with different labels: one leaked derived key does not open the other's texts. A third one
makes fingerprints.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.exceptions import ImproperlyConfigured

from flowra.keys_at_first_run import HOW_TO_MAKE_ONE


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One master key's derived keys and its id (eight hex digits)."""

    id: str
    aead: AESGCM
    fernet_key: str
    fernet: Fernet
    fingerprint_key: bytes

    @classmethod
    def from_text(cls, text: str) -> Key:
        """Raises ImproperlyConfigured when `text` is not 32 bytes in base64 or hex; the message never holds it."""
        master = _decode(text)
        fernet_key = base64.urlsafe_b64encode(_derive(master, b"flowra private data")).decode()
        return cls(
            id=hashlib.sha256(b"flowra key id" + master).hexdigest()[:8],
            aead=AESGCM(_derive(master, b"flowra sealed secrets")),
            fernet_key=fernet_key,
            fernet=Fernet(fernet_key),
            fingerprint_key=_derive(master, b"flowra fingerprints"),
        )


class KeyRing:
    """Keys by id: the first one writes, all of them read."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = {key.id: key for key in keys}
        if not self._keys:
            raise ImproperlyConfigured(f"FLOWRA_ENCRYPTION_KEYS is empty. Make a key with: {HOW_TO_MAKE_ONE}")
        self.newest = next(iter(self._keys.values()))

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> KeyRing:
        """From keys as they are given in the environment, newest first."""
        return cls(Key.from_text(text) for text in texts)

    def get(self, key_id: str) -> Key | None:
        """The key of that id, or None when it is not in the ring."""
        return self._keys.get(key_id)

    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, the writing one first."""
        return tuple(self._keys)

    def fernet_keys(self) -> Iterator[str]:
        """The Fernet keys derived from each, in the same order."""
        return (key.fernet_key for key in self._keys.values())


def _decode(text: str) -> bytes:
    text = text.strip()
    raw = b""
    try:
        if re.fullmatch(r"[0-9a-fA-F]{64}", text):
            raw = bytes.fromhex(text)
        elif re.fullmatch(r"[A-Za-z0-9+/_-]{43}=?", text):
            raw = base64.b64decode(text.rstrip("=").replace("-", "+").replace("_", "/") + "=", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise ImproperlyConfigured(
            f"FLOWRA_ENCRYPTION_KEYS has a malformed key: each is 32 bytes in base64. Make one with: {HOW_TO_MAKE_ONE}"
        )
    if len(set(raw)) < 8:
        raise ImproperlyConfigured(
            f"FLOWRA_ENCRYPTION_KEYS has a key that is not random. Make one with: {HOW_TO_MAKE_ONE}"
        )
    return raw


def _derive(master: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(master)

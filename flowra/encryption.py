"""Secrets and private data at rest.

Two kinds, by what a leak would cost:

* **Sealed** (`SealedJSONField`): tokens, keys, client secrets. AES-256-GCM; the ciphertext names its key and is bound
  to its table, row and field as associated data (NIST SP 800-38D, 5.2.1.1), so that one moved to another row is
  refused. Never in `.values()`, never searchable.
* **Private** (`EncryptedJSONField`): profile answers and connection data, through django-encrypted-model-fields by a
  strict subclass. As it comes, that library returns the ciphertext as the value when the key is wrong (and encrypts it
  again at the next save), takes plaintext found in the column, and decrypts what a user typed into a form. Here a wrong
  key and a plaintext raise, `clean` never decrypts, and filtering raises.

Whatever cannot be opened raises `Unreadable`, which names the key id that is missing and holds no data.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from encrypted_model_fields.fields import EncryptedTextField

from flowra.errors import FlowraError

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from flowra.encryption_keys import KeyRing

    AnyField = models.Field[Any, Any]
    AnyTextField = models.TextField[Any, Any]
else:
    AnyField = models.Field
    AnyTextField = models.TextField

SEALED_MARK = "s1"
PRIVATE_MARK = "p1"
NONCE_BYTES = 12


class Unreadable(FlowraError):
    """500: a stored secret cannot be opened; says which key id is missing, or that it was tampered with."""

    code = "unreadable_secret"
    status = 500


class Ciphertext(str):
    """A stored ciphertext as text; its repr does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Ciphertext of key {key_id_of(self)}>"


def key_ring() -> KeyRing:
    """The installation's keys."""
    ring: KeyRing = settings.FLOWRA_KEY_RING
    return ring


def key_id_of(ciphertext: str) -> str:
    """The id of the key that a sealed or private ciphertext needs; raises Unreadable when it is neither."""
    parts = ciphertext.split(".", 2)
    if len(parts) != 3 or parts[0] not in (SEALED_MARK, PRIVATE_MARK):
        raise Unreadable("A secret's column holds something that was not encrypted here.")
    return parts[1]


def seal(plaintext: bytes, bound_to: str) -> Ciphertext:
    """`s1.<key id>.<base64 of nonce and ciphertext>`, which opens only with the same `bound_to`."""
    key = key_ring().newest
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + key.aead.encrypt(nonce, plaintext, bound_to.encode())
    return Ciphertext(f"{SEALED_MARK}.{key.id}.{base64.urlsafe_b64encode(sealed).decode()}")


def unseal(ciphertext: str, bound_to: str) -> bytes:
    """What was sealed; raises Unreadable for a missing key, another row's ciphertext or a changed one."""
    key_id = key_id_of(ciphertext)
    mark, _, body = ciphertext.split(".", 2)
    key = key_ring().get(key_id)
    if key is None:
        raise _missing(key_id)
    try:
        raw = base64.b64decode(body, altchars=b"-_", validate=True) if mark == SEALED_MARK else b""
        return key.aead.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise Unreadable("A stored secret does not belong to its row, or was changed.") from error


def fingerprints(text: str) -> list[str]:
    """HMAC-SHA256 (RFC 2104) of `text` in hex under each key of the ring, the newest first.

    For knowing a secret again without keeping it: without the keys a guessed password cannot be compared either.
    """
    keys = (key_ring().get(id) for id in key_ring().ids())
    return [hmac.digest(key.fingerprint_key, text.encode(), "sha256").hex() for key in keys if key]


def _missing(key_id: str) -> Unreadable:
    return Unreadable(
        f"A stored secret needs the encryption key {key_id}, which FLOWRA_ENCRYPTION_KEYS does not have."
    )


class _NeverSearched(AnyField):
    """Mixed into fields whose ciphertext differs each time: comparing it would find nothing, silently."""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched.")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted and cannot be searched.")


class _SealedAttribute:
    """Opens at first reading; what was assigned is sealed at save."""

    def __init__(self, field: SealedJSONField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Ciphertext):
            return self.field.open(str(instance.pk), value)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedJSONField(_NeverSearched, AnyTextField):
    """A JSON object sealed to its row. The primary key must be set before the first save.

    The attribute reads as a fresh dict each time: assign a new one to change it.
    `QuerySet.update()` takes what `seal(pk, value)` returns, nothing else.
    """

    description = "JSON, sealed to its row"

    def __init__(self, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(**kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _SealedAttribute(self))

    def get_default(self) -> Any:
        return None if self.null else {}

    def from_db_value(self, value: str | None, *_: Any) -> Ciphertext | None:
        return None if value is None else Ciphertext(value)

    def to_python(self, value: Any) -> Any:
        return value

    def seal(self, pk: str, value: dict[str, Any]) -> Ciphertext:
        """The ciphertext of `value` for the row with that primary key."""
        return seal(json.dumps(value, separators=(",", ":")).encode(), self._bound_to(pk))

    def open(self, pk: str, ciphertext: str) -> dict[str, Any]:
        """The object in the row with that primary key; raises Unreadable."""
        opened: dict[str, Any] = json.loads(unseal(ciphertext, self._bound_to(pk)))
        return opened

    def _bound_to(self, pk: str) -> str:
        return f"{self.model._meta.db_table}\x1f{pk}\x1f{self.column}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Ciphertext):
            return value
        if not model_instance.pk:
            raise FieldError(f"{self.name} is sealed to its row: set the primary key first.")
        return self.seal(str(model_instance.pk), value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if value is not None and not isinstance(value, Ciphertext | models.Expression):
            raise FieldError(f"{self.name} takes only what {type(self).__name__}.seal() returns.")
        return None if value is None else str(value)

    def value_to_string(self, obj: models.Model) -> str:
        return str(obj.__dict__.get(self.attname))


def sealed_for(model: type[models.Model], field: str, pk: str, value: dict[str, Any]) -> Ciphertext:
    """What `QuerySet.update()` stores in a sealed field of the row with that primary key."""
    sealed = model._meta.get_field(field)
    assert isinstance(sealed, SealedJSONField)
    return sealed.seal(pk, value)


class EncryptedJSONField(_NeverSearched, EncryptedTextField):  # type: ignore[misc]
    """Private JSON beside the secrets: any JSON value, encrypted as a whole; the ciphertext names its key."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(**kwargs)

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        if value is None:
            return None
        key_id = key_id_of(value)
        key = key_ring().get(key_id)
        if key is None:
            raise _missing(key_id)
        try:
            return json.loads(key.fernet.decrypt(value.split(".", 2)[2]))
        except (InvalidToken, ValueError) as error:
            raise Unreadable("Stored private data was changed.") from error

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return value

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if value is None:
            return None
        key = key_ring().newest
        token = key.fernet.encrypt(json.dumps(value, separators=(",", ":")).encode()).decode()
        return f"{PRIVATE_MARK}.{key.id}.{token}"

    def get_default(self) -> Any:
        if self.default is models.NOT_PROVIDED:
            return None
        return self.default() if callable(self.default) else self.default

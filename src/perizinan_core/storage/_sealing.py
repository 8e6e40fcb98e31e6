"""
Encryption of personal data in single rows, and blind indexes to find them again.

A sealed value is ``version byte ‖ length and text of the key id ‖ 12-byte nonce ‖ AES-256-GCM ciphertext and
tag`` (NIST SP 800-38D). Table, row id, column and key id are its associated data, so a ciphertext that is
copied to another row or column no longer opens. Nonces are random: one data key is good for 2**32 writes.

A row's seal is HMAC-SHA-256 over its table and all its columns, under a key that is derived from the data key
(HKDF, RFC 5869) which the column ``key_id`` names. Columns that are NULL are left out, so that a column that
is added later does not break the seals that are there.

A blind index is HMAC-SHA-256 over kind and normal form, under a key of its own: equal values can be
found, nothing can be read from it without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from perizinan_core.errors.model import ModelError
from perizinan_core.errors.storage import SealBrokenError, StorageError
from perizinan_core.model._actor import Officer
from perizinan_core.model._fees import reference_key
from perizinan_core.storage._keyring import KeyRing
from perizinan_core.storage._records import Lookup
from perizinan_core.storage._verified import Recent, VerifiedRows

__all__ = ["Place", "Sealer"]

_FORMAT = 1
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_NONCE_BYTES = 12
_OFFICERS = 500


@attrs.frozen
class Place:
    """Where a sealed value belongs."""

    table: str
    row: str
    column: str

    def associated_data(self, key_id: str) -> bytes:
        """Return the bytes that bind a ciphertext to this place; each part is preceded by its length."""
        parts = [b"perizinan-core/seal/1"]
        parts += [text.encode() for text in (self.table, self.row, self.column, key_id)]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


class Sealer:
    """Seals and opens values with the keys of one ring. Safe to share between threads."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._ciphers: Mapping[str, AESGCM] = {key.id: AESGCM(key.secret) for key in keys.data.all}
        self._row_keys = {key.id: _derived(key.secret, b"row-seal") for key in keys.data.all}
        self._tally_keys = {key.id: _derived(key.secret, b"tally") for key in keys.data.all}
        self.verified = VerifiedRows()
        """Rows that have passed under these keys."""

        self.officers: Recent[tuple[bytes, Officer]] = Recent(_OFFICERS)
        """Officers as they were opened last, each with what was opened: one is asked for at every step of a case."""

    @property
    def keys(self) -> KeyRing:
        """The ring."""
        return self._keys

    @property
    def data_key_id(self) -> str:
        """Id of the key that new values are sealed with."""
        return self._keys.data.current.id

    @property
    def index_key_id(self) -> str:
        """Id of the key that new blind indexes are made with."""
        return self._keys.index.current.id

    def seal(self, value: Any, place: Place) -> bytes:
        """Encrypt a JSON value for its place."""
        key_id = self.data_key_id
        nonce = os.urandom(_NONCE_BYTES)
        plain = _JSON.encode(value)
        sealed = self._ciphers[key_id].encrypt(
            nonce, plain.encode("utf-8", "surrogatepass"), place.associated_data(key_id)
        )
        name = key_id.encode()
        return bytes((_FORMAT, len(name))) + name + nonce + sealed

    def open(self, blob: bytes, place: Place) -> Any:
        """
        Decrypt the JSON value that was sealed for this place.

        Raises:
            StorageError: ``unknown-key``: Its key is not in the ring.
            SealBrokenError: It was changed, damaged, or belongs elsewhere.
        """
        key_id = self.key_id_of(blob, place)
        start = 2 + len(key_id)
        nonce, sealed = blob[start : start + _NONCE_BYTES], blob[start + _NONCE_BYTES :]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise StorageError("unknown-key", key_id=key_id, known=self._keys.data.ids)
        try:
            plain = cipher.decrypt(nonce, sealed, place.associated_data(key_id))
        except (InvalidTag, ValueError) as error:
            raise _broken(place) from error
        return json.loads(plain.decode("utf-8", "surrogatepass"))

    def key_id_of(self, blob: bytes, place: Place) -> str:
        """
        Return the id of the key that a value was sealed with.

        Raises:
            SealBrokenError: The value does not have the form of a sealed one.
        """
        if len(blob) < 2 or blob[0] != _FORMAT or len(blob) < 2 + blob[1] + _NONCE_BYTES:
            raise _broken(place)
        try:
            return blob[2 : 2 + blob[1]].decode("ascii")
        except UnicodeDecodeError as error:
            raise _broken(place) from error

    def seal_row(self, table: str, columns: Mapping[str, Any]) -> bytes:
        """
        Return the seal of a row: 32 bytes.

        Args:
            table: Name of its table.
            columns: What the seal covers; ``key_id``, among them, says under which key.

        Raises:
            StorageError: ``unknown-key``: That key is not in the ring.
        """
        return hmac.digest(self._key(self._row_keys, columns["key_id"]), _row_text(table, columns), "sha256")

    def fits(self, table: str, columns: Mapping[str, Any], seal: bytes | None) -> bool:
        """
        Return whether a row is as the library wrote it.

        Raises:
            StorageError: ``unknown-key``: It was sealed with a key that is not in the ring.
        """
        if seal is None or columns.get("key_id") is None:
            return False
        return hmac.compare_digest(self.seal_row(table, columns), seal)

    def share(self, key_id: str, seal: bytes) -> int:
        """Return what a sealed row adds to a tally: a secret number below 2**256."""
        digest = hmac.digest(self._key(self._tally_keys, key_id), seal, "sha256")
        return int.from_bytes(digest, "big")

    def _key(self, keys: Mapping[str, bytes], key_id: str) -> bytes:
        found = keys.get(key_id)
        if found is None:
            raise StorageError("unknown-key", key_id=key_id, known=self._keys.data.ids)
        return found

    def blind(self, lookup: Lookup) -> bytes:
        """Return the blind index under the current key: 32 bytes."""
        return _digest(self._keys.index.current.secret, lookup)

    def blind_all(self, lookup: Lookup) -> tuple[bytes, ...]:
        """Return the blind indexes under every key of the ring, for searching during a change of keys."""
        return tuple(_digest(key.secret, lookup) for key in self._keys.index.all)

    def blind_payment(self, reference: str) -> tuple[bytes, ...]:
        """Return the blind indexes of a payment's reference under every key, that of the current one first."""
        message = b"payment\0" + reference_key(reference).encode()
        return tuple(hmac.digest(key.secret, message, "sha256") for key in self._keys.index.all)


def _broken(place: Place) -> SealBrokenError:
    return SealBrokenError("seal-broken", table=place.table, row=place.row, column=place.column)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    info = b"perizinan-core/" + purpose + b"/1"
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret)


def _row_text(table: str, columns: Mapping[str, Any]) -> bytes:
    """Return the one text of a row; each part is preceded by its length, each value by its type."""
    parts = [_name_part("perizinan-core/row/1"), _name_part(table)]
    for name in sorted(columns):
        value = columns[name]
        if value is not None:
            text = _value_text(value)
            parts += (_name_part(name), len(text).to_bytes(8, "big"), text)
    return b"".join(parts)


@cache
def _name_part(name: str) -> bytes:
    """Return the name of a table or column with its length before it; there are few."""
    return len(name.encode()).to_bytes(8, "big") + name.encode()


def _value_text(value: Any) -> bytes:
    if isinstance(value, str):
        return b"s" + value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes | memoryview):
        return b"y" + bytes(value)
    if isinstance(value, int):
        # Truth is a number too: a database without a type of its own for it gives back 0 and 1.
        return b"i%d" % value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ModelError("naive-moment", received=value.isoformat())
        return b"t" + value.astimezone(UTC).isoformat(timespec="microseconds").encode()
    if isinstance(value, date):
        return b"d" + value.isoformat().encode()
    raise TypeError(f"no column holds a {type(value).__name__}")


def _digest(secret: bytes, lookup: Lookup) -> bytes:
    message = lookup.kind.value.encode() + b"\0" + lookup.value.encode()
    return hmac.new(secret, message, hashlib.sha256).digest()

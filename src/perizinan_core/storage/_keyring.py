"""
The keys that protect personal data at rest, and where they come from.

A ring holds two sets: *data* keys encrypt, *index* keys make blind indexes. Of each set one key is current;
the others are kept so that older records can still be read, until `rotate_keys` has moved them on.
Keys live in an environment variable, a file with mode 0600 or a secret service reached by a callback,
never in the database and never in a log.

Changing a key without a pause, in four steps: give every process a ring with the new key added but not
current; give every process a ring with it current; run `rotate_keys`; drop the old key.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs

from perizinan_core._saved_file import create_file, replace_file
from perizinan_core.errors.storage import StorageError
from perizinan_core.i18n import N_

__all__ = ["KEYS_VARIABLE", "Key", "KeyRing", "KeySet"]

KEYS_VARIABLE = "PERIZINAN_KEYS"
"""Environment variable that holds a key ring as its JSON text."""

_KEY_BYTES = 32
_VERSION = 1
_MAX_ID = 40


def _check_id(_instance: object, _attribute: attrs.Attribute[str], value: str) -> None:
    if not value or len(value) > _MAX_ID or not value.isascii() or not value.isprintable():
        raise ValueError("a key id is 1 to 40 printable ASCII characters")


def _check_secret(_instance: object, _attribute: attrs.Attribute[bytes], value: bytes) -> None:
    if len(value) != _KEY_BYTES:
        raise ValueError("a key has 32 bytes")


@attrs.frozen(repr=False)
class Key:
    """A secret of 32 random bytes and its name. The name is stored beside what the key encrypted."""

    id: str = attrs.field(validator=_check_id)
    secret: bytes = attrs.field(validator=_check_secret)

    @classmethod
    def generate(cls) -> Key:
        """Make a new key from the operating system's random source; its id is random too."""
        return cls(secrets.token_hex(6), secrets.token_bytes(_KEY_BYTES))

    def __repr__(self) -> str:
        return f"Key({self.id!r}, ***)"


@attrs.frozen
class KeySet:
    """Keys for one purpose."""

    current: Key
    """Used for everything that is written."""

    others: tuple[Key, ...] = ()
    """Still accepted when reading."""

    def __attrs_post_init__(self) -> None:
        if len(set(self.ids)) != len(self.ids):
            raise ValueError("two keys have the same id")

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all keys, that of the current one first."""
        return (self.current.id, *(key.id for key in self.others))

    @property
    def all(self) -> tuple[Key, ...]:
        """All keys, the current one first."""
        return (self.current, *self.others)

    def get(self, key_id: str) -> Key:
        """
        Return the key with this id.

        Raises:
            StorageError: ``unknown-key``: It is not in the set.
        """
        for key in self.all:
            if key.id == key_id:
                return key
        raise StorageError("unknown-key", key_id=key_id, known=self.ids)

    def with_upcoming(self, key: Key) -> KeySet:
        """Add a key that is accepted but not yet used: the first step of a change without a pause."""
        return attrs.evolve(self, others=(*self.others, key))

    def promote(self, key_id: str) -> KeySet:
        """Make a key of the set the current one."""
        chosen = self.get(key_id)
        return KeySet(chosen, tuple(key for key in self.all if key.id != key_id))

    def rotated(self) -> KeySet:
        """Return a set with a new current key; all that were there stay accepted."""
        return KeySet(Key.generate(), self.all)

    def without(self, key_id: str) -> KeySet:
        """Drop a key that no record needs any more; the current one cannot be dropped."""
        if key_id == self.current.id:
            raise ValueError("the current key cannot be dropped; promote another one first")
        return attrs.evolve(self, others=tuple(key for key in self.others if key.id != key_id))


@attrs.frozen(kw_only=True)
class KeyRing:
    """All keys of one store of records."""

    data: KeySet
    """AES-256-GCM keys for personal data."""

    index: KeySet
    """HMAC-SHA-256 keys for blind indexes."""

    @classmethod
    def generate(cls) -> KeyRing:
        """Make a ring of new keys."""
        return cls(data=KeySet(Key.generate()), index=KeySet(Key.generate()))

    @classmethod
    def from_json(cls, text: str, *, source: str = "text") -> KeyRing:
        """
        Read a ring from the text that `to_json` writes.

        Args:
            text: The JSON text; a secret.
            source: Where it came from, for the error.

        Raises:
            StorageError: ``invalid-key-ring``: It is not a key ring; the sentence shows none of it.
        """
        try:
            data = json.loads(text)
        except ValueError:
            # The parser's message would quote the secret, so the chain is cut.
            raise StorageError("invalid-key-ring", source=source, fault=N_("it is not JSON")) from None
        if not isinstance(data, dict) or data.get("version") != _VERSION:
            raise StorageError(
                "invalid-key-ring", source=source, fault=N_("it is not a key ring of version 1")
            )
        try:
            return cls(data=_read_set(data["data"]), index=_read_set(data["index"]))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            problem = N_("a key is missing, has a wrong length or stands there twice")
            raise StorageError("invalid-key-ring", source=source, fault=problem) from None

    def to_json(self) -> str:
        """Return the ring as JSON text: a secret, to be kept like one."""
        ring = {"version": _VERSION, "data": _write_set(self.data), "index": _write_set(self.index)}
        return json.dumps(ring, indent=1) + "\n"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, name: str = KEYS_VARIABLE) -> KeyRing:
        """
        Read the ring from an environment variable.

        Raises:
            StorageError: ``invalid-key-ring``: The variable is missing or holds no key ring.
        """
        text = (os.environ if environ is None else environ).get(name)
        if not text:
            raise StorageError(
                "invalid-key-ring", source=name, fault=N_("the environment variable is not set")
            )
        return cls.from_json(text, source=name)

    @classmethod
    def from_callback(cls, fetch: Callable[[], str], *, source: str = "callback") -> KeyRing:
        """Read the ring from what a secret service answers; ``fetch`` is called once."""
        return cls.from_json(fetch(), source=source)

    @classmethod
    def from_file(cls, path: Path) -> KeyRing:
        """
        Read the ring from a file that only its owner may read.

        Raises:
            StorageError: ``key-file``: The file is missing, no ordinary file, or open to others.
            StorageError: ``invalid-key-ring``: It holds no key ring.
        """
        try:
            with path.open("r", encoding="utf-8") as file:
                mode = os.fstat(file.fileno()).st_mode
                if not stat.S_ISREG(mode):
                    raise StorageError("key-file", name=path.name, fault=N_("it is not an ordinary file"))
                if mode & 0o077:
                    raise StorageError("key-file", name=path.name, fault=N_("others may read or write it"))
                text = file.read()
        except OSError as error:
            raise StorageError("key-file", name=path.name, fault=error.strerror or "I/O error") from error
        except UnicodeDecodeError:
            raise StorageError("invalid-key-ring", source=path.name, fault=N_("it is not JSON")) from None
        return cls.from_json(text, source=path.name)

    @classmethod
    def open_or_create(cls, path: Path) -> KeyRing:
        """
        Read the ring from ``path``; on first use make one there, with mode 0600, durable before it is used.

        Several processes may do so at once: one makes it, all read the same.

        Raises:
            StorageError: ``key-file``: The file or its folder cannot be used.
        """
        if not path.exists():
            try:
                create_file(path, cls.generate().to_json().encode())
            except OSError as error:
                raise StorageError("key-file", name=path.name, fault=error.strerror or "I/O error") from error
        return cls.from_file(path)

    def save(self, path: Path) -> None:
        """
        Replace the ring in a file, for a change of keys; the old file is lost only once the new one is durable.

        Raises:
            StorageError: ``key-file``: The file cannot be written.
        """
        try:
            replace_file(path, self.to_json().encode(), mode=0o600)
        except OSError as error:
            raise StorageError("key-file", name=path.name, fault=error.strerror or "I/O error") from error


def _read_set(data: Mapping[str, Any]) -> KeySet:
    keys = [Key(str(item["id"]), base64.b64decode(item["secret"], validate=True)) for item in data["keys"]]
    current = next((key for key in keys if key.id == data["current"]), None)
    if current is None:
        raise binascii.Error
    return KeySet(current, tuple(key for key in keys if key is not current))


def _write_set(keys: KeySet) -> dict[str, Any]:
    items = [{"id": key.id, "secret": base64.b64encode(key.secret).decode()} for key in keys.all]
    return {"current": keys.current.id, "keys": items}

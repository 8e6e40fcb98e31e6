"""
Encryption of what people told us, and blind indexes to find an account by its login name.

A sealed value is ``length and text of the key id ‖ 12-byte nonce ‖ AES-256-GCM``; table, row and column are its
associated data, so that a value copied to another row does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from perizinan_core.storage import KeyRing
from perizinan_portal._errors import PortalError

__all__ = ["Sealer"]

_NONCE = 12


class Sealer:
    """Seals JSON values with the keys of one ring."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._ciphers = {key.id: AESGCM(key.secret) for key in keys.data.all}

    @property
    def key_id(self) -> str:
        """Id of the key that new values are sealed with."""
        return self._keys.data.current.id

    def seal(self, value: Any, *place: str) -> bytes:
        """Encrypt a JSON value for its place: table, row, column."""
        nonce, name = os.urandom(_NONCE), self.key_id.encode()
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        sealed = self._ciphers[self.key_id].encrypt(nonce, plain, _bound(place))
        return bytes((len(name),)) + name + nonce + sealed

    def open(self, blob: bytes, *place: str) -> Any:
        """
        Decrypt the JSON value that was sealed for this place.

        Raises:
            PortalError: ``portal-keys``: its key is not there, or it was changed.
        """
        start = 1 + blob[0]
        cipher = self._ciphers.get(blob[1:start].decode("ascii", "replace"))
        if cipher is None:
            raise PortalError("portal-keys")
        try:
            plain = cipher.decrypt(blob[start : start + _NONCE], blob[start + _NONCE :], _bound(place))
        except InvalidTag as error:
            raise PortalError("portal-keys") from error
        return json.loads(plain)

    def index(self, text: str, kind: str) -> bytes:
        """Return a blind index: equal texts of one kind can be found, nothing can be read from it."""
        secret = self._keys.index.current.secret
        return hmac.digest(secret, f"portal\0{kind}\0{text}".encode(), hashlib.sha256)


def _bound(place: tuple[str, ...]) -> bytes:
    parts = (b"perizinan-portal/seal/1", *(part.encode() for part in place))
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

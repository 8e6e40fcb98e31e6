"""Names in the place of ids, for data that leave the office: the same id always gets the same one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import attrs

from perizinan_core.services._context import OfficeContext

__all__ = ["Pseudonyms"]

_SALT = "audit.pseudonyms"
"""Setting that holds what pseudonyms are made with; made once, and in the backup like every record."""

_LENGTH = 12


@attrs.frozen(repr=False)
class Pseudonyms:
    """Pseudonyms of one office: no one without its records can find out whom one means."""

    _salt: bytes

    @classmethod
    def of(cls, context: OfficeContext) -> Pseudonyms:
        """Return those of an office."""
        with context.unit_of_work(read_only=True) as work:
            found = work.settings.get(_SALT)
        if found is None:
            with context.unit_of_work() as work:
                # Two who come at once: the second finds what the first one wrote.
                work.hold(_SALT)
                found = work.settings.get(_SALT) or secrets.token_hex(32)
                work.settings.put(_SALT, found)
                work.commit()
        return cls(bytes.fromhex(str(found)))

    def name(self, kind: str, id: str) -> str:
        """Return the pseudonym of an id among those of a kind; nothing for nothing."""
        if not id:
            return ""
        digest = hmac.digest(self._salt, f"{kind}\0{id}".encode(), hashlib.sha256)
        return f"{kind}-{base64.b32encode(digest).decode().lower()[:_LENGTH]}"

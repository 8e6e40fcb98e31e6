"""
Encryption of what people told us, and blind indexes to find an account by its login name: under the office's own keys.

A value is sealed for its place, so that one that is copied to another row does not open. ``perizinan keys rotate``
moves all of it to new keys.
"""

from __future__ import annotations

from typing import Any

import attrs

from perizinan_core.storage.tables import PluginTables
from perizinan_portal._blind import IDENTITY, LOGIN, plain_identity, plain_login

__all__ = ["Sealer"]


@attrs.frozen
class Sealer:
    """Seals JSON values for their place: table, primary key, column."""

    _tables: PluginTables

    def seal(self, value: Any, table: str, *place: str) -> bytes:
        """Encrypt a value; the last part of the place is the column, those before it are the primary key."""
        *row, column = place
        return self._tables.seal(value, table=table, row="/".join(row), column=column)

    def open(self, blob: bytes, table: str, *place: str) -> Any:
        """
        Decrypt what was sealed for this place.

        Raises:
            StorageError: ``unknown-key``: its key is not at hand.
            SealBrokenError: it was changed, or belongs elsewhere.
        """
        *row, column = place
        return self._tables.open(blob, table=table, row="/".join(row), column=column)

    def login_index(self, login: str) -> bytes:
        """Return the blind index of a login name, to be written."""
        return self.login_indexes(login)[0]

    def login_indexes(self, login: str) -> tuple[bytes, ...]:
        """Return the indexes by which it is found, that of the current key first."""
        return self._tables.blind_all(plain_login(login) or "", table=LOGIN.table, column=LOGIN.column)

    def identity_indexes(self, provider: str, subject: str) -> tuple[bytes, ...]:
        """Return the indexes by which a login elsewhere is found, that of the current key first."""
        text = plain_identity(provider, subject)
        return self._tables.blind_all(text, table=IDENTITY.table, column=IDENTITY.column)

    def hidden(self, text: str, *, table: str, column: str) -> str:
        """Return a keyed hash of something that has to be compared and never read."""
        return self._tables.blind(text, table=table, column=column).hex()

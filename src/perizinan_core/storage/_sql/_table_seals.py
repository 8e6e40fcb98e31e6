"""
Personal data in tables of plugins: sealed as in the office's own records, under the same keys.

A change of keys moves them too. Whether a value is sealed shows in the value, so that tables of a plugin that is
gone are moved like those of one that is there; blind indexes need the plugin, which knows what they are made of.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import SealBrokenError, StorageError
from perizinan_core.storage._sealing import Place, Sealer
from perizinan_core.storage._sql._plugin_tables import is_revision_table
from perizinan_core.storage._table_sets import PLUGIN_PREFIX, BlindIndex, table_name

__all__ = ["TableSeals", "plugin_tables_of", "reblinded", "resealed", "row_of"]

_KEY_MARK = "/"


@attrs.frozen(repr=False)
class TableSeals:
    """Seals and opens the values of one plugin's tables."""

    name: str
    _sealer: Sealer

    def seal(self, value: Any, *, table: str, row: str, column: str) -> bytes:
        """Encrypt a JSON value for its place."""
        return self._sealer.seal(value, Place(table_name(self.name, table), row, column))

    def open(self, blob: bytes, *, table: str, row: str, column: str) -> Any:
        """Decrypt the JSON value that was sealed for this place."""
        return self._sealer.open(blob, Place(table_name(self.name, table), row, column))

    def blind_all(self, text: str, *, table: str, column: str) -> tuple[bytes, ...]:
        """Return the blind index of a text under every key, that of the current one first."""
        parts = (b"plugin", table_name(self.name, table).encode(), column.encode(), text.encode())
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return tuple(hmac.digest(key.secret, message, "sha256") for key in self._sealer.keys.index.all)


def plugin_tables_of(connection: sa.Connection) -> tuple[sa.Table, ...]:
    """Return all tables of all plugins, as the database has them."""
    metadata = sa.MetaData()
    metadata.reflect(
        connection, only=lambda name, _: name.startswith(PLUGIN_PREFIX) and not is_revision_table(name)
    )
    return tuple(metadata.sorted_tables)


def resealed(sealer: Sealer, table: sa.Table, row: Mapping[str, Any]) -> dict[str, bytes]:
    """
    Return the columns of a row that stand under an old key, sealed under the current one.

    Raises:
        SealBrokenError: one of them is not as it was written.
    """
    return {
        name: sealer.seal(sealer.open(blob, place), place)
        for name, blob, place in _sealed(sealer, table, row)
        if sealer.key_id_of(blob, place) != sealer.data_key_id
    }


def reblinded(
    sealer: Sealer, seals: TableSeals, indexes: Sequence[BlindIndex], table: sa.Table, row: Mapping[str, Any]
) -> dict[str, bytes | None]:
    """
    Return the blind indexes of a row that are not those of the current key.

    Raises:
        StorageError: ``plugin-index``: the plugin could not say what one of them is made of.
    """
    opened = {**row, **{name: sealer.open(blob, place) for name, blob, place in _sealed(sealer, table, row)}}
    found: dict[str, bytes | None] = {}
    for index in indexes:
        try:
            text = index.text(opened)
        except Exception as error:
            raise StorageError(
                "plugin-index", tables=seals.name, column=index.column, reason=type(error).__name__
            ) from error
        wanted = None if text is None else seals.blind_all(text, table=index.table, column=index.column)[0]
        if row[index.column] != wanted:
            found[index.column] = wanted
    return found


def _sealed(sealer: Sealer, table: sa.Table, row: Mapping[str, Any]) -> Iterator[tuple[str, bytes, Place]]:
    """Yield the columns of a row that hold a sealed value: they begin as one, with a key of the ring."""
    for column in table.columns:
        blob = row[column.name]
        if not isinstance(blob, bytes | memoryview):
            continue
        place = Place(table.name, row_of(table, row), column.name)
        try:
            known = sealer.key_id_of(bytes(blob), place) in sealer.keys.data.ids
        except SealBrokenError:
            continue
        if known:
            yield column.name, bytes(blob), place


def row_of(table: sa.Table, row: Mapping[str, Any]) -> str:
    """Return the name of a row, as `TableSeals.seal` is given it: its primary key as text."""
    return _KEY_MARK.join(str(row[column.name]) for column in table.primary_key.columns)

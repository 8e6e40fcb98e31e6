"""
PDFs that others made, read as strictly as our own, with what others also use.

1. Hybrid files (ISO 32000-1 section 7.5.8.4): objects that a table calls free may be stated by the
stream beside it; an object that both state in different ways is refused, since old and new readers
would show different things. 2. One section that names an object twice is refused for the same
reason. 3. Files encrypted with an empty user password are opened through pyHanko's security handler.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs

from perizinan_core.errors.verification import PdfStructureError
from perizinan_core.i18n import Clause
from perizinan_core.verification.limits import Limits
from perizinan_core.verification.pdf.structure import PdfStructure, ends_properly, read_row
from perizinan_core.verification.pdf.syntax import Ref, Stream

__all__ = ["Decrypt", "ForeignStructure"]

_Method = Callable[[int, int, bytes], bytes]


@attrs.frozen
class Decrypt:
    """How an encrypted file is read; both methods take object number, generation and data."""

    stream: _Method
    text: _Method


Entry = tuple[int, int, int]
FREE: Entry = (0, 0, 0)
_SPACE = b"\x00\t\n\x0c\r "


class ForeignStructure(PdfStructure):
    """
    The newest view of a file, or of the revision that ends where ``data`` ends.

    Args:
        data: The file up to the end of a revision.
        limits: How much it may cost.
        decrypt: For encrypted files: how streams are decrypted.

    Raises:
        PdfStructureError: from the constructor and every method, as `PdfStructure`.
    """

    def __init__(self, data: bytes, limits: Limits, decrypt: Decrypt | None = None) -> None:
        self._section: dict[int, Entry] = {}
        self._decrypt = decrypt
        self._places: list[tuple[int, int, int]] | None = None
        self.size = len(data)
        """Length in bytes with the white space that follows ``%%EOF``."""
        # White space after the end marker shows nothing; whether it is signed is the caller's question.
        super().__init__(data if ends_properly(data) else data.rstrip(_SPACE), limits)

    def numbers(self) -> Iterable[int]:
        """Return the numbers of all objects that any table names."""
        return self._entries.keys()

    def unpack_all(self) -> None:
        """Open every object stream once, within the limits: other parsers may open them without any."""
        for number in tuple(self._entries):
            kind, container, _ = self.entry(number)
            if kind == 2 and container not in self._packed:
                self.resolve(Ref(number, 0))

    def _read_chain(self, offset: int) -> None:
        pending: int | None = offset
        seen: set[int] = set()
        while pending is not None:
            trailer, entries = self._read_section(pending, seen)
            beside = trailer.get("XRefStm")
            if beside is not None:
                _, hidden = self._read_section(_position(beside, pending), seen)
                entries = _joined(entries, hidden, pending)
            for number, entry in entries.items():
                self._entries.setdefault(number, entry)
            if len(self._entries) > self._limits.max_objects:
                raise PdfStructureError("the file has too many objects", pending)
            self.trailer = self.trailer or trailer
            self.revisions += 1
            before = trailer.get("Prev")
            pending = None if before is None else _position(before, pending)

    def _read_section(self, offset: int, seen: set[int]) -> tuple[dict[str, Any], dict[int, Entry]]:
        if offset in seen:
            raise PdfStructureError("the cross-reference tables go round in a circle", offset)
        seen.add(offset)
        if len(seen) > self._limits.max_revisions:
            raise PdfStructureError("the file has too many revisions", offset)
        self._section = {}
        trailer = self._read_table(offset) if self._starts(offset, b"xref") else self._read_stream(offset)
        return trailer, self._section

    def _add(self, number: int, entry: Entry) -> None:
        if self._section.setdefault(number, entry) != entry:
            raise PdfStructureError(
                Clause("a cross-reference table names object {number} twice", number=number), 0
            )
        if len(self._section) > self._limits.max_objects:
            raise PdfStructureError("the file has too many objects", 0)

    def _add_rows(self, first: int, rows: Sequence[tuple[bytes, bytes, bytes]]) -> None:
        for number, row in enumerate(rows, first):
            self._add(number, read_row(row))

    def _object(self, ref: Ref) -> Any:
        known = ref.number in self._objects
        value = super()._object(ref)
        kind, _, generation = self.entry(ref.number)
        if known or self._decrypt is None or kind != 1 or ref == self.trailer.get("Encrypt"):
            return value
        # Strings in object streams are encrypted with the stream, all others by themselves.
        self._objects[ref.number] = value = _plain(value, self._decrypt, ref.number, generation)
        return value

    def _raw(self, stream: Stream) -> bytes:
        raw = super()._raw(stream)
        if self._decrypt is None or stream.dictionary.get("Type") == "XRef":
            return raw
        if self._places is None:
            # A stream begins after its object's place; the nearest place before it is its own.
            entries = ((self.entry(number), number) for number in self._entries)
            self._places = sorted(
                (place, number, rest) for (kind, place, rest), number in entries if kind == 1
            )
        index = bisect(self._places, (stream.start,)) - 1
        if index < 0:
            return raw
        _, number, generation = self._places[index]
        try:
            return self._decrypt.stream(number, generation, raw)
        except Exception as error:  # a foreign library on hostile input: whatever it raises means no
            raise PdfStructureError("a stream cannot be decrypted", stream.start) from error


def _plain(value: Any, decrypt: Decrypt, number: int, generation: int) -> Any:
    """Decrypt every string but the contents of a signature (ISO 32000-2 section 7.6.2)."""
    if isinstance(value, Stream):
        return value._replace(dictionary=_plain(value.dictionary, decrypt, number, generation))
    if isinstance(value, list):
        return [_plain(item, decrypt, number, generation) for item in value]
    if isinstance(value, dict):
        signed = "ByteRange" in value
        return {
            key: item if signed and key == "Contents" else _plain(item, decrypt, number, generation)
            for key, item in value.items()
        }
    if not isinstance(value, bytes):
        return value
    try:
        return decrypt.text(number, generation, bytes(value))
    except Exception as error:  # a foreign library on hostile input: whatever it raises means no
        raise PdfStructureError("a string cannot be decrypted", 0) from error


def _position(value: Any, offset: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise PdfStructureError("a cross-reference table names no position", offset)
    return value


def _joined(table: dict[int, Entry], hidden: dict[int, Entry], offset: int) -> dict[int, Entry]:
    """Add what the stream of a hybrid section states; both may say the same, never different things."""
    for number, entry in hidden.items():
        stated = table.get(number, FREE)
        if stated[0] != 0 and entry[0] != 0 and stated != entry:
            raise PdfStructureError(
                Clause("a hybrid file states object {number} in two ways", number=number), offset
            )
        if stated[0] == 0 and entry[0] != 0:
            table[number] = entry
    return table

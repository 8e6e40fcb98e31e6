"""
PDFs that others made, read as strictly as our own, with what every reader takes alike.

1. White space may follow the end marker. 2. Files encrypted with an empty user password are opened through
pyHanko's security handler. 3. All object streams can be unpacked at once, within the limits. 4. A position may point at
white space before the object or table. 5. ``stream`` may be followed by spaces, or by a carriage return alone, which
ISO 32000-1 section 7.3.8.1 rules out and old producers write; the stated length and ``endstream`` tell whether the data
was understood. 6. Streams in ASCII are read.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from typing import Any

import attrs

from perizinan_core._pdf._filters import ASCII_FILTERS
from perizinan_core._pdf._limits import Limits
from perizinan_core._pdf._structure import PdfStructure, ends_properly, joined_sections
from perizinan_core._pdf._syntax import BLANKS, LooseParser, Ref, Stream, after_blanks
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.i18n import Clause

_Method = Callable[[int, int, bytes], bytes]


@attrs.frozen
class Decrypt:
    """How an encrypted file is read; both methods take object number, generation and data."""

    stream: _Method
    text: _Method


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

    parser = LooseParser
    other_filters = ASCII_FILTERS

    def __init__(self, data: bytes, limits: Limits, decrypt: Decrypt | None = None) -> None:
        self._decrypt = decrypt
        self._places: list[tuple[int, int, int]] | None = None
        # White space after the end marker shows nothing; whether it is signed is the caller's question.
        super().__init__(data if ends_properly(data) else data.rstrip(BLANKS), limits)
        self.size = len(data)
        """Length in bytes with the white space that follows ``%%EOF``."""

    def unpack_all(self) -> None:
        """Open every object stream once, within the limits: other parsers may open them without any."""
        for number in tuple(self._entries):
            kind, container, _ = self.entry(number)
            if kind == 2 and container not in self._packed:
                self.resolve(Ref(number, 0))

    def _read_chain(self, offset: int) -> None:
        self._hidden: dict[int, set[int]] = {}
        super()._read_chain(offset)
        if twofold := set().union(*self._hidden.values()):
            problem = Clause("a hybrid file states object {number} in two ways", number=min(twofold))
            raise PdfStructureError(problem, offset)

    def _with_hidden(
        self, section: dict[int, Any], beside: int, _offset: int, seen: set[int]
    ) -> dict[int, Any]:
        """
        Read the stream beside a table, as Word writes one; those who sign such a file repeat its address in their own.

        Readers take it where it is named last, and the table before it. What the newer table states in another way
        is allowed only then: the stream belongs to an older section, whose objects the newer one replaces.
        """
        if beside in self._hidden:
            self._hidden[beside] = set()
            return section
        self._read_section(beside, seen)
        joined, self._hidden[beside] = joined_sections(section, self._section)
        return joined

    def _read_section(self, offset: int, seen: set[int]) -> dict[str, Any]:
        return super()._read_section(after_blanks(self.data, offset), seen)

    def _object(self, ref: Ref) -> Any:
        known = ref.number in self._objects
        value = super()._object(ref)
        kind, _, generation = self.entry(ref.number)
        if known or self._decrypt is None or kind != 1 or ref == self.trailer.get("Encrypt"):
            return value
        # Strings in object streams are encrypted with the stream, all others by themselves.
        self._objects[ref.number] = value = _plain(value, self._decrypt, ref.number, generation)
        return value

    def stored(self, stream: Stream) -> bytes:
        """Return the data of a stream, decrypted."""
        raw = super().stored(stream)
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

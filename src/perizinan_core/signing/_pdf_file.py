"""
Reading a PDF exactly as its own cross-reference data describes it, and refusing anything else.

Readers for people repair what is broken, each in its own way; a signature over a file that two
readers repair differently would be signed twice over with two meanings. So, in this order:

1. the file begins with ``%PDF-`` and ends with ``startxref``, an offset and ``%%EOF``;
2. every cross-reference section of the ``/Prev`` chain (tables, streams, hybrid files; ISO 32000-1
   sections 7.5.4 and 7.5.8) stands where it should and is well formed;
3. every object in use begins where the newest section says;
4. objects are read lazily, only those that signing needs.
"""

from __future__ import annotations

import re
from typing import Self

import attrs

from perizinan_core.errors.signing import (
    CutOrExtendedPdfError,
    DamagedPdfError,
    EncryptedPdfError,
    JunkBeforePdfError,
    NotAPdfError,
)
from perizinan_core.signing._pdf_syntax import (
    RawDictionary,
    array_items,
    decoded_name,
    integer,
    parse_dictionary,
    reference,
    value_span,
)
from perizinan_core.signing._stream_filters import PREDICTOR_SETTINGS, decoded

__all__ = ["Entry", "PdfFile"]

Entry = tuple[int, int, int]
"""As in a cross-reference stream: 0 free; 1, offset, generation; 2, object stream, index."""

_HEADER_WITHIN = 1024
_LARGEST_GENERATION = 65535
_END = re.compile(rb"startxref\s+(\d{1,15})\s+%%EOF[\s\x00]*\Z")
_TABLE = re.compile(rb"xref[ \t]*(?:\r\n|\r|\n)")
_SUBSECTION = re.compile(rb"\s*(\d{1,10})[ \t]+(\d{1,10})[ \t]*(?:\r\n|\r|\n)")
_ENTRIES = re.compile(rb"(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*+")
_TRAILER = re.compile(rb"\s*trailer")
_OBJECT = re.compile(rb"\s*(\d{1,10})\s+(\d{1,5})\s+obj\b")
_DICTIONARY_OBJECT = re.compile(_OBJECT.pattern + rb"\s*<<")
_STREAM = re.compile(rb"\s*stream(?:\r\n|\n)")
_ENDSTREAM = re.compile(rb"\s*endstream\b")


@attrs.define(eq=False)
class PdfFile:
    """One PDF as bytes, with the means to look up its objects."""

    data: bytes = attrs.field(repr=False)
    """The whole file."""

    startxref: int = 0
    """Offset of the newest cross-reference section, in bytes."""

    trailer: RawDictionary = attrs.field(factory=RawDictionary, repr=False)
    """The newest trailer, or the dictionary of the newest cross-reference stream."""

    has_table: bool = True
    """Whether the newest section is a table (also in hybrid files) and not a stream."""

    entries: dict[int, Entry] = attrs.field(factory=dict, repr=False)
    """Where each object is, by number."""

    _packed: dict[int, list[bytes]] = attrs.field(factory=dict, repr=False)

    @classmethod
    def read(cls, data: bytes) -> Self:
        """
        Read the structure of ``data``.

        Raises:
            UnsignablePdfError: One of its kinds says why the file is not taken.
        """
        header = data.find(b"%PDF-", 0, _HEADER_WITHIN)
        if header < 0:
            raise NotAPdfError
        if header > 0:
            raise JunkBeforePdfError(header)
        tail = data.rfind(b"startxref")
        end = _END.match(data, tail) if tail >= 0 else None
        if end is None:
            raise CutOrExtendedPdfError
        pdf = cls(data, int(end[1]))
        pdf._read_sections()
        pdf._check_entries()
        return pdf

    @property
    def next_number(self) -> int:
        """The first object number that is not taken."""
        return self.number(self.trailer.raw(b"/Size"), "trailer")

    @property
    def root(self) -> int:
        """Object number of the document catalogue."""
        return self.target(self.trailer.raw(b"/Root"), "catalog")

    def generation(self, number: int) -> int:
        """Return the generation of an object; 0 for those in object streams."""
        kind, _, generation = self.entries.get(number, (0, 0, 0))
        return generation if kind == 1 else 0

    def body(self, number: int, generation: int = 0) -> bytes:
        """
        Return the source of an object, ``b"null"`` if it does not exist; of a stream, its dictionary.

        Raises:
            DamagedPdfError: The object is malformed.
        """
        kind, where, third = self.entries.get(number, (0, 0, 0))
        if kind == 0 or generation != (third if kind == 1 else 0):
            return b"null"
        if kind == 1:
            start, end = self._span(where)
            return self.data[start:end]
        if where not in self._packed:
            self._packed[where] = self._unpack(where)
        objects = self._packed[where]
        if third >= len(objects):
            raise DamagedPdfError("object", number)
        return objects[third]

    def resolve(self, raw: bytes) -> bytes:
        """
        Follow ``raw`` if it is a reference; return a direct value.

        Raises:
            DamagedPdfError: References lead in a circle.
        """
        for _ in range(8):
            found = reference(raw)
            if found is None:
                return raw
            raw = self.body(*found)
        raise DamagedPdfError("object", found[0] if found else None)

    def dictionary(self, raw: bytes) -> RawDictionary:
        """Return the dictionary that ``raw`` is or refers to; empty if it is null."""
        found = reference(raw)
        kind, where, generation = self.entries.get(found[0], (0, 0, 0)) if found else (0, 0, 0)
        if found and kind == 1 and generation == found[1]:
            # Straight from the file, which is the usual case: `resolve` would go through it twice.
            header = _DICTIONARY_OBJECT.match(self.data, where)
            if header:
                return parse_dictionary(self.data, header.end() - 2)[0]
        value = self.resolve(raw)
        return RawDictionary() if value == b"null" else parse_dictionary(value)[0]

    def array(self, raw: bytes) -> list[bytes]:
        """Return the items of the array that ``raw`` is or refers to; none if it is null."""
        value = self.resolve(raw)
        return [] if value == b"null" else array_items(value)

    def number(self, raw: bytes, problem: str = "syntax") -> int:
        """Return the integer that ``raw`` is or refers to; without one, the file has ``problem``."""
        value = integer(self.resolve(raw))
        if value is None:
            raise DamagedPdfError(problem)
        return value

    def target(self, raw: bytes, problem: str) -> int:
        """Return the number of the object that ``raw`` refers to; without one, the file has ``problem``."""
        found = reference(raw)
        if found is None or self.body(*found) == b"null":
            raise DamagedPdfError(problem, found[0] if found else None)
        return found[0]

    def stream(self, number: int) -> tuple[RawDictionary, bytes]:
        """
        Return the dictionary of a stream object and its data as stored, not decoded.

        Raises:
            DamagedPdfError: It is no stream or its length is wrong.
        """
        kind, where, _ = self.entries.get(number, (0, 0, 0))
        if kind != 1:
            raise DamagedPdfError("stream", number)
        return self._stream_at(where)

    def is_stream(self, number: int) -> bool:
        """Return whether an object is a stream."""
        kind, where, _ = self.entries.get(number, (0, 0, 0))
        return kind == 1 and _STREAM.match(self.data, self._span(where)[1]) is not None

    # Sections --------------------------------------------------------------------------------

    def _read_sections(self) -> None:
        position, newest = self.startxref, True
        seen: set[int] = set()
        while True:
            if position in seen:
                raise DamagedPdfError("xref-loop")
            seen.add(position)
            is_table = _TABLE.match(self.data, position) is not None
            trailer = self._read_table(position) if is_table else self._read_xref_stream(position)
            if b"/Encrypt" in trailer:
                raise EncryptedPdfError
            if newest:
                self.trailer, self.has_table, newest = trailer, is_table, False
            if b"/Prev" not in trailer:
                return
            previous = integer(trailer.raw(b"/Prev"))
            if previous is None or not 0 < previous < len(self.data):
                raise DamagedPdfError("xref")
            position = previous

    def _read_table(self, position: int) -> RawDictionary:
        start = _TABLE.match(self.data, position)
        position = start.end() if start else position
        used: dict[int, Entry] = {}
        free: list[int] = []
        while header := _SUBSECTION.match(self.data, position):
            first, count = int(header[1]), int(header[2])
            position = header.end() + 20 * count
            block = _ENTRIES.fullmatch(self.data, header.end(), position)
            if block is None or position > len(self.data):
                raise DamagedPdfError("xref")
            fields = block[0].split()
            for number, offset, generation, state in zip(
                range(first, first + count), fields[::3], fields[1::3], fields[2::3], strict=True
            ):
                if state == b"n":
                    used[number] = (1, int(offset), int(generation))
                else:
                    free.append(number)
        keyword = _TRAILER.match(self.data, position)
        if keyword is None:
            raise DamagedPdfError("trailer")
        trailer, _ = parse_dictionary(self.data, keyword.end())
        # Hybrid files: what the table marks free may be hidden in the stream (ISO 32000-1 section 7.5.8.4).
        self._add(used)
        if b"/XRefStm" in trailer:
            self._read_xref_stream(self.number(trailer.raw(b"/XRefStm"), "xref"))
        self._add(dict.fromkeys(free, (0, 0, 0)))
        return trailer

    def _read_xref_stream(self, position: int) -> RawDictionary:
        if not 0 < position < len(self.data) or _OBJECT.match(self.data, position) is None:
            raise DamagedPdfError("xref")
        header, stored = self._stream_at(position)
        if decoded_name(header.raw(b"/Type")) != b"/XRef":
            raise DamagedPdfError("xref")
        widths = [self.number(item, "xref") for item in array_items(header.raw(b"/W"))]
        size = self.number(header.raw(b"/Size"), "xref")
        pairs = [self.number(item, "xref") for item in self.array(header.raw(b"/Index"))] or [0, size]
        data = self._decode(header, stored)
        counts = sum(pairs[1::2])
        if (
            len(widths) != 3
            or len(pairs) % 2
            or min(*widths, *pairs) < 0
            or len(data) < sum(widths) * counts
            or not sum(widths)
        ):
            raise DamagedPdfError("xref")
        numbers = (
            n
            for first, count in zip(pairs[::2], pairs[1::2], strict=True)
            for n in range(first, first + count)
        )
        self._add(dict(zip(numbers, _stream_entries(data, widths), strict=False)))
        return header

    def _add(self, found: dict[int, Entry]) -> None:
        # Sections are read from the newest to the oldest; what is known stays.
        for number, entry in found.items():
            self.entries.setdefault(number, entry)

    def _check_entries(self) -> None:
        size = self.next_number
        for number, (kind, where, generation) in self.entries.items():
            if kind == 1:
                # The usual spelling first: this runs once for every object of the file.
                usual = b"%d %d obj" % (number, generation)
                if not self.data.startswith(usual, where) and not self._begins(number, generation, where):
                    raise DamagedPdfError("object", number)
                if generation > _LARGEST_GENERATION:
                    raise DamagedPdfError("xref", number)
            elif kind == 2 and self.entries.get(where, (0, 0, 0))[0] != 1:
                raise DamagedPdfError("object", number)
            # An object at or above /Size does not exist for readers; raising /Size would reveal it.
            if kind and number >= size:
                raise DamagedPdfError("trailer", number)

    def _begins(self, number: int, generation: int, where: int) -> bool:
        header = _OBJECT.match(self.data, where) if where else None
        return header is not None and (int(header[1]), int(header[2])) == (number, generation)

    # Objects ---------------------------------------------------------------------------------

    def _span(self, where: int) -> tuple[int, int]:
        header = _OBJECT.match(self.data, where)
        if header is None:
            raise DamagedPdfError("object")
        return value_span(self.data, header.end())

    def _stream_at(self, where: int) -> tuple[RawDictionary, bytes]:
        start, end = self._span(where)
        header, _ = parse_dictionary(self.data, start)
        keyword = _STREAM.match(self.data, end)
        length = self.number(header.raw(b"/Length"), "stream")
        if keyword is None or length < 0:
            raise DamagedPdfError("stream")
        stop = keyword.end() + length
        if _ENDSTREAM.match(self.data, stop) is None:
            raise DamagedPdfError("stream")
        return header, self.data[keyword.end() : stop]

    def _unpack(self, number: int) -> list[bytes]:
        """Return the objects of an object stream (ISO 32000-1 section 7.5.7), in order."""
        header, stored = self.stream(number)
        data = self._decode(header, stored)
        count, first = self.number(header.raw(b"/N"), "stream"), self.number(header.raw(b"/First"), "stream")
        pairs = data[:first].split()
        if len(pairs) < 2 * count or not all(item.isdigit() for item in pairs):
            raise DamagedPdfError("stream", number)
        objects = []
        for offset in pairs[1 : 2 * count : 2]:
            start, end = value_span(data, first + int(offset))
            objects.append(data[start:end])
        return objects

    def _decode(self, header: RawDictionary, stored: bytes) -> bytes:
        """Return the decoded data of a stream, strictly: nothing is rescued."""
        raw, parameters = self.resolve(header.raw(b"/Filter")), self.resolve(header.raw(b"/DecodeParms"))
        filters = array_items(raw) if raw.startswith(b"[") else [raw]
        if parameters.startswith(b"["):
            parameters = (array_items(parameters) or [b"null"])[0]
        found = self.dictionary(parameters)
        settings = {key: self.number(found.raw(key), "stream") for key in PREDICTOR_SETTINGS if key in found}
        return decoded([decoded_name(item) for item in filters if item != b"null"], settings, stored)


def _stream_entries(data: bytes, widths: list[int]) -> list[Entry]:
    first, second, third = widths
    step = first + second + third
    entries = []
    for at in range(0, len(data) - step + 1, step):
        kind = int.from_bytes(data[at : at + first]) if first else 1
        middle = at + first + second
        where, third = int.from_bytes(data[at + first : middle]), int.from_bytes(data[middle : at + step])
        # Types to come are references to null (ISO 32000-1 section 7.5.8.3), like free entries.
        entries.append((kind, where, third) if kind in (1, 2) else (0, 0, 0))
    return entries

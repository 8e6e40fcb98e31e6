"""
The cross-reference chain of a PDF (ISO 32000-1 section 7.5) and its objects, read strictly.

1. The header is at byte 0. 2. The file ends with ``startxref``, a position, ``%%EOF`` and at most
one line end. 3. Every table or cross-reference stream lies exactly where the chain says, and the
chain never comes back to a position. 4. No section names an object twice in different ways, and
the stream beside the table of a hybrid file (section 7.5.8.4) only adds objects that the table calls free:
old and new readers would show different things. 5. Every object lies exactly where the newest table says,
under its own number. 6. Streams have exactly the length that they state.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import KeysView, Mapping
from typing import Any, ClassVar, TypeGuard

from perizinan_core._pdf._filters import from_ascii, undo_png
from perizinan_core._pdf._limits import DEFAULT_LIMITS, Limits
from perizinan_core._pdf._syntax import Parser, Ref, Stream
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.i18n import Clause

HEADER = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)(?=[\r\n %])")
_TAIL = re.compile(rb"startxref[\r\n ]{1,4}(\d{1,12})[\r\n ]{1,4}%%EOF(?:\r\n|\r|\n| |)\Z")
_SUBSECTION = re.compile(rb"[\r\n ]*(\d{1,10})[ ]+(\d{1,10})[ ]*(?:\r\n|\r|\n)")
_ROW = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n|\n|\r)")
_ROWS = re.compile(rb"(?:\d{10} \d{5} [nf](?> \r| \n|\r\n|\n|\r))*+")
_ROW_BYTES = 20
"""Most bytes of a row; some producers leave one out."""

_TAIL_WINDOW = 64

Entry = tuple[int, int, int]
"""Kind (0 free, 1 place in the file, 2 packed in a stream), place or stream, generation or index."""

_Row = tuple[bytes, bytes, bytes]
FREE: Entry = (0, 0, 0)
_PNG_PREDICTORS = range(10, 16)
_PREDICTOR_SIZES = {"Colors": 1, "BitsPerComponent": 8, "Columns": 1}
"""Settings of a predictor, and what they are where they are missing (ISO 32000-1 table 8)."""


def ends_properly(data: bytes) -> bool:
    """Return True when the file ends with ``startxref``, a position and ``%%EOF``."""
    return newest_table(data) >= 0


def newest_table(data: bytes) -> int:
    """Return the position of the newest cross-reference section that the end of the file states, or -1."""
    tail = _TAIL.search(data, max(0, len(data) - _TAIL_WINDOW))
    return int(tail[1]) if tail is not None else -1


class PdfStructure:
    """
    One file with its newest view: trailer, objects, unpacked streams.

    Raises:
        PdfStructureError: from the constructor and from every method, at the first thing that is
            not as the standard says.
    """

    parser: ClassVar[type[Parser]] = Parser
    """Reads the objects that lie in the file."""

    other_filters: ClassVar[tuple[str, ...]] = ()
    """Filters beside Flate that are undone; our own letters have none."""

    def __init__(self, data: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
        self.data = data
        self.size = len(data)
        self._limits = limits
        self._parser = self.parser(data, limits.max_depth)
        self._unpacked = 0
        self._section: dict[int, Entry | _Row] = {}
        self._entries: dict[int, Entry | _Row] = {}
        """Numbers from a stream, or a row of a table as it stands there: most are never asked for."""

        self._objects: dict[int, Any] = {}
        self._packed: dict[int, tuple[dict[int, int], bytes]] = {}
        self._open: set[int] = set()
        self._streams: dict[int, bytes] = {}
        self.page_nodes: list[tuple[Any, dict[str, Any]]] | None = None
        """The page tree, once it was walked through; see `_tree.page_tree`."""

        if HEADER.match(data) is None:
            raise PdfStructureError("the header %PDF-1.x is missing", 0)
        self.startxref = newest_table(data)
        """Offset of the newest cross-reference section, in bytes."""

        if self.startxref < 0:
            raise PdfStructureError("the end (startxref, %%EOF) is missing", len(data))
        self.trailer: dict[str, Any] = {}
        self.revisions = 0
        self._read_chain(self.startxref)

    @property
    def encrypted(self) -> bool:
        """True when the file is encrypted."""
        # Null is the same as no entry (ISO 32000-1 section 7.3.7).
        return self.resolve(self.trailer.get("Encrypt")) is not None

    def catalog(self) -> dict[str, Any]:
        """Return the document catalog."""
        return self.dictionary(self.trailer.get("Root"))

    def resolve(self, value: Any) -> Any:
        """Follow references until something else comes."""
        for _ in range(self._limits.max_depth):
            if not isinstance(value, Ref):
                return value
            value = self._object(value)
        raise PdfStructureError("references go round in a circle", 0)

    def dictionary(self, value: Any, missing: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the dictionary that ``value`` is or refers to, or ``missing``; a stream gives its dictionary."""
        found = self.resolve(value)
        if found is None and missing is not None:
            return missing
        if isinstance(found, Stream):
            return found.dictionary
        if not isinstance(found, dict):
            raise PdfStructureError("a dictionary is missing", 0)
        return found

    def array(self, value: Any) -> list[Any]:
        """Return the array that ``value`` is or refers to; nothing gives an empty one."""
        found = self.resolve(value)
        if found is None:
            return []
        if not isinstance(found, list):
            raise PdfStructureError("an array is missing", 0)
        return found

    def source(self, ref: Ref) -> bytes:
        """Return an object as it is written, ``null`` where there is none; of a stream, the dictionary."""
        if self._object(ref) is None:
            return b"null"
        kind, where, _ = self.entry(ref.number)
        if kind == 1:
            return self._parser.source(self._parser.header(where).end())
        offsets, content = self._packed[where]
        return Parser(content, self._limits.max_depth).source(offsets[ref.number])

    def stream_data(self, value: Any) -> bytes:
        """Return the unpacked data of a stream; Flate (with PNG predictors) is read, and `other_filters`."""
        stream = self.resolve(value)
        if not isinstance(stream, Stream):
            raise PdfStructureError("a stream is missing", 0)
        if stream.start in self._streams:
            return self._streams[stream.start]
        raw = self.stored(stream)
        filters = self._as_list(stream.dictionary.get("Filter"))
        parameters = self._as_list(stream.dictionary.get("DecodeParms"))
        for place, name in enumerate(filters):
            if name != "FlateDecode":
                if name not in self.other_filters:
                    raise PdfStructureError("a stream is packed in a way that is not read here", stream.start)
                raw = from_ascii(name, raw, stream.start)
                continue
            settings = self.resolve(parameters[place]) if place < len(parameters) else None
            raw = self._inflate(raw, settings if isinstance(settings, dict) else {}, stream.start)
        if filters:
            # Unpacked once, and counted once against the limit.
            self._streams[stream.start] = raw
        return raw

    # -- the chain ---------------------------------------------------------------------------

    def _read_chain(self, offset: int) -> None:
        pending: int | None = offset
        seen: set[int] = set()
        while pending is not None:
            trailer = self._read_section(pending, seen)
            section = self._section
            beside = trailer.get("XRefStm")
            if beside is not None:
                section = self._with_hidden(section, _position(beside, pending), pending, seen)
            self._entries = {**section, **self._entries}  # newer revisions came first
            if len(self._entries) > self._limits.max_objects:
                raise PdfStructureError("the file has too many objects", pending)
            self.trailer = self.trailer or trailer
            self.revisions += 1
            before = trailer.get("Prev")
            pending = None if before is None else _position(before, pending)

    def _with_hidden(
        self, section: dict[int, Entry | _Row], beside: int, offset: int, seen: set[int]
    ) -> dict[int, Entry | _Row]:
        """Add what the stream beside a table states; both may say the same, never different things."""
        self._read_section(beside, seen)
        joined, twofold = joined_sections(section, self._section)
        if twofold:
            problem = Clause("a hybrid file states object {number} in two ways", number=min(twofold))
            raise PdfStructureError(problem, offset)
        return joined

    def _read_section(self, offset: int, seen: set[int]) -> dict[str, Any]:
        """Read one table or stream into ``_section``; return its trailer."""
        if offset in seen:
            raise PdfStructureError("the cross-reference tables go round in a circle", offset)
        seen.add(offset)
        if len(seen) > self._limits.max_revisions:
            raise PdfStructureError("the file has too many revisions", offset)
        self._section = {}
        if not 0 < offset < len(self.data):
            raise PdfStructureError("a cross-reference table lies outside the file", offset)
        is_table = self.data.startswith(b"xref", offset)
        return self._read_table(offset) if is_table else self._read_stream(offset)

    def _read_table(self, offset: int) -> dict[str, Any]:
        data, position = self.data, offset + len(b"xref")
        while section := _SUBSECTION.match(data, position):
            first, count = int(section[1]), int(section[2])
            if count > self._limits.max_objects:
                raise PdfStructureError("the file has too many objects", position)
            block = _ROWS.match(data, section.end(), section.end() + _ROW_BYTES * count)
            rows = _ROW.findall(block[0]) if block is not None else []
            if block is None or len(rows) != count:
                raise PdfStructureError("the cross-reference table is damaged", section.end())
            self._add_all(dict(enumerate(rows, first)))
            position = block.end()
        position = self._parser.skip(position)
        if not data.startswith(b"trailer", position):
            raise PdfStructureError("the trailer is missing", position)
        trailer, _ = self._parser.value(position + len(b"trailer"))
        if not isinstance(trailer, dict):
            raise PdfStructureError("the trailer is not a dictionary", position)
        return trailer

    def _read_stream(self, offset: int) -> dict[str, Any]:
        _, _, value, _ = self._parser.indirect(offset)
        if not isinstance(value, Stream) or value.dictionary.get("Type") != "XRef":
            raise PdfStructureError("there is no cross-reference table where the chain says", offset)
        dictionary = value.dictionary
        widths, size = dictionary.get("W"), dictionary.get("Size")
        if not _are_numbers(widths, 3) or not isinstance(size, int) or max(widths) > 8:
            raise PdfStructureError("a cross-reference stream does not state its columns", offset)
        index = dictionary.get("Index", [0, size])
        if not _are_numbers(index) or len(index) % 2:
            raise PdfStructureError("a cross-reference stream does not state its rows", offset)
        self._read_rows(self.stream_data(value), widths, index, offset)
        return dictionary

    def _read_rows(self, rows: bytes, widths: list[int], index: list[int], offset: int) -> None:
        w0, w1, w2 = widths
        width, position = w0 + w1 + w2, 0
        for first, count in zip(index[::2], index[1::2], strict=True):
            if width == 0 or position + count * width > len(rows):
                raise PdfStructureError("a cross-reference stream is too short", offset)
            if count > self._limits.max_objects:
                raise PdfStructureError("the file has too many objects", offset)
            found: dict[int, Entry] = {}
            for number in range(first, first + count):
                row = rows[position : position + width]
                position += width
                kind = int.from_bytes(row[:w0], "big") if w0 else 1
                found[number] = (
                    kind,
                    int.from_bytes(row[w0 : w0 + w1], "big"),
                    int.from_bytes(row[w0 + w1 :], "big"),
                )
            self._add_all(found)

    def _add_all(self, found: Mapping[int, Entry | _Row]) -> None:
        for number in found.keys() & self._section.keys():
            if _entry(found[number]) != _entry(self._section[number]):
                # Readers disagree about which of the two counts.
                problem = Clause("a cross-reference table names object {number} twice", number=number)
                raise PdfStructureError(problem, 0)
        self._section.update(found)
        if len(self._section) > self._limits.max_objects:
            raise PdfStructureError("the file has too many objects", 0)

    def entry(self, number: int) -> Entry:
        """Return what the newest table says about an object: kind (0 free, 1 place, 2 packed), place, rest."""
        return _entry(self._entries.get(number, FREE))

    def numbers(self) -> KeysView[int]:
        """Return the numbers of all objects that any table names."""
        return self._entries.keys()

    # -- objects -----------------------------------------------------------------------------

    def _object(self, ref: Ref) -> Any:
        number = ref.number
        if number in self._objects:
            return self._objects[number]
        kind, first, second = self.entry(number)
        if kind == 1:
            found, generation, value, _ = self._parser.indirect(first)
            if found != number or generation != second or generation != ref.generation:
                raise PdfStructureError("another object lies where the table says", first)
        elif kind == 2:
            value = self._from_object_stream(number, first)
        else:
            value = None
        self._objects[number] = value
        return value

    def _from_object_stream(self, number: int, container: int) -> Any:
        if container not in self._packed:
            if container in self._open or self.entry(container)[0] != 1:
                raise PdfStructureError("an object stream lies inside another", 0)
            self._open.add(container)
            self._packed[container] = self._open_object_stream(container)
        offsets, content = self._packed[container]
        if number not in offsets:
            raise PdfStructureError("an object is not in the stream that the table names", 0)
        return Parser(content, self._limits.max_depth).value(offsets[number])[0]

    def _open_object_stream(self, container: int) -> tuple[dict[int, int], bytes]:
        stream = self.resolve(Ref(container, 0))
        if not isinstance(stream, Stream) or stream.dictionary.get("Type") != "ObjStm":
            raise PdfStructureError("an object stream is missing", 0)
        count, first = stream.dictionary.get("N"), stream.dictionary.get("First")
        content = self.stream_data(stream)
        if not isinstance(count, int) or not isinstance(first, int) or not 0 <= first <= len(content):
            raise PdfStructureError("an object stream does not state its contents", stream.start)
        numbers = content[:first].split()
        if len(numbers) != 2 * count or not all(part.isdigit() and len(part) < 12 for part in numbers):
            raise PdfStructureError("the index of an object stream is damaged", stream.start)
        values = [int(part) for part in numbers]
        return {values[i]: first + values[i + 1] for i in range(0, len(values), 2)}, content

    # -- streams -----------------------------------------------------------------------------

    def stored(self, stream: Stream) -> bytes:
        """Return the data of a stream as it is stored, packed or not."""
        length = self.resolve(stream.dictionary.get("Length"))
        end = stream.start + length if isinstance(length, int) and length >= 0 else -1
        if not stream.start <= end <= len(self.data):
            raise PdfStructureError("a stream does not state its length", stream.start)
        after = self._parser.skip(end) if self.data[end : end + 1] in b"\r\n " else end
        if not self.data.startswith(b"endstream", after):
            raise PdfStructureError("a stream is not as long as it says", end)
        return self.data[stream.start : end]

    def _inflate(self, packed: bytes, settings: dict[str, Any], offset: int) -> bytes:
        room = self._limits.max_unpacked - self._unpacked
        decoder = zlib.decompressobj()
        try:
            result = decoder.decompress(packed, max(1, room))
        except zlib.error as error:
            raise PdfStructureError("a compressed stream is damaged", offset) from error
        self._unpacked += len(result)
        if not decoder.eof:
            problem = "a compressed stream unpacks to too much or is cut off"
            raise PdfStructureError(problem, offset)
        predictor = settings.get("Predictor", 1)
        if predictor == 1:
            return result
        sizes = [settings.get(name, usual) for name, usual in _PREDICTOR_SIZES.items()]
        if predictor not in _PNG_PREDICTORS or not _are_numbers(sizes, 3) or not all(sizes):
            raise PdfStructureError("a stream uses a predictor that is not read here", offset)
        colors, bits, columns = sizes
        return undo_png(result, (columns * colors * bits + 7) // 8, max(1, colors * bits // 8), offset)

    def _as_list(self, value: Any) -> list[Any]:
        found = self.resolve(value)
        if found is None:
            return []
        return [self.resolve(item) for item in found] if isinstance(found, list) else [found]


def _entry(entry: Entry | _Row) -> Entry:
    if isinstance(entry[0], int):
        return entry
    where, generation, kind = entry
    return (1, int(where), int(generation)) if kind == b"n" else (0, 0, int(generation))


def _position(value: Any, offset: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise PdfStructureError("a cross-reference table names no position", offset)
    return value


def joined_sections(
    table: Mapping[int, Entry | _Row], hidden: Mapping[int, Entry | _Row]
) -> tuple[dict[int, Entry | _Row], set[int]]:
    """Add what the stream of a hybrid section states where the table calls it free; name what both state otherwise."""
    result, twofold = dict(table), set()
    for number, entry in hidden.items():
        stated, told = _entry(table.get(number, FREE)), _entry(entry)
        if stated[0] != 0 and told[0] != 0 and stated != told:
            twofold.add(number)
        if stated[0] == 0 and told[0] != 0:
            result[number] = told
    return result, twofold


def _are_numbers(value: Any, count: int | None = None) -> TypeGuard[list[int]]:
    return (
        isinstance(value, list)
        and count in (None, len(value))
        and all(isinstance(item, int) and not isinstance(item, bool) and item >= 0 for item in value)
    )

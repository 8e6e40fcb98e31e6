"""
A PDF read without its cross-reference tables: every object that stands anywhere in the bytes.

Programs that repair a damaged file do the same: they look for ``12 0 obj`` and take the last object of a number. So
this reading shows what they would show, and it knows of every other object too: of earlier revisions, of those
that no table names, and of those inside a stream. Each byte is looked at a bounded number of times.
"""

from __future__ import annotations

import bisect
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import attrs
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject, read_object

from perizinan_core.documents._inspection._blame import is_damage
from perizinan_core.documents._inspection._pdf_reading import (
    MAX_OBJECTS,
    TooMuchError,
    opened_encryption,
    resolved,
)
from perizinan_core.documents._inspection._pdf_streams import SlowWork, decoded

__all__ = ["ScanReading"]

_HEADER = re.compile(rb"(?:\A|[^0-9])([0-9]{1,10})[\0\t\n\f\r ]{1,16}([0-9]{1,5})[\0\t\n\f\r ]{1,16}\Z")
_LONGEST_HEADER = 48
_AFTER_WORD = re.compile(rb"[A-Za-z]")
_SPACE = b"\0\t\n\f\r "
_STREAM_START = re.compile(rb"stream[ \t]*(?:\r\n|\n|\r)?")
_CLOSING = re.compile(rb"[\0\t\n\f\r ]*endstream")
_END_OF_OBJECT = re.compile(rb"(?:\A|(?<=[\0\t\n\f\r \])>]))endobj")
_MAX_WORDS = 4 * MAX_OBJECTS
_MAX_DIGITS = 11
_MAX_DEPTH = 400
_BRACKET = re.compile(rb"[\[\]]|<<|>>")
_MAX_PACKED_BYTES = 32 * 1024 * 1024
_MAX_PACKED_STREAM = 32 * 1024 * 1024
_MAX_LOOKS = 64
"""How often all the bytes of a file may be gone through in search of the ends of its streams; once is usual."""


@attrs.frozen
class _Place:
    number: int
    generation: int
    start: int
    body: tuple[int, int]  # of the bytes, or of a holder's content
    stream: tuple[int, int] | None = None  # where the data begins, and where a word stands that ends it
    inner: bool = False  # inside the data of another stream
    holder: int = -1  # index of the object stream's content, for packed objects


@attrs.frozen
class _Token:
    kind: str
    start: int
    end: int
    number: int = 0
    generation: int = 0


class ScanReading:
    """Objects by number, the last one of each number winning, as repairing programs have it."""

    strict = True  # asked by the library while it parses: it shall not guess

    def __init__(self, data: bytes) -> None:
        """
        Find all objects.

        Raises:
            LockedError: The file opens only with a password or a key.
            TooMuchError: There are more of them than any document has, or they unpack to too much.
        """
        self._data = data
        self._places: list[_Place] = []
        self._trailers: list[tuple[int, Any]] = []
        self._contents: list[bytes] = []
        self._holders: list[int] = []
        self._work = SlowWork()
        self._left_to_search = _MAX_LOOKS * len(data)
        self._values: dict[int, Any] = {}
        self._waiting: set[int] = set()
        self._latest: dict[int, int] = {}
        self._encryption: Any = None
        self.encrypted = False
        self.odd: list[bytes] = []
        """Bytes that hold an object, or follow one, that could not be parsed by the rules."""

        self.broken = False
        """Whether an object stream could not be unpacked, so that what it holds is unknown."""

        self._index()
        self._packed_from = len(self._places)
        for index, place in enumerate(self._places):
            if not place.inner:
                self._latest[place.number] = index
        self.trailer: Any = self._find_trailer()
        self._unlock()
        self._unpack()

    def get_object(self, reference: IndirectObject) -> Any:
        """Return the last object of this number; None when there is none."""
        index = self._latest.get(reference.idnum)
        if index is None or index in self._waiting or self._places[index].generation != reference.generation:
            return None
        return self._value(index)

    def references(self) -> Iterator[IndirectObject]:
        """Yield a reference to the last object of each number."""
        for number, index in self._latest.items():
            yield IndirectObject(number, self._places[index].generation, self)

    def forget(self, reference: IndirectObject) -> None:
        """Streams are not kept."""

    def leftovers(
        self,
        offsets: Mapping[int, Sequence[int]] | None = None,
        holders: Mapping[int, int] | None = None,
        shift: int = 0,
    ) -> Iterator[Any]:
        """
        Yield every object that another reading does not have, or without one that this reading does not have.

        Args:
            offsets: Where the other reading has the objects of each number.
            holders: The object stream that each packed object of the other reading comes from.
            shift: Bytes in front of the header, from which the offsets count.
        """
        for index, place in enumerate(self._places):
            if offsets is None or holders is None:
                known = self._latest.get(place.number) == index
            elif place.inner:
                known = True  # the other reading knows where streams end
            elif place.holder >= 0:
                known = holders.get(place.number) == self._places[self._holders[place.holder]].number
            else:
                known = any(self._leads_to(offset + shift, place) for offset in offsets.get(place.number, ()))
            if not known:
                yield self._value(
                    index, data=False
                )  # a stream without end would be copied to the end of the file

    def _leads_to(self, offset: int, place: _Place) -> bool:
        return place.start - 64 <= offset <= place.start and not self._data[offset : place.start].strip(
            _SPACE
        )

    # Finding objects

    def _index(self) -> None:
        tokens = _tokens(self._data)
        ends = sorted([*_all(self._data, b"endstream"), *_all(self._data, b"endobj")])
        inside = 0  # until here the bytes are a stream's data
        for position, token in enumerate(tokens):
            following = tokens[position + 1] if position + 1 < len(tokens) else None
            stop = following.start if following else len(self._data)
            if token.kind == "obj":
                data = self._stream_after(token.end, following, ends)
                inner = token.start < inside
                place = _Place(
                    token.number, token.generation, token.start, (token.end, stop), stream=data, inner=inner
                )
                self._places.append(place)
                if data and not inner:
                    inside = self._data_end(place, *data)
            elif token.kind == "trailer" and token.start >= inside:
                self._trailers.append((token.start, self._parsed(token.end, stop)))
        if len(self._places) > MAX_OBJECTS:
            raise TooMuchError

    def _stream_after(self, start: int, following: _Token | None, ends: list[int]) -> tuple[int, int] | None:
        if following is None or following.kind != "stream":
            return None
        if _END_OF_OBJECT.search(self._data, start, following.start):
            return None
        begin = _STREAM_START.match(self._data, following.start)
        at = begin.end() if begin else following.end
        nearest = bisect.bisect_left(ends, at)
        end = ends[nearest] if nearest < len(ends) else len(self._data)
        # Streams that all lead to the end of the file are copied and unpacked by this reading, and sought by qpdf.
        self._left_to_search -= end - at
        if self._left_to_search < 0:
            raise TooMuchError
        return at, end

    def _data_end(self, place: _Place, start: int, nearest: int) -> int:
        # While objects are still being found, only a direct length can be trusted to lead further.
        value = self._parsed(*place.body)
        length = dict.get(value, "/Length") if isinstance(value, dict) else None
        if isinstance(length, int) and 0 <= length <= len(self._data) and self._closes(start + length):
            return start + length
        return nearest

    def _closes(self, at: int) -> bool:
        return _CLOSING.match(self._data, at, at + 64) is not None

    def _find_trailer(self) -> Any:
        # The last one that leads to a catalog wins; a cross-reference stream is a trailer as well.
        found = [(at, value) for at, value in self._trailers if isinstance(value, dict)]
        for index, place in enumerate(self._places):
            if place.stream and not place.inner:
                value = self._head(index)
                if isinstance(value, dict) and dict.get(value, "/Type") == "/XRef":
                    found.append((place.body[0], value))
        found.sort(key=lambda item: item[0])
        merged: dict[str, Any] = {}
        for _, value in reversed(found):
            if "/Root" in value:
                for key in ("/Root", "/Encrypt", "/ID", "/Info"):
                    if key in value:
                        merged.setdefault(key, dict.__getitem__(value, key))
        if "/Root" not in merged:
            catalogs = [
                number
                for number, index in self._latest.items()
                if isinstance(value := self._value(index), dict)
                and resolved(value.get("/Type")) == "/Catalog"
            ]
            if catalogs:
                index = self._latest[catalogs[-1]]
                merged["/Root"] = IndirectObject(catalogs[-1], self._places[index].generation, self)
        trailer = DictionaryObject()
        dict.update(trailer, merged)
        return trailer

    def _unlock(self) -> None:
        entry = resolved(self.trailer.get("/Encrypt"))
        if entry is None:
            return
        encryption = opened_encryption(entry, self.trailer.get("/ID"))
        self._values.clear()  # what was parsed so far is not decrypted
        self._encryption, self.encrypted = encryption, True

    def _unpack(self) -> None:
        total = 0
        for index in range(self._packed_from):
            place = self._places[index]
            head = self._head(index) if place.stream else None
            if not isinstance(head, dict) or resolved(head.get("/Type")) != "/ObjStm":
                continue
            content = self._unpacked(index)
            if content is None:
                self.broken = True
                continue
            total += len(content)
            if total > _MAX_PACKED_BYTES:
                raise TooMuchError
            self._unpack_one(content, head, place, index)

    def _unpacked(self, index: int) -> bytes | None:
        stream = self._value(index)
        if not isinstance(stream, StreamObject):
            return None
        try:
            content = decoded(stream, _MAX_PACKED_STREAM, self._work)
        except Exception as error:
            if not is_damage(error):
                raise
            return None
        if content is None:
            raise TooMuchError
        return content

    def _unpack_one(self, content: bytes, head: dict[str, Any], place: _Place, index: int) -> None:
        count, first = resolved(head.get("/N")), resolved(head.get("/First"))
        first = first if isinstance(first, int) and first >= 0 else 0
        numbers = content[:first].split()[: 2 * count] if isinstance(count, int) and count > 0 else []
        if len(numbers) % 2 or not all(word.isdigit() and len(word) < _MAX_DIGITS for word in numbers):
            self.broken = True
            self.odd.append(content)
            return
        self._contents.append(content)
        self._holders.append(index)
        starts = [first + int(word) for word in numbers[1::2]]
        if len(self._places) + len(starts) > MAX_OBJECTS:
            raise TooMuchError
        order = sorted({*starts, len(content)})
        for number, start in zip(map(int, numbers[::2]), starts, strict=True):
            stop = order[bisect.bisect_right(order, start)] if start < len(content) else len(content)
            packed = _Place(
                number, 0, start, (start, stop), inner=place.inner, holder=len(self._contents) - 1
            )
            self._places.append(packed)
            known = self._latest.get(number)
            if not place.inner and (known is None or self._stands_before(known, index)):
                self._latest[number] = len(self._places) - 1

    def _stands_before(self, known: int, holder: int) -> bool:
        place = self._places[known]
        return (self._holders[place.holder] if place.holder >= 0 else known) <= holder

    # Parsing objects

    def _value(self, index: int, *, data: bool = True) -> Any:
        if index in self._values:
            return self._values[index]
        self._waiting.add(index)
        try:
            place = self._places[index]
            value = self._head(index)
            if data and place.stream and isinstance(value, dict):
                value = self._with_data(value, *place.stream)
            if self._encryption is not None and place.holder < 0:
                value = self._decrypted(value, place)
        finally:
            self._waiting.discard(index)
        if not place.stream:
            self._values[index] = value
        return value

    def _decrypted(self, value: Any, place: _Place) -> Any:
        # A signature is never encrypted (ISO 32000-1, 7.6.1), nor is a cross-reference stream (7.5.8.2).
        if isinstance(value, dict) and dict.get(value, "/Type") == "/XRef":
            return value
        signature = (
            dict.get(value, "/Contents") if isinstance(value, dict) and "/ByteRange" in value else None
        )
        if value is not None:
            value = self._encryption.decrypt_object(value, place.number, place.generation, strict=False)
        if signature is not None:
            dict.__setitem__(value, "/Contents", signature)
        return value

    def _head(self, index: int) -> Any:
        place = self._places[index]
        return self._parsed(*place.body, source=self._contents[place.holder] if place.holder >= 0 else None)

    def _with_data(self, value: Any, start: int, nearest: int) -> Any:
        length = resolved(value.get("/Length"))
        if isinstance(length, int) and 0 <= length <= len(self._data) and self._closes(start + length):
            stop = start + length
        else:
            stop = nearest
            for line_end in (b"\r\n", b"\n", b"\r"):
                if self._data.endswith(line_end, start, stop):
                    stop -= len(line_end)
                    break
        return StreamObject.initialize_from_dictionary({**value, "__streamdata__": self._data[start:stop]})

    def _parsed(self, start: int, stop: int, source: bytes | None = None) -> Any:
        text = (self._data if source is None else source)[start:stop]
        stream = io.BytesIO(text + b" ")
        stream.seek(len(text) - len(text.lstrip(_SPACE)))
        try:
            value = read_object(stream, cast("Any", self))
        except Exception as error:
            if not is_damage(error):
                raise
            if _depth(text) > _MAX_DEPTH:
                raise TooMuchError from error
            self.odd.append(text)
            return self._guessed(stream, text)
        rest = text[stream.tell() :].strip(_SPACE).removeprefix(b"endobj").strip(_SPACE)
        if rest and source is None:
            self.odd.append(rest)
        return value

    def _guessed(self, stream: io.BytesIO, text: bytes) -> Any:
        # The library's own idea of an object that breaks the rules, e.g. with a key written twice.
        stream.seek(len(text) - len(text.lstrip(_SPACE)))
        self.strict = False
        try:
            return read_object(stream, cast("Any", self))
        except Exception as error:
            if not is_damage(error):
                raise
            return None
        finally:
            self.strict = True


def _depth(text: bytes) -> int:
    # How deep brackets are nested, strings not told apart: only asked of what could not be parsed.
    depth = deepest = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in {b"[", b"<<"} else -1
        deepest = max(deepest, depth)
    return deepest


def _tokens(data: bytes) -> list[_Token]:
    # The words that an outline of the file needs, in their order.
    found = [token for at in _all(data, b"obj") if (token := _header(data, at)) is not None]
    for at in _all(data, b"stream"):
        kind = "endstream" if data[at - 3 : at] == b"end" else "stream"
        if kind == "endstream" or data[at + 6 : at + 7] in {b"\0", b"\t", b"\n", b"\f", b"\r", b" "}:
            found.append(_Token(kind, at - 3 if kind == "endstream" else at, at + 6))
    for word in ("trailer", "startxref"):
        found += [_Token(word, at, at + len(word)) for at in _all(data, word.encode())]
    found.sort(key=lambda token: token.start)
    return found


def _header(data: bytes, at: int) -> _Token | None:
    if _AFTER_WORD.match(data, at + 3):
        return None
    begin = max(0, at - _LONGEST_HEADER)
    found = _HEADER.search(data[begin:at])
    if found is None:
        return None
    return _Token("obj", begin + found.start(1), at + 3, int(found[1]), int(found[2]))


def _all(data: bytes, word: bytes) -> Iterator[int]:
    at = data.find(word)
    for _ in range(_MAX_WORDS):
        if at < 0:
            return
        yield at
        at = data.find(word, at + len(word))
    raise TooMuchError

"""
Two readings of a PDF: by its own tables, and as qpdf repairs it. `pdf_scan` has a third, without any tables.

All of them give the same kinds of values (pypdf's), so that anyone who looks at objects need not know which it is.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from typing import Any, Protocol, cast

import pikepdf
from pypdf import PasswordType, PdfReader
from pypdf._encryption import Encryption
from pypdf.generic import (
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    StreamObject,
    TextStringObject,
    read_object,
)

from perizinan_core.documents._inspection._blame import is_damage

__all__ = [
    "MAX_OBJECTS",
    "LockedError",
    "QpdfReading",
    "Reading",
    "StrictReading",
    "TooMuchError",
    "WrongTableError",
    "opened_encryption",
    "resolved",
]

_MAX_CHAIN = 32
_NO_GENERATION = 65535
MAX_OBJECTS = 300_000
"""Most objects of one file; a thousand pages have some ten thousands."""

_OFFSET = re.compile(rb"[\0\t\n\f\r ]*([0-9]{1,10})")
_TABLE = re.compile(rb"(?<!start)xref|(?<![0-9])[0-9]{1,10}[\0\t\n\f\r ]+[0-9]{1,5}[\0\t\n\f\r ]+obj")
_NEAR = 64
_MAX_LEAD = 1024 + 5
_OBJECT = re.compile(rb"[\0\t\n\f\r ]*([0-9]{1,10})[\0\t\n\f\r ]+([0-9]{1,5})[\0\t\n\f\r ]+obj(?![A-Za-z])")


class LockedError(Exception):
    """The file opens only with a password or a key."""


class WrongTableError(Exception):
    """A cross-reference table does not lead to the objects that it names."""


class TooMuchError(Exception):
    """The file holds more than any document does."""


class Reading(Protocol):
    """The objects of a PDF, as one reader finds them."""

    trailer: Any
    """The trailer dictionary."""

    encrypted: bool
    """Whether the file is encrypted; it is open all the same."""

    def get_object(self, reference: IndirectObject) -> Any:
        """Return an object; None or a null object when it is missing."""
        ...

    def references(self) -> Iterator[IndirectObject]:
        """Yield a reference to every object."""
        ...

    def forget(self, reference: IndirectObject) -> None:
        """Let go of the bytes of a stream."""
        ...


def resolved(value: Any) -> Any:
    """Follow references to the object itself; a missing one or ``null`` is None."""
    for _ in range(_MAX_CHAIN):
        if not isinstance(value, IndirectObject):
            break
        value = value.get_object()
    return None if value is None or isinstance(value, (NullObject, IndirectObject)) else value


class StrictReading:
    """The file as its cross-reference tables have it, nothing guessed."""

    def __init__(self, content: bytes) -> None:
        """
        Read the tables.

        Raises:
            LockedError: The file opens only with a password.
            WrongTableError: A table leads to something else than the object.
            Exception: What the library raises on whatever breaks the rules.
        """
        self._reader = PdfReader(io.BytesIO(content), strict=True)
        self._check_table(content)
        self.trailer: Any = self._reader.trailer
        self.encrypted = self._reader.is_encrypted
        if self.encrypted and self._reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            raise LockedError

    def get_object(self, reference: IndirectObject) -> Any:
        """Return an object."""
        return self._reader.get_object(reference)

    def references(self) -> Iterator[IndirectObject]:
        """Yield a reference to every object that the tables name."""
        for generation, offsets in list(self._reader.xref.items()):
            free = self._reader.xref_free_entry.get(generation, {})
            for number in list(offsets):
                if generation != _NO_GENERATION and not free.get(number):
                    yield IndirectObject(number, generation, self._reader)
        for number in list(self._reader.xref_objStm):
            yield IndirectObject(number, 0, self._reader)

    def _check_table(self, content: bytes) -> None:
        # The library would search the whole file for each object that is not where it should be.
        for generation, offsets in self._reader.xref.items():
            free = self._reader.xref_free_entry.setdefault(generation, {})
            for number, offset in offsets.items():
                if not offset:
                    # The header stands there: Quartz, Word and Skia write it for numbers that they do not use.
                    free[number] = True
                elif generation != _NO_GENERATION and not free.get(number):
                    found = _OBJECT.match(content, offset)
                    if found is None or (int(found[1]), int(found[2])) != (number, generation):
                        raise WrongTableError

    def places(self) -> tuple[dict[int, list[int]], dict[int, int]]:
        """Return where the tables say that objects stand: offsets by number, and numbers of object streams."""
        offsets: dict[int, list[int]] = {}
        for generation, table in self._reader.xref.items():
            free = self._reader.xref_free_entry.get(generation, {})
            for number, offset in table.items():
                if not free.get(number):
                    offsets.setdefault(number, []).append(offset)
        return offsets, {number: holder for number, (holder, _) in self._reader.xref_objStm.items()}

    def forget(self, reference: IndirectObject) -> None:
        """Let go of an object, which the library would keep."""
        self._reader.resolved_objects.pop((reference.generation, reference.idnum), None)


class QpdfReading:
    """The file as qpdf has it, which repairs what it can."""

    strict = True  # asked by the parser of what qpdf writes out

    def __init__(self, content: bytes) -> None:
        """
        Open the file.

        Raises:
            LockedError: The file opens only with a password or a key.
            PdfError: Nothing can be made of it.
        """
        self._pdf = _opened(content)
        self._values: dict[tuple[int, int], Any] = {}
        self.encrypted = self._pdf.is_encrypted
        self.trailer: Any = self._converted(self._pdf.trailer)

    def get_object(self, reference: IndirectObject) -> Any:
        """Return an object."""
        key = reference.idnum, reference.generation
        if key not in self._values:
            value = self._converted(self._pdf.get_object(key))
            if isinstance(value, StreamObject):
                return value
            self._values[key] = value
        return self._values[key]

    def references(self) -> Iterator[IndirectObject]:
        """Yield a reference to every object that qpdf found."""
        for item in self._pdf.objects:
            if isinstance(item, pikepdf.Object):  # a null is None
                number, generation = item.objgen
                yield IndirectObject(number, generation, self)

    def forget(self, reference: IndirectObject) -> None:
        """Streams are not kept."""

    def _converted(self, item: Any) -> Any:
        if item is None:
            return None
        if isinstance(item, pikepdf.Stream):
            head = self._parsed(item.stream_dict.unparse())
            return StreamObject.initialize_from_dictionary({**head, "__streamdata__": item.read_raw_bytes()})
        return self._parsed(item.unparse(resolved=True))

    def _parsed(self, text: bytes) -> Any:
        return read_object(io.BytesIO(text + b" "), cast("Any", self))


def _opened(content: bytes) -> pikepdf.Pdf:
    try:
        try:
            return _opened_as_is(content)
        except pikepdf.PasswordError:
            raise
        except pikepdf.PdfError:
            return _opened_otherwise(content)
    except pikepdf.PasswordError as error:
        raise LockedError from error


def _opened_otherwise(content: bytes) -> pikepdf.Pdf:
    # qpdf does not look around for a table that is a few bytes off, and without one it cannot decrypt what is packed.
    near = _with_near_table(content)
    if near is not None:
        with contextlib.suppress(pikepdf.PdfError):
            return _opened_as_is(near)
    # A table that is well-formed and all wrong: without the way to it, qpdf searches for the objects.
    head, found, tail = content.rpartition(b"startxref")
    return _opened_as_is(head + b"-" * len(found) + tail)


def _with_near_table(content: bytes) -> bytes | None:
    head, word, tail = content.rpartition(b"startxref")
    told = _OFFSET.match(tail)
    if not told:
        return None
    start = max(0, content.find(b"%PDF-", 0, _MAX_LEAD))  # offsets count from the header
    place = start + int(told[1])
    found = [table.start() for table in _TABLE.finditer(head, max(0, place - _NEAR), place + _NEAR)]
    if not found:
        return None
    nearest = min(found, key=lambda at: abs(at - place))
    return head + word + b"\n%d" % (nearest - start) + tail[told.end() :]


def _opened_as_is(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content), inherit_page_attributes=False, conversion_mode="explicit")


def opened_encryption(entry: Any, identity: Any) -> Encryption:
    """
    Return what decrypts a file without a password.

    Raises:
        LockedError: A password or a key is needed, or the kind of encryption is unknown.
    """
    first = resolved(identity)
    first = resolved(first[0]) if isinstance(first, list) and first else None
    first_bytes = first.original_bytes if isinstance(first, (ByteStringObject, TextStringObject)) else b""
    if not isinstance(entry, DictionaryObject):
        raise LockedError
    try:
        encryption = Encryption.read(entry, first_bytes)
        opened = encryption.verify(b"") is not PasswordType.NOT_DECRYPTED
    except Exception as error:
        if not is_damage(error):
            raise
        raise LockedError from error
    if not opened:
        raise LockedError
    return encryption

"""
PDF syntax (ISO 32000-1 section 7.3) without loss: values stay the bytes they were.

A signature update rewrites a few dictionaries of someone else's file. An object model that
decodes names, strings and numbers and encodes them again changes what it only meant to carry
along (pypdf 7.1 does so with names outside UTF-8 and with long decimals), and signatures made
earlier are judged by such changes. So what is changed is read one level deep into
`RawDictionary`, whose values are the source bytes.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Self, TypeVar

from perizinan_core._pdf._syntax import Parser, Ref
from perizinan_core.errors.pdf import PdfStructureError

T = TypeVar("T")

_DEPTH = 64
_IRREGULAR = re.compile(rb"[^!\"$&'*+,\-.0-9:;=?@A-Z\\^_`a-z|~]")


class _SourceParser(Parser):
    """Gives what a dictionary or an array holds as source bytes."""

    def _read(self, found: re.Match[bytes], depth: int) -> tuple[Any, int]:
        value, end = super()._read(found, depth)
        if depth != 1:
            return value, end
        kind = found.lastgroup or ""
        return self._data[found.start(kind) - (kind == "name") : end], end


class _ReferenceParser(Parser):
    """Notes the references that it passes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data, _DEPTH)
        self.passed: list[tuple[int, int, Ref]] = []

    def _read(self, found: re.Match[bytes], depth: int) -> tuple[Any, int]:
        value, end = super()._read(found, depth)
        if isinstance(value, Ref):
            self.passed.append((found.start("ref"), end, value))
        return value, end


class RawDictionary(dict[str, "bytes | RawDictionary"]):
    """
    One PDF dictionary: names (``"Type"``) to values as source bytes.

    A value may itself be a `RawDictionary` while it is being changed.
    """

    @classmethod
    def of(cls, source: bytes) -> Self:
        """
        Read the dictionary in ``source``; null gives an empty one.

        Raises:
            PdfStructureError: It is malformed, or names a key twice.
        """
        return cls(_one_level(source, dict, "a dictionary is missing"))

    def raw(self, key: str) -> bytes:
        """Return the source bytes of the value under ``key``; ``b"null"`` if there is none."""
        value = self.get(key, b"null")
        return value.to_bytes() if isinstance(value, RawDictionary) else value

    def to_bytes(self) -> bytes:
        """Return the dictionary as PDF source."""
        return b"<<%b>>" % b"".join(
            b"%b %b\n" % (_escaped(key.encode("latin-1")), self.raw(key)) for key in self
        )


def array_items(source: bytes) -> list[bytes]:
    """
    Return the items of an array, each as source bytes; null has none.

    Raises:
        PdfStructureError: ``source`` is not an array.
    """
    return _one_level(source, list, "an array is missing")


def _one_level(source: bytes, kind: type[T], problem: str) -> T:
    found = _SourceParser(source, _DEPTH).value(0)[0]
    if found is not None and not isinstance(found, kind):
        raise PdfStructureError(problem, 0)
    return kind() if found is None else found


def parsed(source: bytes) -> Any:
    """Return the value that ``source`` is, references not followed."""
    return Parser(source, _DEPTH).value(0)[0]


def references(source: bytes) -> list[tuple[int, int, Ref]]:
    """Return every reference inside a value, with where it begins and ends."""
    parser = _ReferenceParser(source)
    parser.value(0)
    return parser.passed


def _escaped(raw: bytes) -> bytes:
    return b"/" + _IRREGULAR.sub(lambda match: b"#%02X" % match[0][0], raw)


def text_string(value: str) -> bytes:
    """Return ``value`` as a PDF text string: plain if ASCII, UTF-16BE otherwise."""
    if value.isascii():
        escaped = re.sub(r"[()\\]", lambda match: "\\" + match[0], value)
        return b"(" + escaped.replace("\r", "\\r").encode() + b")"
    return b"<FEFF" + value.encode("utf-16-be", "replace").hex().upper().encode() + b">"


def date_string(moment: datetime) -> bytes:
    """Return an aware time as a PDF date (ISO 32000-1 section 7.9.4), e.g. ``(D:20261125101500+07'00')``."""
    zone = moment.strftime("%z")
    return f"(D:{moment:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}')".encode()

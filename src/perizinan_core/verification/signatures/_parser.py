"""
Objects of files that others made: what every reader takes alike is taken here, too.

1. A position may point at white space before the object or table. 2. ``stream`` may be followed by spaces, or by a
carriage return alone, which ISO 32000-1 section 7.3.8.1 rules out and old producers write; the stated length and
``endstream`` tell whether the data was understood. Everything else is read as `Parser` reads it.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from perizinan_core._pdf._syntax import Parser, Stream
from perizinan_core.errors.verification import PdfStructureError

__all__ = ["ForeignParser", "from_ascii"]

_BLANK = re.compile(rb"[\x00\t\n\x0c\r ]*+")
_SPACE = b"\x00\t\n\x0c\r "
_OBJ = re.compile(
    rb"(\d{1,10}+)[\x00\t\n\x0c\r ]++(\d{1,5}+)[\x00\t\n\x0c\r ]++obj(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
)
_LOOSE_STREAM = re.compile(rb"stream *+(?:\r\n?|\n)")


class ForeignParser(Parser):
    """Reads objects at given positions of one buffer."""

    def indirect(self, offset: int) -> tuple[int, int, Any, int]:
        """Read ``N G obj … endobj`` at ``offset`` or after the white space there; see `Parser.indirect`."""
        place = self.start_in(self._data, offset)
        header = _OBJ.match(self._data, place)
        if header is None:
            return super().indirect(place)
        value, end = self.value(header.end())
        keyword = _LOOSE_STREAM.match(self._data, self.skip(end))
        if keyword is None or not isinstance(value, dict):
            return super().indirect(place)
        return int(header[1]), int(header[2]), Stream(value, keyword.end()), keyword.end()

    @staticmethod
    def start_in(data: bytes, offset: int) -> int:
        """Return the position after the white space at ``offset``."""
        blank = _BLANK.match(data, offset) if offset > 0 else None
        return blank.end() if blank is not None else offset


def from_ascii(name: str, raw: bytes, offset: int) -> bytes:
    """
    Undo ``ASCIIHexDecode`` or ``ASCII85Decode``.

    Raises:
        PdfStructureError: when it is neither, or damaged.
    """
    try:
        if name == "ASCIIHexDecode":
            digits = raw.partition(b">")[0].translate(None, _SPACE)
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        if name == "ASCII85Decode":
            return base64.a85decode(raw.partition(b"~>")[0], ignorechars=_SPACE)
    except ValueError as error:
        raise PdfStructureError("a stream is damaged", offset) from error
    raise PdfStructureError("a stream is packed in a way that is not read here", offset)

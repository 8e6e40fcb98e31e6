"""
Objects of files that others made: what every reader takes alike is taken here, too.

1. A position may point at white space before the object or table. 2. ``stream`` may be followed by spaces, or by a
carriage return alone, which ISO 32000-1 section 7.3.8.1 rules out and old producers write; the stated length and
``endstream`` tell whether the data was understood. Everything else is read as `Parser` reads it.
"""

from __future__ import annotations

import re
from typing import Any

from perizinan_core._pdf._syntax import Parser, Stream

__all__ = ["ForeignParser"]

_OBJ = re.compile(
    rb"(\d{1,10}+)[\x00\t\n\x0c\r ]++(\d{1,5}+)[\x00\t\n\x0c\r ]++obj(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
)
_LOOSE_STREAM = re.compile(rb"stream *+(?:\r\n?|\n)")


class ForeignParser(Parser):
    """Reads objects at given positions of one buffer."""

    def indirect(self, offset: int) -> tuple[int, int, Any, int]:
        """Read ``N G obj … endobj`` at ``offset`` or after the white space there; see `Parser.indirect`."""
        place = self.after_blanks(offset)
        header = _OBJ.match(self._data, place)
        if header is None:
            return super().indirect(place)
        value, end = self.value(header.end())
        keyword = _LOOSE_STREAM.match(self._data, self.skip(end))
        if keyword is None or not isinstance(value, dict):
            return super().indirect(place)
        return int(header[1]), int(header[2]), Stream(value, keyword.end()), keyword.end()

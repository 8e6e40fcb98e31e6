"""
What the bytes say before any parser is trusted: is a signature in there, and is the file whole?

The answer must not depend on a file that parses. A flipped byte may break any structure, a cut file
has no tail, and a repairing parser would find an older, unsigned revision in both. So this module
looks for the traces that a signature leaves: the byte range, the name of its format and the
object identifier of its container. One damaged byte cannot remove all three.
"""

from __future__ import annotations

import re
from enum import Enum

import attrs

from perizinan_core._pdf._structure import ends_properly

_RANGE = re.compile(
    rb"/ByteRange[\x00\t\n\x0c\r ]*+\[[\x00\t\n\x0c\r ]*+(\d{1,12}+)[\x00\t\n\x0c\r ]++(\d{1,12}+)"
    rb"[\x00\t\n\x0c\r ]++(\d{1,12}+)[\x00\t\n\x0c\r ]++(\d{1,12}+)[\x00\t\n\x0c\r ]*+\]"
)
_TRACES = re.compile(
    rb"/ByteRange|/ETSI\.CAdES\.detached|/ETSI\.RFC3161|/adbe\.pkcs7\.|(?i:06092a864886f70d010702)"
)
_UPDATE = re.compile(rb"[\x00\t\n\x0c\r ]*+(?:\d{1,10} \d{1,5} obj|xref[\r\n ])")
_LINE_ENDS = {1: (b"\n", b"\r"), 2: (b"\r\n", b"\n\n")}


@attrs.frozen
class ByteRange:
    """The four numbers of a ``/ByteRange``: what a signature covers."""

    start: int
    gap_start: int
    gap_end: int
    tail: int

    @property
    def end(self) -> int:
        """Position after the last covered byte."""
        return self.gap_end + self.tail

    def parts(self, data: bytes) -> tuple[memoryview, memoryview]:
        """Return what is covered: before and behind the gap."""
        view = memoryview(data)
        return view[self.start : self.gap_start], view[self.gap_end : self.end]


class Wholeness(Enum):
    """Whether all bytes that were signed are still there, and no others."""

    UNSIGNED = "unsigned"
    """No trace of a signature."""
    WHOLE = "whole"
    """The last signature reaches the last byte."""
    LONGER = "longer"
    """Bytes follow the last signature, in the form of a complete update."""
    APPENDED = "appended"
    """Bytes follow the last signature that are not an update."""
    CUT = "cut"
    """Bytes at the end are missing."""
    INCONSISTENT = "inconsistent"
    """Traces of a signature whose byte range does not fit the file, though the end is there."""


@attrs.frozen
class Scan:
    """The traces found in one file."""

    ranges: tuple[ByteRange, ...]
    wholeness: Wholeness
    line_ends: tuple[bytes, ...] = ()
    """For `Wholeness.INCONSISTENT`: line ends that may have been cut off; a digest tells."""


def scan(data: bytes) -> Scan:
    """Look for traces of signatures in ``data`` and tell whether the file is whole."""
    ranges = tuple(
        ByteRange(start, first, second, tail)
        for start, first, second, tail in (map(int, found.groups()) for found in _RANGE.finditer(data))
    )
    if ranges:
        return _compare(data, ranges)
    if _TRACES.search(data) is None:
        return Scan((), Wholeness.UNSIGNED)
    return Scan((), Wholeness.INCONSISTENT if ends_properly(data) else Wholeness.CUT)


def _compare(data: bytes, ranges: tuple[ByteRange, ...]) -> Scan:
    """Compare the end that the signatures state with the end that is there."""
    proper = ends_properly(data)
    end = max(item.end for item in ranges)
    if end == len(data):
        return Scan(ranges, Wholeness.WHOLE)
    if end > len(data):
        if proper:
            return Scan(ranges, Wholeness.INCONSISTENT, _LINE_ENDS.get(end - len(data), ()))
        return Scan(ranges, Wholeness.CUT)
    if proper:
        return Scan(ranges, Wholeness.LONGER)
    # The start of an update without its end was cut off; anything else was put behind the file.
    return Scan(ranges, Wholeness.CUT if _UPDATE.match(data, end) else Wholeness.APPENDED)

"""
What the bytes say before any parser is trusted: is a signature in there, and is the file whole? One answer for all.

The answer must not depend on a file that parses. A flipped byte may break any structure, a cut file
has no tail, and a repairing parser would find an older, unsigned revision in both. So this module
looks for the traces that a signature leaves: the byte range, the name of its format and the
object identifier of its container. One damaged byte cannot remove all three.
"""

from __future__ import annotations

import hashlib
import re
from enum import Enum

import attrs

from perizinan_core._pdf._limits import Limits
from perizinan_core._pdf._structure import ends_properly
from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.verification._cms import parse_container
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._report import PICTURE, CheckName
from perizinan_core.verification._sources import picture_kind

_RANGE = re.compile(
    rb"/ByteRange[\x00\t\n\x0c\r ]*+\[[\x00\t\n\x0c\r ]*+(\d{1,12}+)[\x00\t\n\x0c\r ]++(\d{1,12}+)"
    rb"[\x00\t\n\x0c\r ]++(\d{1,12}+)[\x00\t\n\x0c\r ]++(\d{1,12}+)[\x00\t\n\x0c\r ]*+\]"
)
_TRACES = re.compile(
    rb"/ByteRange|/ETSI\.CAdES\.detached|/ETSI\.RFC3161|/adbe\.pkcs7\.|(?i:06092a864886f70d010702)"
)
_UPDATE_BEGINS = re.compile(rb"[\x00\t\n\x0c\r ]*+(?:\d{1,10} \d{1,5} obj|xref[\r\n ])")
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
    return Scan(ranges, Wholeness.CUT if _UPDATE_BEGINS.match(data, end) else Wholeness.APPENDED)


_END = re.compile(rb"startxref[\r\n ]{1,4}\d{1,12}[\r\n ]{1,4}%%EOF(?:\r\n|\r|\n| |)")
_UPDATE = re.compile(rb"[\x00\t\n\x0c\r ]*+(?:\d{1,10}(?: |\Z)|xref|x?r?e?\Z)")


def is_whole(data: bytes, found: Scan, judgement: Judgement, limits: Limits) -> bool:
    """Note what the bytes alone say; False ends the judgement."""
    if not data:
        judgement.refuse(CheckName.READABLE, "empty-file")
    elif b"%PDF-" not in data[:1024] and found.wholeness in {Wholeness.UNSIGNED, Wholeness.CUT}:
        judgement.refuse(CheckName.READABLE, PICTURE if picture_kind(data) is not None else "not-a-pdf")
    elif found.wholeness is Wholeness.CUT:
        _judge_behind(data, found, judgement, limits)
    elif line_end_is_missing(data, found):
        judgement.refuse(CheckName.READABLE, "file-cut-off")
    elif found.wholeness is Wholeness.APPENDED:
        _refuse_behind(judgement, len(data) - max(item.end for item in found.ranges))
    else:
        return True
    return False


def _judge_behind(data: bytes, found: Scan, judgement: Judgement, limits: Limits) -> None:
    """Tell an update that was cut off on the way from one that someone left unfinished to have it shown."""
    ends = [item.end for item in found.ranges if item.end < len(data) and ends_properly(data[: item.end])]
    if not ends:
        judgement.refuse(CheckName.READABLE, "file-cut-off")
        return
    from perizinan_core.verification._repaired import shows_more

    end = max(ends)
    last = max((item.end() for item in _END.finditer(data, end)), default=end)
    if shows_more(data, end, limits):
        judgement.passed(CheckName.READABLE, "file-readable")
        judgement.refuse(CheckName.COVERAGE, "shown-after-signature")
    elif _UPDATE.match(data, last) is None:
        judgement.passed(CheckName.READABLE, "file-readable")
        _refuse_behind(judgement, len(data) - last)
    else:
        judgement.refuse(CheckName.READABLE, "file-cut-off")
        judgement.refuse(CheckName.COVERAGE, "unfinished-after-signature")


def _refuse_behind(judgement: Judgement, count: int) -> None:
    judgement.passed(CheckName.READABLE, "file-readable")
    judgement.refuse(CheckName.COVERAGE, "bytes-after-signature", count=count)


def line_end_is_missing(data: bytes, found: Scan) -> bool:
    """
    Tell a file that lost its last line end from one whose byte range was changed.

    Both state one or two bytes more than there are; only in the first do those bytes, put back, fit
    the digest that was signed.
    """
    for covered in found.ranges:
        gap = data[covered.gap_start : covered.gap_end]
        if covered.end <= len(data) or not (gap.startswith(b"<") and gap.endswith(b">")):
            continue
        for extra in found.line_ends:
            try:
                container = parse_container(bytes.fromhex(gap[1:-1].decode("ascii")), certificate_named=False)
            except (CmsStructureError, ValueError):
                break
            if covered_digest(data, covered, container.digest, extra) == container.message_digest:
                return True
    return False


def covered_digest(data: bytes, covered: ByteRange, digest: str, extra: bytes = b"") -> bytes:
    """Return the digest of the covered bytes; ``extra`` stands for bytes missing at the end."""
    hasher = hashlib.new(digest)
    for part in (*covered.parts(data), extra):
        hasher.update(part)
    return hasher.digest()

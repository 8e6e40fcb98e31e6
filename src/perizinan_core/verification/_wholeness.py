"""What the bytes of a file say about its being whole, before any of its structure is believed: one answer for all."""

from __future__ import annotations

import hashlib
import re

from perizinan_core._pdf._limits import Limits
from perizinan_core._pdf._structure import ends_properly
from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.verification._cms import parse_container
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._pdf._scan import ByteRange, Scan, Wholeness
from perizinan_core.verification._report import PICTURE, CheckName
from perizinan_core.verification._sources import picture_kind

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

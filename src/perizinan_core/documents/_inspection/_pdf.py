"""
PDF files: the outline in bytes first, then every object, then the pages.

The first look is strict: the file as its own tables have it. Where that fails, a second look decides whether anything
can hide in what is wrong: one reading ignores the tables and takes the objects as they stand in the bytes, the other
is qpdf's repair. Only when both show the same pages is the file accepted, unchanged. Whatever any reading finds,
also in objects that no table names, is searched for active content.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

from pypdf import apply_configuration

from perizinan_core.documents._inspection._blame import is_damage
from perizinan_core.documents._inspection._observations import Limits, Observations, StopInspectionError
from perizinan_core.documents._inspection._pdf_objects import (
    inspect_leftovers,
    inspect_objects,
    inspect_odd_bytes,
)
from perizinan_core.documents._inspection._pdf_pages import inspect_pages, look_of_pages
from perizinan_core.documents._inspection._pdf_reading import (
    LockedError,
    QpdfReading,
    Reading,
    StrictReading,
    TooMuchError,
    WrongTableError,
)
from perizinan_core.documents._inspection._pdf_scan import ScanReading
from perizinan_core.documents._inspection._sniffing import (
    MESSAGE_END,
    PDF_SEARCH_BYTES,
    is_also_archive,
    is_also_document,
)

__all__ = ["inspect_pdf"]

_HEADER, _END = b"%PDF-", b"%%EOF"
_CUT_END = re.compile(rb"startxref[\0\t\n\f\r ]+[0-9]+[\0\t\n\f\r ]*%{0,2}(?i:E?O?F?)[\0\t\n\f\r ]*\Z")
_TAIL_BYTES = 1024
_LEAD = b"\xef\xbb\xbf\0 \t\r\n\f"
_FOREIGN = re.compile(rb"[^\t\n\f\r\x20-\x7e]|<[!?A-Za-z]")
_PADDING = b"\0 \t\r\n\f\x1a"
# What printer drivers write behind a job that was saved to a file.
_PRINTER_END = re.compile(rb"\s*(?:\x1b%-12345X|@PJL(?: (?:EOJ|RESET)(?: NAME ?= ?\"[\w .()-]*\")?)?|\s)+\Z")
_MAX_PARSED_STREAM = 64 * 1024 * 1024
_SIGNATURE = re.compile(rb"/ByteRange[\0\t\n\f\r ]*\[[\0\t\n\f\r ]*[0-9]")


def inspect_pdf(file: BinaryIO, size: int, limits: Limits, notes: Observations) -> None:
    """
    Look closely at a PDF.

    Raises:
        StopInspectionError: Something was noted that makes looking further pointless.
    """
    file.seek(0)
    content = file.read()
    start = content.find(_HEADER, 0, PDF_SEARCH_BYTES + len(_HEADER))
    if is_also_archive(file) or is_also_document(
        lambda _: -1, lambda pattern: pattern.search(content, 0, PDF_SEARCH_BYTES)
    ):
        raise notes.stop("polyglot", type="application/pdf")
    budget = min(_MAX_PARSED_STREAM, limits.max_unpacked_bytes)
    with apply_configuration(
        zlib_maximum_output_length=budget,
        lzw_maximum_output_length=budget,
        run_length_maximum_output_length=budget,
        brotli_maximum_output_length=budget,
        maximum_declared_stream_length=max(size, 1),
        jbig2dec_binary=None,
        disable_legacy_handling=True,
    ):
        _Inspection(content, start, limits, notes).run()
    if not notes.signed and not notes.looked_through and _SIGNATURE.search(content):
        notes.signed = True  # what cannot be read may be signed all the same: no remedy shall spoil it
        notes.note("pdf-signed")


class _Inspection:
    def __init__(self, content: bytes, start: int, limits: Limits, notes: Observations) -> None:
        self._content, self._start = content, start
        self._limits, self._notes = limits, notes
        self._complete = True
        self._scan: ScanReading | None = None

    def run(self) -> None:
        """Look, and look again where the first look did not succeed."""
        sound = self._inspect_end()
        if sound and not self._content[: self._start].strip(_LEAD) and self._as_it_stands():
            self._notes.reading, self._notes.looked_through = "strict", True
            return
        same = self._repaired()
        self._notes.looked_through = self._complete and not self._hides_at_the_end
        if not sound:
            return
        if not same:
            raise self._notes.stop("damaged")
        self._notes.reading = "repaired"
        self._notes.note("pdf-repaired")

    def _inspect_end(self) -> bool:
        end = self._content.rfind(_END)
        rest = self._content[end + len(_END) :] if end >= 0 else b""
        cut = _CUT_END.search(self._content, max(self._start, len(self._content) - _TAIL_BYTES))
        if cut is not None:
            rest = b""  # all is there but a piece of the mark
            end = cut.start()
        self._hides_at_the_end = bool(_FOREIGN.search(rest)) or is_also_document(rest.find, lambda _: None)
        if end <= self._start or b" obj" in rest:
            self._notes.note("damaged")  # cut off: the end, or the end of the last revision, is missing
            return False
        left_behind = len(rest) <= _TAIL_BYTES and (_PRINTER_END.match(rest) or MESSAGE_END.match(rest))
        if rest.strip(_PADDING) and not left_behind:
            self._notes.note("trailing-data", extra_bytes=len(rest))
            return False
        return True

    def _as_it_stands(self) -> bool:
        def look(notes: Observations) -> None:
            scan = self._scanned()  # first, because it counts what the other reading would unpack
            reading = StrictReading(self._content[self._start :])
            self._inspect(reading, notes)
            inspect_leftovers(scan.leftovers(*reading.places(), self._start), self._limits, notes)
            inspect_odd_bytes(scan.odd, notes)

        return self._tried(look)

    def _repaired(self) -> bool:
        looks: list[bytes] = []

        def look_at_scan(notes: Observations) -> None:
            scan = self._scanned()
            self._inspect(scan, notes)
            inspect_leftovers(scan.leftovers(), self._limits, notes)
            inspect_odd_bytes(scan.odd, notes)
            self._complete = self._complete and not scan.broken
            looks.append(look_of_pages(scan, notes))

        def look_at_qpdf(notes: Observations) -> None:
            reading = QpdfReading(self._content)
            self._inspect(reading, notes)
            looks.append(look_of_pages(reading, notes))

        sound = [self._tried(look_at_scan), self._tried(look_at_qpdf)]
        self._complete = self._complete and len(looks) == len(sound)
        return all(sound) and looks[0] == looks[1]

    def _scanned(self) -> ScanReading:
        if self._scan is None:
            self._scan = ScanReading(self._content)
        return self._scan

    def _tried(self, look: Callable[[Observations], None]) -> bool:
        """Take over what a look finds; return whether it found the file whole."""
        notes = Observations()
        try:
            look(notes)
        except LockedError as error:
            raise self._notes.stop("pdf-password") from error
        except TooMuchError as error:
            raise self._notes.stop("bomb") from error
        except StopInspectionError:
            if "damaged" not in notes.findings:
                raise
        except WrongTableError:
            notes.note("damaged")
        except Exception as error:
            if not is_damage(error):
                raise
            notes.note("damaged")
        finally:
            self._adopt(notes)
        return "damaged" not in notes.findings

    def _inspect(self, reading: Reading, notes: Observations) -> None:
        if reading.encrypted:
            if not self._limits.allow_restricted_pdf:
                raise notes.stop("pdf-restricted")
            notes.note("pdf-restricted-accepted")
        inspect_pages(reading, self._limits, notes)
        inspect_objects(reading, self._limits, notes)

    def _adopt(self, notes: Observations) -> None:
        for code, fields in notes.findings.items():
            if code != "damaged":
                self._notes.note(code, **fields)
        self._notes.signed = self._notes.signed or notes.signed
        self._notes.pages = notes.pages if notes.pages is not None else self._notes.pages

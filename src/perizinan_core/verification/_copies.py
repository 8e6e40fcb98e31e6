"""
Copies of permits: scans, prints to PDF, photos, files that a program saved again or that a mail gateway padded.

Such a file is judged like any other and keeps its verdict. Only then are its pages searched for a QR code: a genuine
one says which permit it is a copy of, and what that permit says, to be compared. Decoders run in a process of their
own (`codes_confined`), within limits of time, pages and pixels; a process that is confined already reads by itself
(`codes_here`). What cannot be read in time is as if there were no code.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import attrs

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import Stream
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.i18n import N_
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._qr_claims import holds_claims
from perizinan_core.published._status import StatusChoice
from perizinan_core.verification._authorities import AuthoritySet, StatusOf
from perizinan_core.verification._judgement import RefusedError
from perizinan_core.verification._pdf._pages import contents_of, embedded_files, pages
from perizinan_core.verification._qr_image import CodesFound, ImageLimits
from perizinan_core.verification._qr_report import check_qr_text, read_codes_of
from perizinan_core.verification._report import (
    COPY,
    PICTURE,
    Check,
    CheckName,
    Outcome,
    Reason,
    Report,
    Verdict,
)
from perizinan_core.verification._sources import picture_kind

_OF_THE_CODE = (CheckName.PRINTED_TEXT, CheckName.QR, CheckName.VALIDITY_DATES, CheckName.STATUS)
_FACTS = (
    "number", "title", "holder", "object", "place", "permit_type", "type_number", "issued_on", "valid_from",
    "valid_until", "status_index",
)  # fmt: skip
_ONLY_THE_CODE = N_(
    "Only the code is genuine, the words of this file are not: hold to what the code says, and ask for the PDF that "
    "the office issued."
)
_COMPARE = N_(
    "A code can be copied onto another paper: compare number, holder, object and dates, and ask for the PDF that the "
    "office issued."
)
_PLACED = re.compile(rb"/([^\s/<>\[\]()]++)\s++Do(?![A-Za-z])")
_SHOWN = re.compile(rb"[)>\]]\s*+T[jJ](?![A-Za-z])")
_INVISIBLE = re.compile(rb"(?<![\d.])3\s++Tr(?![A-Za-z])")
"""Text that a scanner's software recognised lies unseen under the picture; it has mistakes, and proves nothing."""


CodeReader = Callable[[bytes, float], CodesFound]
"""Reads the codes of a file within so many seconds; must not raise."""


def code_of_unsigned(pdf: PdfStructure) -> str:
    """Return the reason code of a PDF without any signature: what seems to have happened to it."""
    with suppress(PdfStructureError):
        if embedded_files(pdf, "permit.json"):
            return "no-signature-saved-again"
        if _is_scan(pdf):
            return "no-signature-scan"
    return "no-signature"


def _is_scan(pdf: PdfStructure) -> bool:
    """Return True when every page is made of pictures, but for text that is not seen."""
    found = False
    for page in pages(pdf):
        content = contents_of(pdf, page).operators
        if _SHOWN.search(content) and not _INVISIBLE.search(content):
            return False
        objects = pdf.dictionary(pdf.dictionary(page.get("Resources") or {}).get("XObject") or {})
        placed = [pdf.resolve(objects.get(name.decode("latin-1"))) for name in _PLACED.findall(content)]
        if not placed or not all(
            isinstance(item, Stream) and item.dictionary.get("Subtype") == "Image" for item in placed
        ):
            return False
        found = True
    return found


def codes_here(data: bytes, seconds: float) -> CodesFound:
    """Read the codes of a file in this process: for one that is confined, because decoders run."""
    limits = ImageLimits(max_bytes=len(data) + 1, max_seconds=seconds)
    try:
        found = read_codes_of(data, limits)
    except (RefusedError, PerizinanError):
        return CodesFound()
    with suppress(PdfStructureError):
        if found.printed is not None and _is_scan(PdfStructure(data)):
            return CodesFound(found.texts)
    return found


def with_copy(
    report: Report,
    data: bytes,
    *,
    authority: AuthorityDocument | AuthoritySet,
    status: StatusChoice | StatusOf,
    codes: CodeReader,
    seconds: float,
) -> Report:
    """Return the report with what the code of a copy says; the same report where there is none."""
    judged = report.check(CheckName.QR).reason.code != "not-reached"
    if judged or not (b"%PDF-" in data or picture_kind(data)):
        return report
    found = codes(data, seconds)
    judgements = [
        check_qr_text(
            text,
            printed=found.printed,
            authority=authority,
            at=report.checked_at,
            status=status,
            name=report.file,
        )
        for text in found.texts
        if holds_claims(text)
    ]
    if not judgements:
        return report
    chosen = next((item for item in judgements if item.permit is not None), judgements[0])
    taken = {name: chosen.check(name) for name in _OF_THE_CODE}
    if chosen.permit is not None:
        led = report.verdict is Verdict.UNSIGNED or report.check(CheckName.READABLE).reason.code == PICTURE
        said = _facts(chosen.permit.content) | {"problem": _COMPARE if led else _ONLY_THE_CODE}
        taken[CheckName.QR] = Check(CheckName.QR, Outcome.PASSED, Reason(COPY, said))
    if chosen.is_development:
        taken[CheckName.CHAIN] = chosen.check(CheckName.CHAIN)
    return attrs.evolve(
        report,
        checks=tuple(taken.get(item.name, item) for item in report.checks),
        status=chosen.status,
        authority=report.authority or chosen.authority,
    )


def _facts(content: Any) -> dict[str, object]:
    told = {name: content[name] for name in _FACTS if content.get(name) is not None}
    days = {name: value.isoformat() for name, value in told.items() if isinstance(value, date)}
    short = {"shortened": ", ".join(content["shortened"])} if content.get("shortened") else {}
    return {**told, **days, **short}

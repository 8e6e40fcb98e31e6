"""
What a checker would say of the content of a letter, asked while no number is taken.

The judges are those of an issued permit (`_permit_content`). What they refuse is looked at once more, to say where
the value went: a template that leaves a value out needs another remedy than one that takes its words apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.verification import PermitDataError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._status import NO_STATUS
from perizinan_core.verification._authorities import status_by_office
from perizinan_core.verification._case import PermitCase
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._pdf._drawn_codes import drawn_codes
from perizinan_core.verification._pdf._text import printed_text
from perizinan_core.verification._permit_content import (
    differences_to_text,
    essence,
    judge_qr,
    judge_text,
    read_permit_data,
)
from perizinan_core.verification._report import CheckName

__all__ = ["LetterFault", "Whereabouts", "check_letter"]

_WORDS = re.compile(r"\w+")


class Whereabouts(StrEnum):
    """Where a value is that the pages should print."""

    LEFT_OUT = "left_out"
    IN_PIECES = "in_pieces"
    """Its words are there, with others between them."""
    ASIDE = "aside"
    """Only in what programs do not read: running head, foot, background, artifacts."""


@attrs.frozen
class LetterFault:
    """One thing for which a checker would refuse the letter."""

    code: str
    """Reason code of the report, ``permit-data-changed`` or ``qr-not-drawn``."""

    field: str | None = None
    """Field of ``permit.json`` that the pages do not print."""

    where: Whereabouts = Whereabouts.LEFT_OUT
    reason: str = ""
    """What is wrong with the embedded data."""


def check_letter(
    data: bytes, authority: AuthorityDocument, *, said: Mapping[str, Any], qr_text: str, at: datetime
) -> tuple[LetterFault, ...]:
    """
    Return everything for which a checker would refuse what a letter says; nothing when all is well.

    Args:
        data: The letter, signed or not.
        authority: With the key that signed the claims of its QR code.
        said: What ``permit.json`` must say.
        qr_text: What the code on its pages must say.
        at: Moment of the check.
    """
    try:
        pdf = PdfStructure(data)
        permit = read_permit_data(pdf)
    except PdfStructureError as error:
        return (LetterFault("file-damaged", reason=error.fault),)
    except PermitDataError as error:
        return (LetterFault(error.reason, reason="; ".join(map(str, error.problems))),)
    if permit != said:
        return (LetterFault("permit-data-changed"),)
    case = PermitCase(whose=authority, at=at, sources=status_by_office(authority, NO_STATUS))
    judgement = case.judgement
    judge_text(pdf, permit, judgement)
    judge_qr(case, pdf, permit)
    return (*_text_faults(pdf, permit, judgement), *_code_faults(pdf, judgement, qr_text))


def _text_faults(pdf: PdfStructure, permit: Mapping[str, Any], judgement: Judgement) -> Iterator[LetterFault]:
    if not judgement.failed(CheckName.PRINTED_TEXT):
        return
    code = str(judgement.code(CheckName.PRINTED_TEXT))
    if code != "text-disagrees":
        yield LetterFault(code)
        return
    printed, everything = printed_text(pdf), printed_text(pdf, artifacts=True)
    missing, _ = differences_to_text(permit, printed)
    aside = set(missing) - set(differences_to_text(permit, everything)[0])
    for name in missing:
        where = Whereabouts.ASIDE if name in aside else _place(_value(permit, name), printed)
        yield LetterFault(code, name, where)


def _code_faults(pdf: PdfStructure, judgement: Judgement, qr_text: str) -> Iterator[LetterFault]:
    if judgement.failed(CheckName.QR):
        yield LetterFault(str(judgement.code(CheckName.QR)))
    elif qr_text not in drawn_codes(pdf):
        yield LetterFault("qr-not-drawn")


def _value(permit: Mapping[str, Any], name: str) -> str:
    if name.startswith("fields["):
        return str(permit["fields"][int(name[len("fields[") : -1])][1])
    return str(permit[name])


def _place(value: str, printed: str) -> Whereabouts:
    page = essence(printed)
    words = [essence(word) for word in _WORDS.findall(value)]
    return Whereabouts.IN_PIECES if words and all(word in page for word in words) else Whereabouts.LEFT_OUT

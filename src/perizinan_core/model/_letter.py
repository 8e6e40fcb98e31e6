"""
What a letter says.

`PermitStatement` is the machine-readable half: embedded as ``permit.json`` in the PDF, covered by
its signature. `Letter` adds what only the page needs. Neither ever holds a NIK.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from perizinan_core.model._letter_rule import LetterForm, TermRole

__all__ = [
    "PERMIT_STATEMENT_VERSION",
    "AnnexTable",
    "Letter",
    "PermitStatement",
    "PrintedTerm",
    "SignatureBlock",
]

PERMIT_STATEMENT_VERSION = "1"


@attrs.frozen(kw_only=True)
class SignatureBlock:
    """Who signs, as printed."""

    position: str
    """Code of the position."""

    title: str
    """e.g. ``KEPALA DINAS …``."""

    on_behalf_of: str | None = None
    """After "a.n.", for a mandate."""

    acting: str = "definitive"
    """`ActingKind` value; Plt. or Plh. is printed before the title."""

    name: str | None = None
    rank: str | None = None
    staff_number: str | None = None
    """NIP, as printed."""

    delegation: str
    """Code of the delegation."""

    legal_basis: str
    """Citation of the delegation."""


@attrs.frozen(kw_only=True)
class PermitStatement:
    """The content of ``permit.json``: what the letter says, for machines."""

    statement_version: str = PERMIT_STATEMENT_VERSION
    authority: str
    """Slug."""

    authority_name: str
    permit_type: str
    permit_type_version: str
    title: str
    number: str
    receipt_number: str
    holder: str
    object: str
    place: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    """Printed label and value, in printed order."""

    issued_on: date
    valid_from: date
    valid_until: date | None = None
    validity_text: str | None = None
    signatory: SignatureBlock
    status_index: int
    previous_number: str | None = None
    verification_url: str


@attrs.frozen(kw_only=True)
class AnnexTable:
    """A table printed after the letter (lampiran)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@attrs.frozen
class PrintedTerm:
    """A term as printed, and what it is."""

    text: str
    role: TermRole = TermRole.DUTY


def _terms(values: Iterable[str | PrintedTerm]) -> tuple[PrintedTerm, ...]:
    return tuple(PrintedTerm(value) if isinstance(value, str) else value for value in values)


@attrs.frozen(kw_only=True)
class Letter:
    """Everything that a template needs to print a permit."""

    statement: PermitStatement
    form: LetterForm
    template: str
    government: str
    office: str
    address: str | None = None
    contact: str | None = None
    city: str
    logo: str | None = None
    subject: str | None = None
    considerations: tuple[str, ...] = ()
    legal_basis: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """What the office looked at (Memperhatikan): application, minutes of inspection, technical letters."""

    terms: tuple[PrintedTerm, ...] = attrs.field(default=(), converter=_terms)
    """In printed order; a text alone is a duty."""

    annex: AnnexTable | None = None
    copies_to: tuple[str, ...] = ()
    footer: str
    language: str = "id"
    development: bool = False
    """True: a watermark says that the letter was signed with a development certificate."""

    unconfirmed: tuple[str, ...] = ()
    """Kinds of values that the office has not confirmed; a line at the top names them."""

    example: str | None = None
    """What an authority that is an example says of itself, in a frame at the head of the letter; None: an office."""

    qr_text: str
    """Address with the signed claims; empty during the rehearsal."""

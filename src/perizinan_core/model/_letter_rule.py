"""What a letter says, as data."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.model._text import Text

__all__ = [
    "LetterForm",
    "LetterRule",
    "LetterTerm",
    "PrintedField",
    "TermRole",
]


class TermRole(StrEnum):
    """What a term of a letter is; a decree gives each role paragraphs (dictums) of its own."""

    DUTY = "duty"
    """What the holder must do or leave."""
    SANCTION = "sanction"
    """What the office does when a duty is not kept."""
    CORRECTION = "correction"
    """How an error in the letter is put right."""
    ENTRY_INTO_FORCE = "entry_into_force"
    """From when the letter has effect; a decree without one says "on the day on which it is made"."""


@attrs.frozen
class LetterTerm:
    """One term of a letter, in the languages of the catalogue."""

    text: Text
    role: TermRole = TermRole.DUTY


class LetterForm(StrEnum):
    """Forms of letters seen in real offices (data/catalogue README, "Letters")."""

    DECREE = "decree"
    """Keputusan: Menimbang – Mengingat – MEMUTUSKAN – Menetapkan."""
    LICENCE = "licence"
    """Dasar – memberikan izin kepada – dengan ketentuan."""
    LETTER = "letter"
    """Surat: Nomor, Lampiran, Perihal, Kepada Yth."""
    CERTIFICATE = "certificate"
    """Surat keterangan, tanda daftar, rekomendasi."""
    CARD = "card"


@attrs.frozen(kw_only=True)
class PrintedField:
    """One line of the letter: a label and a value out of the case."""

    label: Text
    value: str
    """CEL expression giving text, a number or a date."""

    when: str | None = None


@attrs.frozen(kw_only=True)
class LetterRule:
    """What the letter says."""

    form: LetterForm
    template: str = "letter"
    """Name of the Typst template: one of the plugin's, else of the core."""

    title: Text
    letterhead_unit: str | None = None
    """Code of the unit on whose letterhead it stands; None: the unit of the position that signs."""

    subject: Text | None = None
    considerations: tuple[Text, ...] = ()
    fields: tuple[PrintedField, ...] = ()
    object: str
    """CEL expression giving one line: what the permit is for (printed, in permit.json and in the QR)."""

    place: str | None = None
    """CEL expression giving the location, or None."""

    terms: tuple[LetterTerm, ...] = ()
    annex_items: str | None = None
    """Name of the list in the form data that is printed as a table; only with more than one item."""

    annex_columns: tuple[PrintedField, ...] = ()
    """Columns of the annex, with ``item`` bound."""

    copies_to: tuple[Text, ...] = ()
    """Tembusan."""

    quotes_recommendations: bool = True
    """Numbers and dates of the technical letters stand under "Memperhatikan"."""

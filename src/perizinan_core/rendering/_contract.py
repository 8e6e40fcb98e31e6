r"""
The data that a template gets: one JSON object, described in ``docs/how-to/letter-templates.md``.

Texts are plain text (never markup); a line break in them is ``\\n``. Names are stable within
`CONTRACT_VERSION`: a template may rely on them, and new ones may come.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Any

from perizinan_core.model._letter import AnnexTable, Letter, PermitStatement, SignatureBlock
from perizinan_core.model._letter_rule import LetterForm, TermRole
from perizinan_core.model._numerals import date_in_words, format_date
from perizinan_core.rendering._labels import DICTUMS, labels
from perizinan_core.rendering._qr import QrDrawing

__all__ = ["CONTRACT_VERSION", "Paper", "template_data"]

CONTRACT_VERSION = 1


class Paper(StrEnum):
    """Sheets on which offices print; a card has its own size."""

    A4 = "a4"
    """210 by 297 mm."""
    F4 = "f4"
    """Folio as sold in Indonesia, 215 by 330 mm."""


_PAPER_MM = {Paper.A4: (210, 297), Paper.F4: (215, 330)}
_CARD_MM = (210, 148)

_ACTING = ("acting_vacant", "acting_daily")


def template_data(
    letter: Letter, qr: QrDrawing, *, paper: Paper = Paper.A4, draft: bool = False
) -> dict[str, Any]:
    """Return the data of the contract for one letter."""
    statement = letter.statement
    words = _words(letter)
    width, height = _CARD_MM if letter.form is LetterForm.CARD else _PAPER_MM[paper]
    return {
        "contract": CONTRACT_VERSION,
        "form": letter.form.value,
        "language": letter.language,
        "paper": {"width": width, "height": height},
        "draft": draft,
        "development": letter.development,
        "unconfirmed": ", ".join(_plains(letter.unconfirmed)),
        "example": _plain(letter.example),
        "government": _plain(letter.government),
        "office": _plain(letter.office),
        "address": _plain(letter.address),
        "contact": _plain(letter.contact),
        "city": _plain(letter.city),
        "logo": letter.logo,
        "title": _plain(statement.title),
        "number": _plain(statement.number),
        "subject": _plain(letter.subject),
        "holder": _plain(statement.holder),
        "object": _plain(statement.object),
        "place": _plain(statement.place),
        "rows": _rows(letter, words),
        "considerations": _plains(letter.considerations),
        "legal_basis": _plains(_basis(letter)),
        "references": _plains(letter.references),
        "terms": [_normal(term.text) for term in letter.terms],
        "terms_by_role": {
            role.value: [_normal(term.text) for term in letter.terms if term.role is role]
            for role in TermRole
        },
        "annex": _annex(letter.annex),
        "copies_to": [_addressed(_normal(text), words["dear"]) for text in letter.copies_to],
        "issued_on": _date(statement, letter.language),
        "validity": _plain(_validity(statement, letter.language, words)),
        "signatory": _signatory(statement.signatory, words),
        "footer": _plain(letter.footer),
        "verification_url": statement.verification_url,
        "qr": {"svg": qr.svg, "size": qr.size_mm, "quiet": qr.quiet_mm},
        "labels": words,
        "dictums": list(DICTUMS.get(letter.language, DICTUMS["en"])),
    }


def _words(letter: Letter) -> dict[str, str]:
    statement = letter.statement
    words = labels(
        letter.language,
        government=letter.government,
        number=statement.number,
        receipt=statement.receipt_number,
        title=letter.subject or statement.title,
    )
    words["valid_sentence"] = words["valid_sentence"].replace(
        "{validity}", _validity(statement, letter.language, words)
    )
    return {name: _normal(text) for name, text in words.items()}


def _validity(statement: PermitStatement, language: str, words: dict[str, str]) -> str:
    start = format_date(statement.valid_from, language)
    end = format_date(statement.valid_until, language) if statement.valid_until else None
    if statement.validity_text:
        pattern = words["text_until"] if end else "{text}"
        return pattern.format(text=statement.validity_text, end=end)
    return words["from_to"].format(start=start, end=end) if end else words["from"].format(start=start)


def _rows(letter: Letter, words: dict[str, str]) -> list[dict[str, str]]:
    """Return holder, printed fields, object, place and references; nothing is said twice."""
    statement = letter.statement
    receipt = statement.receipt_number
    named = letter.form is not LetterForm.CARD and any(receipt in text for text in letter.references)
    said = {value for _label, value in statement.fields}
    before = [(words["holder"], statement.holder)]
    after = [(words["object"], statement.object), (words["place"], statement.place)]
    references = [
        (words["previous"], statement.previous_number),
        (words["receipt"], None if named else receipt),
    ]
    rows = [
        *(row for row in before if row[1] not in said),
        *statement.fields,
        *(row for row in after if row[1] and row[1] not in said),
        *(row for row in references if row[1]),
    ]
    return [{"label": _normal(label), "value": _normal(value or "")} for label, value in rows]


def _basis(letter: Letter) -> tuple[str, ...]:
    """Return the legal basis with the delegation under which the letter is signed."""
    delegation = letter.statement.signatory.legal_basis
    known = not delegation or any(delegation in text for text in letter.legal_basis)
    return letter.legal_basis if known else (*letter.legal_basis, delegation)


def _signatory(block: SignatureBlock, words: dict[str, str]) -> dict[str, str | None]:
    title = f"{words[block.acting]} {block.title}" if block.acting in _ACTING else block.title
    return {
        "title": _plain(title),
        "position": _plain(block.title),
        "on_behalf_of": _plain(block.on_behalf_of),
        "name": _plain(block.name),
        "rank": _plain(block.rank),
        "staff_number": _plain(block.staff_number),
    }


def _addressed(name: str, dear: str) -> str:
    """Return a receiver of a copy as letters write it: "Yth. …"."""
    return name if name.startswith(dear) else f"{dear} {name}"


def _annex(table: AnnexTable | None) -> dict[str, Any] | None:
    if table is None or not table.rows:
        return None
    return {"columns": _plains(table.columns), "rows": [_plains(row) for row in table.rows]}


def _date(statement: PermitStatement, language: str) -> dict[str, str]:
    day = statement.issued_on
    return {
        "iso": day.isoformat(),
        "text": format_date(day, language),
        "words": date_in_words(day, language),
    }


def _plains(texts: tuple[str, ...]) -> list[str]:
    return [_normal(text) for text in texts]


def _plain(text: str | None) -> str | None:
    return None if text is None else _normal(text)


def _normal(text: str) -> str:
    # Composed letters (NFC) are the ones that fonts draw best and that come out of the PDF again.
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")

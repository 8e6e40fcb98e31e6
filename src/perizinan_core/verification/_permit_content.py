"""What the permit says: ``permit.json`` found once and valid by its schema; printed text, QR and dates against it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.published import QrTextError
from perizinan_core.errors.verification import PermitDataError
from perizinan_core.published._qr_claims import (
    QrClaims,
    QrContent,
    claims_of_statement,
    decode_qr_text,
    holds_claims,
    verify_qr,
)
from perizinan_core.published._strict_json import load_json
from perizinan_core.verification._case import PermitCase
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._pdf._pages import embedded_files, link_addresses
from perizinan_core.verification._pdf._text import printed_text
from perizinan_core.verification._permit_facts import PermitFacts
from perizinan_core.verification._report import CheckName
from perizinan_core.verification._schemas import fits_schema, schema_faults

PERMIT_FILE = "permit.json"
_MAX_BYTES = 1024 * 1024
_LANGUAGES = ("id", "en")
_NO_LETTER = re.compile(r"[\W_]+")
"""Everything but letters and digits, as `str.isalnum` sees them."""

_NO_LETTER_BYTES = bytes(value for value in range(128) if not chr(value).isalnum())


def read_permit_data(pdf: PdfStructure) -> Mapping[str, Any]:
    """
    Return the content of ``permit.json``.

    Raises:
        PermitDataError: when it is missing, there twice, no JSON, or breaks the schema; the
            problems name fields and never repeat personal data.
    """
    if pdf.encrypted:
        raise PermitDataError("permit-data-unreadable", ("the file is encrypted",))
    try:
        files = embedded_files(pdf, PERMIT_FILE)
    except PdfStructureError as error:
        raise PermitDataError("permit-data-unreadable", (error.fault,)) from error
    if not files:
        raise PermitDataError("permit-data-missing", ("it is not there",))
    if len(files) > 1 or len(files[0]) > _MAX_BYTES:
        raise PermitDataError("permit-data-unreadable", ("it is there twice or too large",))
    try:
        data = load_json(files[0])
    except ValueError as error:
        raise PermitDataError("permit-data-unreadable", ("it is not JSON, or a key comes twice",)) from error
    if not fits_schema(data, "permit"):
        raise PermitDataError("permit-data-schema", schema_faults(data, "permit"))
    permit: Mapping[str, Any] = data
    return permit


def differences_to_text(permit: Mapping[str, Any], text: str) -> tuple[list[str], int]:
    """
    Compare the data with the printed text.

    Letters and digits count, in reading order; spaces, line breaks, hyphens, capital letters and
    the form of accents do not. Dates are looked for as written in Indonesian or English, in words
    or as ISO date. Values in scripts that are drawn in another order than they are written
    (anything but Latin letters) are left out.

    Returns:
        Names of the fields that the page does not print, and the number of fields compared.
    """
    page = essence(text)
    wanted = {name: permit[name] for name in ("number", "holder", "object")}
    wanted |= {f"fields[{place}]": pair[1] for place, pair in enumerate(permit["fields"])}
    needles: dict[str, tuple[str, ...]] = {
        name: (essence(text),) for name, text in wanted.items() if _is_comparable(text)
    }
    for name in ("issued_on", "valid_until"):
        if permit.get(name) is not None:
            needles[name] = _written(permit[name])
    missing = [name for name, forms in needles.items() if not any(form in page for form in forms)]
    return missing, len(needles)


@lru_cache(maxsize=1024)
def _written(iso: str) -> tuple[str, ...]:
    """Return the essence of every way in which a letter may write a day."""
    from perizinan_core.model._numerals import date_in_words, format_date

    day = date.fromisoformat(iso)
    forms = [form(day, language) for language in _LANGUAGES for form in (format_date, date_in_words)]
    return tuple(map(essence, (*forms, iso, f"{day:%d-%m-%Y}")))


def _is_comparable(text: str) -> bool:
    if text.isascii():
        return True
    letters = [character for character in text if character.isalpha()]
    return all(
        unicodedata.name(character, "").startswith(("LATIN", "FEMININE", "MASCULINE"))
        for character in letters
    )


def essence(text: str) -> str:
    """Return letters and digits alone, all small."""
    plain = unicodedata.normalize("NFKD", text)
    if not plain.isascii():
        # Dashes and accents go first: without them most pages are plain ASCII, which is quickly done.
        for character in set(plain):
            if not character.isascii() and not character.isalnum():
                plain = plain.replace(character, "")
        if not plain.isascii():
            return _NO_LETTER.sub("", plain).casefold()
    return plain.encode("ascii").translate(None, _NO_LETTER_BYTES).lower().decode("ascii")


_MARK = "…"
_DRAWN = "qr-signature-wrong"
"""Reason of a code on the page that no one of the office signed."""


def judge_text(pdf: PdfStructure, permit: Mapping[str, Any], judgement: Judgement) -> None:
    """Check that the pages print what the data says."""
    try:
        text = printed_text(pdf)
    except PdfStructureError:
        judgement.refuse(CheckName.PRINTED_TEXT, "text-unreadable")
        return
    missing, compared = differences_to_text(permit, text)
    if missing:
        judgement.refuse(CheckName.PRINTED_TEXT, "text-disagrees", fields=", ".join(missing))
    elif compared:
        judgement.passed(CheckName.PRINTED_TEXT, "text-agrees")
    else:
        judgement.left_out(CheckName.PRINTED_TEXT, "text-not-comparable")


def judge_qr(case: PermitCase, pdf: PdfStructure, permit: Mapping[str, Any]) -> None:
    """
    Check the QR claims in the file: in the code that the pages draw, and in a link over it.

    Codes without claims, which lead to other places, are not our business.
    """
    judgement, base = case.judgement, permit["verification_url"].upper() + "#"
    for text, code in _claims_texts(pdf, base):
        try:
            claims = verify_qr(text, case.authority)
        except QrTextError:
            unknown = _with_unknown_key(text, case)
            if unknown is not None:
                kid, day = unknown.kid.hex(), unknown.claims.issued_on
                case.refuse_unknown(CheckName.QR, "qr-key-unknown", day=day, kid=kid)
            else:
                judgement.refuse(CheckName.QR, code)
            return
        differences = differences_to_claims(permit, claims)
        if "number" in differences and code == _DRAWN:
            judgement.refuse(CheckName.QR, "qr-of-another-permit", number=claims.number)
            return
        if differences:
            judgement.refuse(CheckName.QR, "qr-disagrees", fields=", ".join(differences))
            return
        judgement.passed(CheckName.QR, "qr-agrees")
    judgement.left_out(CheckName.QR, "qr-not-found")


def _claims_texts(pdf: PdfStructure, base: str) -> Iterator[tuple[str, str]]:
    """Yield the texts that hold claims or begin like it, with the reason when they are not signed."""
    from perizinan_core.verification._pdf._drawn_codes import drawn_codes

    for find, code in ((link_addresses, "qr-broken"), (drawn_codes, _DRAWN)):
        try:
            texts = find(pdf)
        except PdfStructureError:
            continue
        for text in sorted(set(texts)):
            if text.upper().startswith(base) or (code == _DRAWN and holds_claims(text)):
                yield text, code


def _with_unknown_key(text: str, case: PermitCase) -> QrContent | None:
    """Return a code that is signed with a key which came after the document, and which no other office knows."""
    try:
        content = decode_qr_text(text)
    except QrTextError:
        return None
    if any(entry.kid == content.kid for entry in case.authority.qr_keys):
        return None
    if case.offices is not None and case.offices.knowing(content.kid.hex()):
        return None
    return content if case.may_not_know(content.claims.issued_on) else None


def differences_to_claims(permit: Mapping[str, Any], claims: QrClaims) -> list[str]:
    """Return the names of the fields in which QR claims differ from the data; shortened texts must begin alike."""
    stated = claims_of_statement(permit)
    names = ("number", "issued_on", "valid_from", "valid_until", "status_index")
    different = [name for name in names if getattr(stated, name) != getattr(claims, name)]
    # Codes of the first layout name the type itself, later ones its number; places came with the numbers.
    numbered = claims.type_number is not None
    kind = "type_number" if numbered else "permit_type"
    if getattr(stated, kind) != getattr(claims, kind):
        different.append("permit_type")
    for name in ("holder", "object", *(("place",) if numbered else ())):
        full, said = getattr(stated, name) or "", getattr(claims, name) or ""
        shortened = said.endswith(_MARK) and full.startswith(said.removesuffix(_MARK))
        if full != said and not shortened:
            different.append(name)
    return different


def judge_dates(case: PermitCase, permit: PermitFacts) -> None:
    """Check the first and last day; both belong to the permit."""
    if case.today < permit.valid_from:
        case.judgement.refuse(CheckName.VALIDITY_DATES, "permit-not-yet", day=permit.valid_from)
    elif permit.valid_until is not None and case.today > permit.valid_until:
        case.judgement.refuse(CheckName.VALIDITY_DATES, "permit-expired", day=permit.valid_until)
    else:
        case.judgement.passed(CheckName.VALIDITY_DATES, "within-dates")

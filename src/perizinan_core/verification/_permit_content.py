"""What the permit says: printed text and QR against the data, and the dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.published import QrTextError
from perizinan_core.published._authority_document import AuthorityDocument
from perizinan_core.published._qr_claims import (
    QrClaims,
    claims_of_statement,
    decode_qr_text,
    holds_claims,
    verify_qr,
)
from perizinan_core.verification._judgement import Judgement
from perizinan_core.verification._old_document import DocumentAge
from perizinan_core.verification._pdf._embedded import link_addresses
from perizinan_core.verification._pdf._text import printed_text
from perizinan_core.verification._permit_data import differences_to_text
from perizinan_core.verification._report import CheckName

__all__ = ["differences_to_claims", "judge_dates", "judge_qr", "judge_text"]

_MARK = "…"
_DRAWN = "qr-signature-wrong"
"""Reason of a code on the page that nobody of the office signed."""


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


def judge_qr(
    pdf: PdfStructure,
    permit: Mapping[str, Any],
    authority: AuthorityDocument,
    judgement: Judgement,
    age: DocumentAge,
) -> None:
    """
    Check the QR claims in the file: in the code that the pages draw, and in a link over it.

    Codes without claims, which lead to other places, are none of our business.
    """
    base = permit["verification_url"].upper() + "#"
    for text, code in _claims_texts(pdf, base):
        try:
            claims = verify_qr(text, authority)
        except QrTextError:
            kid, day = _unknown_key(text, authority)
            if kid is not None and day is not None and age.may_not_know(day) and not age.others_know(kid):
                age.refuse_unknown(judgement, CheckName.QR, "qr-key-unknown", day=day, kid=kid)
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


def _unknown_key(text: str, authority: AuthorityDocument) -> tuple[str | None, date | None]:
    """Return identifier and stated day of a code that is signed with a key which the document does not name."""
    try:
        content = decode_qr_text(text)
    except QrTextError:
        return None, None
    if any(entry.kid == content.kid for entry in authority.qr_keys):
        return None, None
    return content.kid.hex(), content.claims.issued_on


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


def judge_dates(permit: Mapping[str, Any], today: date, judgement: Judgement) -> None:
    """Check the first and last day; both belong to the permit."""
    begins = date.fromisoformat(permit["valid_from"])
    last = permit.get("valid_until")
    until = date.fromisoformat(last) if last is not None else None
    if today < begins:
        judgement.refuse(CheckName.VALIDITY_DATES, "permit-not-yet", day=begins)
    elif until is not None and today > until:
        judgement.refuse(CheckName.VALIDITY_DATES, "permit-expired", day=until)
    else:
        judgement.passed(CheckName.VALIDITY_DATES, "within-dates")

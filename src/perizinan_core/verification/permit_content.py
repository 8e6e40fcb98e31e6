"""What the permit says: printed text and QR against the data, and the dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from perizinan_core.errors.verification import PdfStructureError, QrTextError
from perizinan_core.verification.authority_document import AuthorityDocument
from perizinan_core.verification.judgement import Judgement
from perizinan_core.verification.pdf.embedded import link_addresses
from perizinan_core.verification.pdf.structure import PdfStructure
from perizinan_core.verification.pdf.text import printed_text
from perizinan_core.verification.permit_data import differences_to_text
from perizinan_core.verification.qr import QrClaims, claims_of_statement, verify_qr
from perizinan_core.verification.report import CheckName

__all__ = ["differences_to_claims", "judge_dates", "judge_qr", "judge_text"]

_MARK = "…"


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
    pdf: PdfStructure, permit: Mapping[str, Any], authority: AuthorityDocument, judgement: Judgement
) -> None:
    """
    Check the QR claims that the file itself carries as a link over the code.

    (Reading the drawn code from pixels is the business of whoever has the paper.)
    """
    try:
        links = link_addresses(pdf)
    except PdfStructureError:
        links = ()
    base = permit["verification_url"].upper() + "#"
    texts = {link for link in links if link.upper().startswith(base)}
    for text in sorted(texts):
        try:
            claims = verify_qr(text, authority)
        except QrTextError:
            judgement.refuse(CheckName.QR, "qr-broken")
            return
        differences = differences_to_claims(permit, claims)
        if differences:
            judgement.refuse(CheckName.QR, "qr-disagrees", fields=", ".join(differences))
            return
        judgement.passed(CheckName.QR, "qr-agrees")
    judgement.left_out(CheckName.QR, "qr-not-found")


def differences_to_claims(permit: Mapping[str, Any], claims: QrClaims) -> list[str]:
    """Return the names of the fields in which QR claims differ from the data; shortened texts must begin alike."""
    stated = claims_of_statement(permit)
    names = ("number", "permit_type", "issued_on", "valid_from", "valid_until", "status_index")
    different = [name for name in names if getattr(stated, name) != getattr(claims, name)]
    for name in ("holder", "object"):
        full, said = getattr(stated, name), getattr(claims, name)
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

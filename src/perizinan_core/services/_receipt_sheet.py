"""The receipt on paper: what the frozen, signed receipt says, and nothing that changed since. Never the secret."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from perizinan_core.catalogue import describe_period
from perizinan_core.i18n import N_, translate
from perizinan_core.model._calendar._zone import format_moment
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._numerals import format_date
from perizinan_core.model._receipt import Receipt, ReceivedFile
from perizinan_core.rendering._sheet import Sheet, SheetPart, render_sheet
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._receipts import read_receipt
from perizinan_core.services._terms import slot_label

__all__ = ["receipt_pdf"]

_KINDS = {
    ApplicationKind.NEW: N_("new permit"),
    ApplicationKind.RENEWAL: N_("renewal"),
    ApplicationKind.RE_REGISTRATION: N_("re-registration"),
    ApplicationKind.AMENDMENT: N_("change"),
    ApplicationKind.DUPLICATE: N_("duplicate"),
    ApplicationKind.CLOSURE: N_("giving the permit up"),
}


def receipt_pdf(context: OfficeContext, given: str, language: str) -> bytes:
    """
    Return the receipt to be printed, as PDF/A-3a and PDF/UA-1.

    Args:
        context: The office's parts.
        given: The signed text, as it was given and kept.
        language: ``"id"`` or ``"en"``.
    """
    receipt = read_receipt(given)
    digest = hashlib.sha256(given.encode()).hexdigest()
    parts = [
        SheetPart(rows=tuple(_facts(context, receipt, language))),
        SheetPart(
            head=translate(N_("Files that the office has received"), language),
            note=translate(
                N_("Each file has a fingerprint (SHA-256): the same file always has the same one."), language
            ),
            table=tuple(_files(context, receipt, language)),
        ),
    ]
    if receipt.shown_at_counter:
        permit_type = context.catalogue.version(receipt.permit_type, receipt.permit_type_version)
        shown = [slot_label(permit_type, slot, language) for slot in receipt.shown_at_counter]
        head = translate(N_("Originals that were shown at the counter"), language)
        parts.append(SheetPart(head=head, note=", ".join(shown)))
    sheet = Sheet(
        title=translate(N_("Receipt {number}"), language, number=receipt.receipt_number),
        office=context.authority.name.to(language),
        lead=translate(
            N_("The office confirms that it has received this application, with the files below."), language
        ),
        parts=parts,
        footer=translate(
            N_("A copy on paper of the signed receipt with the SHA-256 {digest}"), language, digest=digest
        ),
    )
    return render_sheet(sheet, at=receipt.handed_in_at, language=language)


def _facts(context: OfficeContext, receipt: Receipt, language: str) -> Iterator[tuple[str, str]]:
    zone = context.calendar.time_zone

    def said(label: str, value: str) -> tuple[str, str]:
        return translate(label, language), value

    yield said(N_("Receipt number"), receipt.receipt_number)
    yield said(N_("Permit"), receipt.permit_name)
    yield said(N_("Asked for"), translate(_KINDS[receipt.kind], language))
    if receipt.submission > 1:
        yield said(N_("Correction"), translate(N_("round {number}"), language, number=receipt.submission - 1))
        yield said(N_("First handed in"), format_moment(receipt.submitted_at, zone, language))
    yield said(N_("Received"), format_moment(receipt.handed_in_at, zone, language))
    yield said(N_("Counts as received on"), format_date(receipt.filing_day, language))
    yield said(
        N_("Time limit"),
        translate(
            N_("{period}, counted from the complete file"),
            language,
            period=describe_period(receipt.time_limit, language),
        ),
    )
    if receipt.due is not None:
        yield said(N_("Due"), format_date(receipt.due, language))
    fee = translate(N_("free of charge"), language) if not receipt.fee.amount else str(receipt.fee)
    yield said(N_("To pay"), fee)


def _files(context: OfficeContext, receipt: Receipt, language: str) -> Iterator[tuple[str, ...]]:
    permit_type = context.catalogue.version(receipt.permit_type, receipt.permit_type_version)
    yield tuple(translate(word, language) for word in (N_("File"), N_("Size"), "SHA-256"))
    for file in (*receipt.files, *_mandate(receipt)):
        label = slot_label(permit_type, file.slot, language)
        size = translate(N_("{size} bytes"), language, size=f"{file.size:,}".replace(",", "."))
        yield f"{label}: {file.file_name}", size, file.sha256


def _mandate(receipt: Receipt) -> tuple[ReceivedFile, ...]:
    mandate = receipt.power_of_attorney
    known = {(one.slot, one.sha256) for one in receipt.files}
    return () if mandate is None or (mandate.slot, mandate.sha256) in known else (mandate,)

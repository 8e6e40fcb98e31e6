"""
Receipts (tanda terima): what was handed in, when, with the SHA-256 of every file, signed by the office.

An applicant who keeps the receipt can prove later what the office received.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import attrs

from perizinan_core.converters import canonical_json, to_json
from perizinan_core.model.application import Application
from perizinan_core.model.money import Rupiah
from perizinan_core.model.text import Period
from perizinan_core.published.keys import algorithm_name, signing_callback, thumbprint
from perizinan_core.services.context import OfficeContext

__all__ = ["Receipt", "ReceivedFile", "receipt_of", "sign_receipt"]


@attrs.frozen(kw_only=True)
class ReceivedFile:
    """One file that came with the submission."""

    slot: str
    file_name: str = attrs.field(repr=False)
    sha256: str
    size: int
    """Bytes."""


@attrs.frozen(kw_only=True)
class Receipt:
    """What the office confirms to have received."""

    receipt_number: str
    application: str
    """Id of the application."""

    authority: str
    permit_type: str
    permit_type_version: str
    permit_name: str
    submission: int
    submitted_at: datetime
    """Of the first submission, with offset."""

    filing_day: date
    """Local day that counts as the day of receipt."""

    time_limit: Period
    """Counted from the complete file."""

    fee: Rupiah
    """Whole rupiah; what the law sets, nothing else is ever due."""

    files: tuple[ReceivedFile, ...]


def receipt_of(context: OfficeContext, application: Application) -> Receipt:
    """Return the receipt of a submitted application, for its latest submission."""
    terms, number = application.terms, application.receipt_number
    if terms is None or number is None or application.submitted_at is None:
        raise ValueError("only a submitted application has a receipt")
    permit_type = context.permit_type_of(application)
    zone = context.calendar.time_zone
    return Receipt(
        receipt_number=number,
        application=application.id,
        authority=application.authority,
        permit_type=application.permit_type,
        permit_type_version=application.permit_type_version,
        permit_name=permit_type.name.to(context.language),
        submission=application.submission,
        submitted_at=zone.local(application.submitted_at),
        filing_day=application.earliest_day or context.local_day(application.submitted_at),
        time_limit=terms.time_limit,
        fee=terms.fee.total,
        files=tuple(
            ReceivedFile(slot=item.slot, file_name=item.file_name, sha256=item.sha256, size=item.size)
            for item in application.current_documents()
        ),
    )


def sign_receipt(context: OfficeContext, receipt: Receipt) -> bytes:
    """Return the receipt as canonical JSON (RFC 8785) in the envelope that ``authority.json`` uses too."""
    key = context.keys.document
    signed: Any = to_json(receipt)
    signature = {
        "keyid": thumbprint(key.public_key()),
        "alg": algorithm_name(key),
        "sig": signing_callback(key)(canonical_json(signed)).hex(),
    }
    return canonical_json({"signed": signed, "signatures": [signature]}) + b"\n"

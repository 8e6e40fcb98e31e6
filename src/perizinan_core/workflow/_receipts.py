"""
Receipts: made in the step that hands in, and kept in the case as the very text that was given.

Nothing that happens later (a new file in a correction, a changed catalogue, another signing key) changes a
receipt that was given. Each submission adds one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

import attrs

from perizinan_core._converters import canonical_json, to_json
from perizinan_core.i18n import DEFAULT_LANGUAGE
from perizinan_core.model._application import Application
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._receipt import Receipt, ReceivedFile
from perizinan_core.workflow._transition import terms_of

__all__ = ["ReceiptWriter", "give_receipt", "receipt_of", "unsigned_receipt"]

ReceiptWriter = Callable[[Receipt], str]
"""Makes the text that is given out, signed with the office's key."""


def receipt_of(
    application: Application,
    permit_type: PermitType,
    now: datetime,
    calendar: WorkingCalendar,
    language: str = DEFAULT_LANGUAGE,
) -> Receipt:
    """Return what was handed in with the submission that ``application`` has just made at ``now``."""
    terms, zone = terms_of(application), calendar.time_zone
    submitted = application.submitted_at or now
    return Receipt(
        receipt_number=application.receipt_number or "",
        application=application.id,
        authority=application.authority,
        permit_type=application.permit_type,
        permit_type_version=application.permit_type_version,
        permit_name=permit_type.name.to(language),
        kind=application.kind,
        submission=application.submission,
        submitted_at=zone.local(submitted),
        handed_in_at=zone.local(now),
        filing_day=application.earliest_day or zone.local(submitted).date(),
        time_limit=terms.time_limit,
        calendar=calendar.version,
        due=application.clock.due,
        fee=terms.fee.total,
        form_sha256=hashlib.sha256(canonical_json(dict(application.form))).hexdigest(),
        files=tuple(
            ReceivedFile(slot=item.slot, file_name=item.file_name, sha256=item.sha256, size=item.size)
            for item in application.current_documents()
            if item.slot != POWER_OF_ATTORNEY
        ),
        power_of_attorney=_mandate(application),
        shown_at_counter=application.shown_at_counter,
    )


def give_receipt(application: Application, receipt: Receipt, write: ReceiptWriter) -> tuple[Application, str]:
    """Return the case with the text of its new receipt, and the SHA-256 of that text for its history."""
    text = write(receipt)
    given = attrs.evolve(application, receipts=(*application.receipts, text))
    return given, hashlib.sha256(text.encode()).hexdigest()


def unsigned_receipt(receipt: Receipt) -> str:
    """Return a receipt as canonical JSON without a signature; for rules that are tried without an office."""
    return canonical_json({"signed": to_json(receipt), "signatures": []}).decode() + "\n"


def _mandate(application: Application) -> ReceivedFile | None:
    paper = application.power_of_attorney()
    if paper is None:
        return None
    return ReceivedFile(
        slot=POWER_OF_ATTORNEY, file_name=paper.file_name, sha256=paper.sha256, size=paper.size
    )

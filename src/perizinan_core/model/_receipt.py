"""The receipt (tanda terima): what the office confirms to have received, as it was when it was handed in."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._money import Rupiah
from perizinan_core.model._text import Period

__all__ = ["Receipt", "ReceivedFile"]


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
    """What the office confirms to have received with one submission."""

    receipt_number: str
    application: str
    """Id of the application."""

    authority: str
    permit_type: str
    permit_type_version: str
    permit_name: str
    kind: ApplicationKind
    submission: int
    """1 for the first, raised by each correction; each has a receipt of its own."""

    submitted_at: datetime
    """Of the first submission, with offset."""

    handed_in_at: datetime
    """Of this submission, with offset."""

    filing_day: date
    """Local day that counts as the day of receipt."""

    time_limit: Period
    """Counted from the complete file, on the calendar named here."""

    calendar: str
    """Version of the working calendar."""

    due: date | None = None
    """The deadline, where the clock runs already; before that it follows from `time_limit`."""

    fee: Rupiah
    """Whole rupiah; what the law sets, nothing else is ever due."""

    form_sha256: str
    """SHA-256 of the form data in canonical JSON (RFC 8785)."""

    files: tuple[ReceivedFile, ...]
    power_of_attorney: ReceivedFile | None = None
    """Of the representative, where there is one."""

    shown_at_counter: tuple[str, ...] = ()
    """Slots left empty because the originals are shown at the counter."""

    tracking_secret: str | None = attrs.field(default=None, eq=False, repr=False)
    """
    With the receipt number it shows how the case stands. Given once, by the call that handed the case in; it is
    not a part of the receipt as it is kept and signed, and must not stand in an address.
    """

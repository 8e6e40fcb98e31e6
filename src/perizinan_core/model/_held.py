"""Uploads that are kept but fill no slot: not judged through our own fault, or signed and for the office to decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import attrs

from perizinan_core.model._actor import Account
from perizinan_core.model._applicant import Representative
from perizinan_core.model._written import file_name_field

__all__ = [
    "POWER_OF_ATTORNEY",
    "HeldFinding",
    "HeldOutcome",
    "HeldReason",
    "HeldUpload",
    "UploadInspection",
    "UploadVerdict",
]

POWER_OF_ATTORNEY = "representative.power_of_attorney"
"""`HeldUpload.slot` of a power of attorney; with its dot it can never be the key of a requirement's slot."""


class HeldReason(StrEnum):
    """Why an upload is kept without being in its slot."""

    INSPECTION_FAILED = "inspection_failed"
    """Our own program failed on it; it is inspected again after an update."""

    TRY_AGAIN = "try_again"
    """It could not be inspected at that moment; it is inspected again by itself."""

    SIGNED = "signed"
    """It carries a digital signature and its structure is not accepted; the office may accept it as it is."""


class HeldOutcome(StrEnum):
    """What a held upload became."""

    ACCEPTED = "accepted"
    """A later inspection accepted it, and it went into its slot."""

    ACCEPTED_AS_IS = "accepted_as_is"
    """An officer accepted it as it is, and it went into its slot."""

    REFUSED = "refused"
    """A later inspection refused it."""

    NOT_TAKEN = "not_taken"
    """A later inspection accepted it, but the case no longer had a place for it."""

    DISCARDED = "discarded"
    """The applicant needs it no longer."""


@attrs.frozen(kw_only=True)
class HeldFinding:
    """What an inspection said about the file, as it was said then."""

    code: str
    """Stable name of the finding, e.g. ``"inspection-failed"``."""

    severity: str
    """What it meant for the file: ``"refuse"``, ``"hold"`` or ``"note"``."""

    sentence: str
    """English msgid of its sentence."""

    fields: Mapping[str, Any] = attrs.field(factory=dict)
    """JSON values for the placeholders of the sentence."""

    remedy: str = ""
    """English msgid of what the applicant can do about it."""


class UploadVerdict(StrEnum):
    """What an inspection means for a file."""

    ACCEPTED = "accepted"
    HELD = "held"
    """There is no verdict, or the office has to decide."""
    REFUSED = "refused"


@attrs.frozen(kw_only=True)
class UploadInspection:
    """What an inspection found in a file, as far as a case needs to know."""

    verdict: UploadVerdict
    reason: HeldReason | None = None
    """Why it is held, with the verdict that it is."""

    findings: tuple[HeldFinding, ...] = ()
    """What refuses it or leaves it without a verdict."""

    office_may_accept: bool = False
    """True when it is signed, only its structure is refused, and nothing active was found."""

    version: str
    """Version of the inspection."""

    content_type: str | None = None
    pages: int | None = None
    reading: str | None = None
    signed: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings."""
        return tuple(item.code for item in self.findings)


@attrs.frozen(kw_only=True)
class HeldUpload:
    """A file that is kept, and that fills no slot."""

    id: str
    """UUIDv7 in canonical text form; the document that it becomes keeps it."""

    slot: str
    """`SlotTerms.key` where it belongs, or `POWER_OF_ATTORNEY`."""

    file_name: str = file_name_field()
    """As the applicant named it; shown back, never used as a path."""

    sha256: str
    size: int
    """Bytes."""

    held_at: datetime
    uploaded_by: Account
    expires_on: date | None = None
    choice: int | None = None
    """Index into `Requirement.choices`."""

    replaces: str | None = None
    """Id of the document whose place it is to take."""

    agent: Representative | None = attrs.field(default=None, repr=False)
    """The representative whom a power of attorney names, without the paper itself."""

    reason: HeldReason
    findings: tuple[HeldFinding, ...] = ()
    """What its last inspection said."""

    office_may_accept: bool = False
    """True when that inspection found a signature, faults of structure only, and nothing active."""

    inspected_with: str
    """Version of the inspection that looked at it last."""

    inspected_at: datetime
    inspections: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    """How often it was inspected."""

    outcome: HeldOutcome | None = None
    """None while it is held."""

    ended_at: datetime | None = None
    ended_by: Account | None = None

    @property
    def is_waiting(self) -> bool:
        """True while it is held."""
        return self.outcome is None

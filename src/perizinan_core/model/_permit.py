"""An issued permit and its fate. The signed file is write-once; only the status changes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model._letter import Letter
from perizinan_core.model._written import line_field, lines_field

__all__ = ["Permit", "PermitStatus", "StatusChange"]


class PermitStatus(StrEnum):
    """Whether a permit has effect."""

    AWAITING_SIGNATURE = "awaiting_signature"
    """Number taken, not yet signed: has no effect and is shown to no one outside."""
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    """Never stored: follows from the dates; see `Permit.status_on`."""
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    """Pencabutan: ends the effect from its day on."""
    ANNULLED = "annulled"
    """Pembatalan: the decision had a defect (UU 30/2014 art. 66)."""
    SUPERSEDED = "superseded"
    """Replaced by a renewal, amendment or duplicate."""


_FINAL = frozenset({PermitStatus.REVOKED, PermitStatus.ANNULLED, PermitStatus.SUPERSEDED})


@attrs.frozen(kw_only=True)
class StatusChange:
    """One change of status."""

    status: PermitStatus
    at: datetime
    effective: date
    """Local day from which it holds."""

    by: str
    reason: str = lines_field(N_("Reason"), filled=False)
    legal_basis: str | None = line_field(N_("Legal basis"), optional=True, filled=False, most=1_000)
    until: date | None = None
    """Last day of a suspension, or None until it is lifted."""

    ground: str | None = None
    """Of an annulment: the defect, ``"power"``, ``"procedure"`` or ``"substance"``."""


@attrs.frozen(kw_only=True)
class Permit:
    """An issued permit."""

    id: str
    """UUIDv7 in canonical text form."""

    version: int = 0
    authority: str
    number: str
    register: str
    register_year: int
    sequence: int
    permit_type: str
    permit_type_version: str
    application_id: str
    holder: str = attrs.field(repr=False)
    """Name as printed."""

    object: str = attrs.field(repr=False)
    """What it is for, as printed."""

    issued_on: date
    valid_from: date
    valid_until: date | None = None
    """Last day, or None: no fixed end."""

    validity_text: str | None = None
    """What the letter says in place of, or besides, dates."""

    position: str
    """Code of the signatory's position."""

    delegation: str
    """Code of the delegation under which it is signed."""

    letter: Letter | None = attrs.field(default=None, repr=False)
    """What is to be printed and signed, as it was frozen with the number; gone once the signed file holds it."""

    unsigned_sha256: str
    """SHA-256 of the letter as it was frozen, in canonical form."""

    signed_sha256: str | None = None
    signed_at: datetime | None = None
    status: PermitStatus = PermitStatus.AWAITING_SIGNATURE
    changes: tuple[StatusChange, ...] = ()
    status_index: int
    """Place in the authority's status list."""

    previous_permit: str | None = None
    superseded_by: str | None = None

    def status_on(self, day: date) -> PermitStatus:
        """
        Return the status that holds on ``day`` (local): the latest change in effect by then, else by dates.

        A revoked, annulled or superseded permit stays so after its last day, and so does a letter whose number
        was cancelled before it was issued.
        """
        if self.signed_sha256 is None:
            return self._ending or PermitStatus.AWAITING_SIGNATURE
        current = PermitStatus.IN_FORCE
        for change in self.changes:
            if change.effective <= day and (change.until is None or day <= change.until):
                current = change.status
        if current in (PermitStatus.IN_FORCE, PermitStatus.SUSPENDED) and (
            self.valid_until is not None and day > self.valid_until
        ):
            return PermitStatus.EXPIRED
        return current

    def standing_on(self, day: date) -> PermitStatus:
        """Return what can be built on the permit: an end that is decided counts, though it begins on a later day."""
        return self._ending or self.status_on(day)

    @property
    def _ending(self) -> PermitStatus | None:
        return next((change.status for change in self.changes if change.status in _FINAL), None)

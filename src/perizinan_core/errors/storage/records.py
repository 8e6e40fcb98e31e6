"""Errors of records, locks and numbers."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, translate

__all__ = [
    "AlreadyExistsError",
    "IdempotencyConflictError",
    "LeaseError",
    "LeaseHeldError",
    "LeaseLostError",
    "NumberBookError",
    "ReadOnlyUnitOfWorkError",
    "RecordNotFoundError",
    "StaleObjectError",
    "StorageError",
    "StoredValueError",
    "UnitOfWorkClosedError",
    "UnitOfWorkError",
]


@attrs.define(slots=False, eq=False)
class StorageError(PerizinanError):
    """Anything that goes wrong between us and the records."""

    code: ClassVar[str] = "storage"


_KINDS = {
    "application": N_("application"),
    "permit": N_("permit"),
    "officer": N_("officer"),
    "number": N_("number"),
    "payment": N_("payment"),
    "record": N_("record"),
    "request": N_("request"),
    "outbox entry": N_("outbox entry"),
    "signing attempt": N_("signing attempt"),
}


_FIELDS = {
    "id": N_("id"),
    "receipt_number": N_("receipt number"),
    "reference": N_("payment reference"),
    "number": N_("number"),
    "register, register_year, sequence": N_("place in the number register"),
    "status_index": N_("place in the status list"),
}


def _kind(name: str, language: str) -> str:
    return translate(_KINDS.get(name, name), language)


@attrs.define(slots=False, eq=False)
class RecordNotFoundError(StorageError):
    """No record has this id or number."""

    kind: str
    """``"application"``, ``"permit"``, ``"officer"`` …"""

    key: str
    """The id or number that was asked for."""

    code: ClassVar[str] = "record-not-found"
    sentence: ClassVar[str] = N_("There is no {kind} {key}. Check the id or number and try again.")

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind."""
        return {"kind": _kind(self.kind, language), "key": self.key}


@attrs.define(slots=False, eq=False)
class AlreadyExistsError(StorageError):
    """A value that may exist once exists already; the unit of work was not written."""

    kind: str
    """``"application"``, ``"permit"``, ``"payment"`` …"""

    field: str
    """What must be unique, e.g. ``"receipt_number"``."""

    code: ClassVar[str] = "already-exists"
    sentence: ClassVar[str] = N_(
        "Another {kind} with the same {field} is on record already, and there can be only one. "
        "Look the existing one up instead of adding it again."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind and the field."""
        field = translate(_FIELDS.get(self.field, self.field), language)
        return {"kind": _kind(self.kind, language), "field": field}


@attrs.define(slots=False, eq=False)
class StaleObjectError(StorageError):
    """Somebody else saved the same object in the meantime; nothing was overwritten."""

    kind: str
    """``"application"``, ``"permit"`` or ``"officer"``."""

    id: str
    """Id of the object."""

    expected_version: int
    """The version that the change was based on."""

    found_version: int
    """The version on record."""

    changed_by: str
    """Id of the actor who saved last."""

    changed_at: datetime
    """When they did, in UTC."""

    code: ClassVar[str] = "stale-object"
    sentence: ClassVar[str] = N_(
        "The {kind} was changed by {changed_by} at {changed_at} while you were working on it "
        "(you saw version {expected_version}, now it is {found_version}); your change was not saved. "
        "Open it again, look at the change, and decide anew."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind and write the time without fractions of a second."""
        return {
            **super().wording(language),
            "kind": _kind(self.kind, language),
            "changed_at": self.changed_at.strftime("%Y-%m-%d %H:%M:%S %Z"),
        }


@attrs.define(slots=False, eq=False)
class StoredValueError(StorageError):
    """A stored record that does not have the form this version of the library knows."""

    kind: str
    """``"application"``, ``"permit"`` …"""

    id: str
    """Id of the record."""

    problems: tuple[str, ...]
    """What does not fit, each with its path; never the values."""

    code: ClassVar[str] = "stored-value"
    sentence: ClassVar[str] = N_(
        "The record of {kind} {id} cannot be read by this version: {problems}. It was not changed. "
        "Use the version of perizinan-core that wrote it, or a newer one."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the kind and join the problems."""
        return {"kind": _kind(self.kind, language), "id": self.id, "problems": "; ".join(self.problems)}


@attrs.define(slots=False, eq=False)
class IdempotencyConflictError(StorageError):
    """An idempotency key that came again with another request."""

    key: str
    """The key that the caller chose."""

    use_case: str
    """The use case it was first used for."""

    code: ClassVar[str] = "idempotency-conflict"
    sentence: ClassVar[str] = N_(
        "The idempotency key {key} was already used for another request ({use_case}). Nothing was done. "
        "Repeat the same request under its key, or send a new request under a new key."
    )


_NUMBER_REASONS = {
    "not-taken": N_("it was never taken"),
    "recorded": N_("it is already written down for something else"),
    "cancelled": N_("it was cancelled, and a cancelled number is never used again"),
    "unexplained": N_("it was taken but neither written down with its use nor cancelled"),
}


@attrs.define(slots=False, eq=False)
class NumberBookError(StorageError):
    """A number of a register that cannot be used like this."""

    register: str
    """Code of the number register."""

    year: int
    """Local year."""

    sequence: int
    """Place in the book."""

    reason: str
    """``"not-taken"``, ``"recorded"``, ``"cancelled"`` or ``"unexplained"``."""

    code: ClassVar[str] = "number-book"
    sentence: ClassVar[str] = N_(
        "Number {sequence} of register {register} in {year}: {reason}. Nothing was written. "
        "Take a new number, and in the same unit of work record what it is for or cancel it with a reason."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Translate the reason."""
        reason = translate(_NUMBER_REASONS[self.reason], language)
        return {**super().wording(language), "year": str(self.year), "reason": reason}


@attrs.define(slots=False, eq=False)
class LeaseError(StorageError):
    """Any error about the right to work on something alone."""

    code: ClassVar[str] = "lease"


@attrs.define(slots=False, eq=False)
class LeaseHeldError(LeaseError):
    """Somebody else is signing this document at the moment."""

    holder: str
    """Who holds the lease."""

    until: datetime
    """Until when, in UTC, unless it is given back earlier."""

    code: ClassVar[str] = "lease-held"
    sentence: ClassVar[str] = N_(
        "{holder} is signing this document until {until}. Nothing was done. "
        "Wait for it to end; if it was interrupted, try again after that time."
    )

    def wording(self, language: str) -> dict[str, object]:
        """Write the time without fractions of a second."""
        return {**super().wording(language), "until": self.until.strftime("%Y-%m-%d %H:%M:%S %Z")}


@attrs.define(slots=False, eq=False)
class LeaseLostError(LeaseError):
    """The lease was no longer held when the work ended."""

    holder: str
    """Who thought to hold it."""

    code: ClassVar[str] = "lease-lost"
    sentence: ClassVar[str] = N_(
        "{holder} no longer has the right to finish signing this document: it took longer than was reserved, "
        "and another one took over or finished it. Nothing was recorded. Look at what is on record first."
    )


@attrs.define(slots=False, eq=False)
class UnitOfWorkError(StorageError):
    """Any error about the use of a unit of work."""

    code: ClassVar[str] = "unit-of-work"


@attrs.define(slots=False, eq=False)
class UnitOfWorkClosedError(UnitOfWorkError):
    """A unit of work that was used before it began or after it ended."""

    code: ClassVar[str] = "unit-of-work-closed"
    sentence: ClassVar[str] = N_(
        "This unit of work is not open: it has been committed or left, or was not entered with “with”. "
        "Open a new one for further work."
    )


@attrs.define(slots=False, eq=False)
class ReadOnlyUnitOfWorkError(UnitOfWorkError):
    """Writing was tried in a unit of work opened for reading."""

    code: ClassVar[str] = "unit-of-work-read-only"
    sentence: ClassVar[str] = N_(
        "This unit of work was opened for reading only. Nothing was written. Open one for writing instead."
    )

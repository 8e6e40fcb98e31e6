"""Model values to rows and back: the columns that are searched by, and the sealed payload."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import attrs
import sqlalchemy as sa

from perizinan_core.errors.storage import SealBrokenError, StoredValueError
from perizinan_core.model._application import Application
from perizinan_core.model._permit import Permit
from perizinan_core.storage._codec import decode
from perizinan_core.storage._lookups import held_inspections
from perizinan_core.storage._records import Course
from perizinan_core.storage._sealing import Place
from perizinan_core.storage._sql import _tables as tables
from perizinan_core.storage._sql._seals import row_name
from perizinan_core.storage._sql._session import Session

__all__ = [
    "application_row",
    "open_application",
    "open_permit",
    "open_stage_rows",
    "payment_rows",
    "permit_row",
    "place_of",
    "read_application",
    "read_permit",
    "read_sound",
    "same_as_row",
]


T = TypeVar("T")
R = TypeVar("R", Application, Permit)

_log = logging.getLogger(__name__)


def place_of(table: sa.Table, *key: object) -> Place:
    """Return where a table's sealed payload belongs."""
    return Place(table.name, row_name(*key), "payload")


def application_row(session: Session, application: Application) -> dict[str, Any]:
    """Return all columns of an application but those about its last change and its seal."""
    return {
        "id": application.id,
        "version": application.version,
        "authority": application.authority,
        "permit_type": application.permit_type,
        "kind": application.kind.value,
        "owner": str(application.owner),
        "state": application.state.value,
        "receipt_number": application.receipt_number,
        "previous_permit": application.previous_permit,
        "due": application.clock.due,
        "held_inspections": held_inspections(application),
        "created_at": application.created_at,
        "submitted_at": application.submitted_at,
        "submitted_day": session.local_day(application.submitted_at),
        "closed_at": application.closed_at,
        "closed_day": session.local_day(application.closed_at),
        "answer_by": application.lapses_after,
        "silence_after": application.silence_after,
        "counted_on": application.counted_on,
        "own_step": application.own_step.value if application.own_step else None,
        "open_count": len(application.stages_in_work()),
        "unnotified_since": application.unnotified_since,
        "unasked_since": application.unasked_since,
        "unchecked_since": application.unchecked_since,
        "course": str(Course.of(application)),
        "removed_after": application.removed_after,
        "payload": session.foreseen.payload(application),
    }


def open_stage_rows(application: Application) -> Iterator[dict[str, Any]]:
    """Yield a row, without its seal, for each open stage that an officer can work on."""
    for stage in application.stages_in_work():
        yield {
            "application_id": application.id,
            "stage": stage.stage,
            "permit_type": application.permit_type,
            "assignee": stage.assignee,
            "opened_at": stage.opened_at or application.submitted_at or application.created_at,
            "held_up": application.is_held_up(stage.stage),
            "version": application.version,
        }


def payment_rows(session: Session, application: Application) -> Iterator[dict[str, Any]]:
    """Yield a row for each payment; its reference is found again by its blind index only."""
    for payment in application.payments:
        yield {
            "digest": session.sealer.blind_payment(payment.reference)[0],
            "application_id": application.id,
            "amount": payment.amount.amount,
            "paid_at": payment.paid_at,
            "paid_day": session.local_day(payment.paid_at),
            "key_id": session.sealer.index_key_id,
        }


def read_application(session: Session, row: Any) -> Application:
    """
    Return the application of a whole row.

    Raises:
        SealBrokenError: ``record-not-as-written``: The row is not as the library wrote it.
        SealBrokenError: Its payload is not.
        StoredValueError: This version does not know its form.
    """
    session.seals.require(tables.applications, row)
    return open_application(session, row)


def open_application(session: Session, row: Any) -> Application:
    """Open the payload of a row that was checked."""
    data = session.sealer.open(row.payload, place_of(tables.applications, row.id))
    application = decode(Application, data, name="application", id=row.id)
    return attrs.evolve(application, version=row.version)


def same_as_row(known: R | None, row: Any) -> R | None:
    """Return what is known where a row that was checked holds it: each version of a record is written once."""
    return known if known is not None and (known.id, known.version) == (row.id, row.version) else None


def permit_row(session: Session, permit: Permit) -> dict[str, Any]:
    """Return all columns of a permit but those about its application, its last change and its seal."""
    same = (
        "id",
        "version",
        "authority",
        "number",
        "register",
        "register_year",
        "sequence",
        "permit_type",
        "application_id",
        "status_index",
        "issued_on",
        "valid_from",
        "valid_until",
        "unsigned_sha256",
        "signed_sha256",
        "previous_permit",
    )
    return {
        **{name: getattr(permit, name) for name in same},
        "status": permit.status.value,
        "payload": session.foreseen.payload(permit),
    }


def read_permit(session: Session, row: Any) -> Permit:
    """Return the permit of a whole row; raises as `read_application`."""
    session.seals.require(tables.permits, row)
    return open_permit(session, row)


def open_permit(session: Session, row: Any) -> Permit:
    """Open the payload of a row that was checked."""
    data = session.sealer.open(row.payload, place_of(tables.permits, row.id))
    return attrs.evolve(decode(Permit, data, name="permit", id=row.id), version=row.version)


def read_sound(
    session: Session, table: sa.Table, rows: Sequence[Any], read: Callable[[Session, Any], T]
) -> tuple[T, ...]:
    """
    Return the values of the rows that can be read; each other one is left out and named in the log.

    Args:
        session: The transaction.
        table: Of the rows.
        rows: Whole rows.
        read: Opens a row that was checked: `open_application`, `open_permit` …

    Raises:
        StorageError: ``unknown-key``: A key is not at hand, which concerns all.
    """
    found: list[T] = []
    for row in session.seals.sound(table, rows):
        try:
            found.append(read(session, row))
        except (SealBrokenError, StoredValueError) as error:
            _log.error("the record %s of %s was left out: %s", row.id, table.name, error.code)
    return tuple(found)

"""Model values to rows and back: the columns that are searched by, and the sealed payload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import attrs
import sqlalchemy as sa

from perizinan_core.model.application import Application
from perizinan_core.model.permit import Permit
from perizinan_core.storage.codec import decode, encode
from perizinan_core.storage.lookups import held_inspections
from perizinan_core.storage.sealing import Place
from perizinan_core.storage.sql import tables
from perizinan_core.storage.sql.session import Session

__all__ = [
    "application_row",
    "open_stage_rows",
    "payment_rows",
    "permit_row",
    "place_of",
    "read_application",
    "read_permit",
    "row_name",
]


def row_name(*key: object) -> str:
    """Return the text that names a row inside its table: its primary key, without ambiguity."""
    return "/".join(quote(str(part), safe="") for part in key)


def place_of(table: sa.Table, *key: object) -> Place:
    """Return where a table's sealed payload belongs."""
    return Place(table.name, row_name(*key), "payload")


def application_row(session: Session, application: Application) -> dict[str, Any]:
    """Return all columns of an application but those about its last change."""
    place = place_of(tables.applications, application.id)
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
        "answer_by": application.answer_by,
        "silence_after": application.silence_after,
        "counted_on": application.counted_on,
        "own_step": application.own_step.value if application.own_step else None,
        "key_id": session.sealer.data_key_id,
        "payload": session.sealer.seal(encode(application), place),
    }


def open_stage_rows(application: Application) -> Iterator[dict[str, Any]]:
    """Yield a row for each open stage that an officer can work on."""
    for stage in application.stages_in_work():
        yield {
            "application_id": application.id,
            "stage": stage.stage,
            "assignee": stage.assignee,
            "opened_at": stage.opened_at or application.submitted_at or application.created_at,
            "held_up": application.is_held_up(stage.stage),
        }


def payment_rows(session: Session, application: Application) -> Iterator[dict[str, Any]]:
    """Yield a row for each payment."""
    for payment in application.payments:
        yield {
            "reference": payment.reference,
            "application_id": application.id,
            "amount": payment.amount.amount,
            "paid_at": payment.paid_at,
            "paid_day": session.local_day(payment.paid_at),
        }


def read_application(session: Session, row: Any) -> Application:
    """Open the payload of an application's row (columns id, version, payload)."""
    data = session.sealer.open(row.payload, place_of(tables.applications, row.id))
    application = decode(Application, data, name="application", id=row.id)
    return attrs.evolve(application, version=row.version)


def permit_row(session: Session, permit: Permit) -> dict[str, Any]:
    """Return all columns of a permit but those about its last change."""
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
        "key_id": session.sealer.data_key_id,
        "payload": session.sealer.seal(encode(permit), place_of(tables.permits, permit.id)),
    }


def read_permit(session: Session, row: Any) -> Permit:
    """Open the payload of a permit's row (columns id, version, payload)."""
    data = session.sealer.open(row.payload, place_of(tables.permits, row.id))
    return attrs.evolve(decode(Permit, data, name="permit", id=row.id), version=row.version)

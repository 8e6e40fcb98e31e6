"""
Many records at once, sealed as a unit of work seals them: for measuring, and for moving an office's records in.

Nothing is decided here and no event is delivered: what is written are cases that went their way elsewhere. The
rows are those that the repositories write, in a few statements for hundreds of cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import attrs

from perizinan_core.model._application import Application
from perizinan_core.model._complaint import Complaint
from perizinan_core.model._contact import MessageContact
from perizinan_core.model._events import Event
from perizinan_core.model._figures import Figure
from perizinan_core.model._permit import Permit
from perizinan_core.model._survey import SurveyAnswer
from perizinan_core.storage._records import Course, OutboxItem, TakenNumber, TrackingSecret
from perizinan_core.storage._sql._applications import lookup_rows
from perizinan_core.storage._sql._complaints import SqlComplaints
from perizinan_core.storage._sql._contacts import SqlContacts
from perizinan_core.storage._sql._events import event_rows
from perizinan_core.storage._sql._figures import figure_rows
from perizinan_core.storage._sql._number_parts import part_rows
from perizinan_core.storage._sql._rows import (
    application_row,
    open_stage_rows,
    payment_rows,
    permit_row,
)
from perizinan_core.storage._sql._seals import Mark, row_name
from perizinan_core.storage._sql._session import Session
from perizinan_core.storage._sql._store import SqlStorage
from perizinan_core.storage._sql._surveys import SqlSurveys
from perizinan_core.storage._sql._tables import (
    MARKED_TABLES,
    applications,
    counters,
    figures,
    history,
    lookups,
    number_counters,
    number_parts,
    numbers,
    open_stages,
    outbox,
    payments,
    permits,
    queue_places,
    tracking,
)

__all__ = ["LoadedCase", "LoadedDelivery", "load_cases"]

_BATCH = 400
_BY = "bulk"


@attrs.frozen(kw_only=True)
class LoadedDelivery:
    """Something that was to be delivered, and what became of it."""

    item: OutboxItem
    written_at: datetime
    done_at: datetime | None = None
    next_try: datetime | None = None
    """None without ``done_at``: it was given up."""


@attrs.frozen(kw_only=True)
class LoadedCase:
    """A case with all that belongs to it."""

    application: Application
    permit: Permit | None = None
    numbers: tuple[TakenNumber, ...] = ()
    secret: TrackingSecret | None = None
    """With which the applicant follows it."""

    figures: tuple[Figure, ...] = ()
    """Of a closed case."""

    events: tuple[Event, ...] = ()
    """Of the case and of its permit, each in order."""

    deliveries: tuple[LoadedDelivery, ...] = ()
    complaint: Complaint | None = None
    contact: MessageContact | None = None
    """How its applicant may be written to; nothing was on record before."""

    survey: SurveyAnswer | None = None


def load_cases(
    storage: SqlStorage, cases: Iterable[LoadedCase], *, progress: Callable[[int], None] | None = None
) -> int:
    """
    Write cases into a store and return how many they were.

    Numbers and places in the status list have to be those that come next; nothing else may write meanwhile.

    Args:
        storage: The records.
        cases: With ids, numbers and places that are not on record yet.
        progress: Called after each batch with how many are written.
    """
    done = 0
    remaining = iter(cases)
    while batch := tuple(islice(remaining, _BATCH)):
        with storage.unit_of_work() as work:
            _write(work.session, batch)
            work.commit()
        done += len(batch)
        if progress is not None:
            progress(done)
    return done


def _write(session: Session, batch: Sequence[LoadedCase]) -> None:
    cases = [one.application for one in batch]
    issued = [(one.permit, one.application) for one in batch if one.permit is not None]
    lines = [line for one in batch for line in one.numbers]
    _sealed(session, applications, (_case_row(session, case) for case in cases))
    places = [row for case in cases for row in open_stage_rows(case)]
    _sealed(session, open_stages, places)
    _plain(session, queue_places, places)
    _plain(session, lookups, (row for case in cases for row in lookup_rows(session, case)))
    _sealed(session, tracking, (_tracking_row(one) for one in batch if one.secret is not None))
    _plain(session, payments, (row for case in cases for row in payment_rows(session, case)))
    _sealed(session, permits, (_permit_row(session, permit, case) for permit, case in issued))
    parts = [("application", case.id, case.receipt_number) for case in cases]
    parts += [("permit", permit.id, permit.number) for permit, _ in issued]
    _plain(
        session,
        number_parts,
        (row for kind, id_, text in parts if text for row in part_rows(kind, id_, text)),
    )
    _sealed(session, numbers, (_number_row(line) for line in lines))
    _plain(session, figures, (row for one in batch for row in _figure_rows(session, one)))
    _write_history(session, [event for one in batch for event in one.events])
    _write_deliveries(session, [item for one in batch for item in one.deliveries])
    for one in batch:
        if one.complaint is not None:
            SqlComplaints(session).add(one.complaint, by=_BY, at=one.complaint.received_at)
        if one.contact is not None:
            SqlContacts(session).save(one.contact, by=_BY, at=one.application.created_at)
        if one.survey is not None:
            SqlSurveys(session).add(one.survey)
    _write_counters(session, lines, [permit for permit, _ in issued])


def _case_row(session: Session, case: Application) -> dict[str, Any]:
    return {**application_row(session, case), "changed_by": _BY, "changed_at": case.created_at}


def _permit_row(session: Session, permit: Permit, case: Application) -> dict[str, Any]:
    course = str(Course.of(case))
    row = permit_row(session, permit)
    return {**row, "course": course, "changed_by": _BY, "changed_at": permit.signed_at or case.created_at}


def _figure_rows(session: Session, case: LoadedCase) -> list[dict[str, Any]]:
    # Missing values are named, so that rows of cases and of steps go into one statement.
    empty = {"ground": None, "days": None, "on_time": None}
    return [{**empty, **row} for row in figure_rows(session, case.application.id, case.figures)]


def _tracking_row(case: LoadedCase) -> dict[str, Any]:
    return {"application_id": case.application.id, **attrs.asdict(case.secret)} if case.secret else {}


def _number_row(line: TakenNumber) -> dict[str, Any]:
    names = ("register", "year", "sequence", "number", "subject", "taken_by", "taken_at")
    return {name: getattr(line, name) for name in names}


def _sealed(session: Session, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    sealed = [session.seals.sealed(table, row) for row in rows]
    if sealed:
        session.write(table.insert(), sealed)
    if table in MARKED_TABLES:
        for row in sealed:
            session.seals.written(table, row)


def _plain(session: Session, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    if kept := list(rows):
        session.write(table.insert(), kept)


def _write_history(session: Session, events: Sequence[Event]) -> None:
    by_subject: dict[str, list[Event]] = {}
    for event in events:
        by_subject.setdefault(event.subject, []).append(event)
    written: list[dict[str, Any]] = []
    for subject, found in by_subject.items():
        rows = event_rows(session, subject, found, after=0)
        written += rows
        session.seals.note(history, row_name(subject), Mark(rows[-1]["seal"], len(rows)))
    _plain(session, history, written)


def _write_deliveries(session: Session, deliveries: Sequence[LoadedDelivery]) -> None:
    rows = [_delivery_row(session, one) for one in deliveries]
    _plain(session, outbox, [row for row in rows if row["done_at"] is not None])
    if waiting := [row for row in rows if row["done_at"] is None]:
        made = session.write(outbox.insert().returning(outbox.c.id, sort_by_parameter_order=True), waiting)
        for written, row in zip(made.all(), waiting, strict=True):
            session.seals.note(outbox, row_name(written.id), Mark(row["seal"]))


def _delivery_row(session: Session, one: LoadedDelivery) -> dict[str, Any]:
    sealed = session.seals.sealed(
        outbox,
        {
            "event": session.foreseen.text(one.item.event),
            "written_at": one.written_at,
            "target": one.item.target,
            "case_id": one.item.case,
            "message": one.item.message or None,
            "recipient": one.item.recipient or None,
        },
    )
    return {
        **sealed,
        "available_at": one.next_try,
        "attempts": 1,
        "done_at": one.done_at,
        "last_error": None if one.done_at is not None else "unreachable",
    }


def _write_counters(session: Session, lines: Sequence[TakenNumber], issued: Sequence[Permit]) -> None:
    last: dict[tuple[str, int], int] = {}
    for line in lines:
        key = line.register, line.year
        last[key] = max(last.get(key, 0), line.sequence)
    for (register, year), sequence in sorted(last.items()):
        row = {"register": register, "year": year, "last": sequence}
        session.put(number_counters, session.seals.sealed(number_counters, row))
    if issued:
        place = max(permit.status_index for permit in issued) + 1
        session.put(counters, session.seals.sealed(counters, {"name": "status-list", "value": place}))

"""
Events and steps as tables without personal data: what an audit of an office needs.

Columns are fixed names; `docs/reference/audit-export.md` says what each holds. Rows are read and written in pages, so
that a year needs no more memory than a day, and no unit of work stays open while someone downloads.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.model._actor import Account, AccountKind
from perizinan_core.model._calendar import days_used
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services._context import OfficeContext, case_of
from perizinan_core.services._pseudonyms import Pseudonyms
from perizinan_core.services._readings import READINGS
from perizinan_core.storage import HistoryFilter

__all__ = ["COLUMNS", "STEP_COLUMNS", "AuditTable", "DecidedStep", "EventRows", "StepRows", "account_of"]

COLUMNS = (
    "event", "at", "kind", "case", "permit_type", "by", "by_kind", "officer", "stage", "unit", "role", "outcome",
    "late", "submission", "filing_day", "due", "old", "new", "rule", "act",
)  # fmt: skip
"""Columns of the table of events."""

STEP_COLUMNS = (
    "case", "permit_type", "stage", "unit", "role", "officer", "received_at", "opened_at", "taken_at", "decided_at",
    "working_days", "outcome", "late", "older_waiting", "older_waiting_same_officer", "jump_allowed",
)  # fmt: skip
"""Columns of the table of steps."""

_PAGE = 500
_BEFORE = timedelta(days=366)
"""How long before the first day steps may have been opened that were decided in it."""

_STEP_KINDS = frozenset(
    {
        EventKind.APPLICATION_SUBMITTED,
        EventKind.STAGE_OPENED,
        EventKind.STAGE_ASSIGNED,
        EventKind.STAGE_DECIDED,
        EventKind.STAGE_RETURNED,
        EventKind.OVERRIDE_RECORDED,
        EventKind.APPLICATION_APPROVED,
        EventKind.APPLICATION_REFUSED,
        EventKind.APPLICATION_WITHDRAWN,
        EventKind.APPLICATION_LAPSED,
    }
)
_CLOSING = frozenset({EventKind.APPLICATION_WITHDRAWN, EventKind.APPLICATION_LAPSED})
_DECISIONS = {EventKind.APPLICATION_APPROVED: "positive", EventKind.APPLICATION_REFUSED: "negative"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@attrs.frozen(kw_only=True)
class AuditTable:
    """A table that is read while it is written."""

    columns: tuple[str, ...]
    rows: Iterable[tuple[str, ...]] = attrs.field(repr=False)

    def csv(self) -> Iterator[str]:
        """
        Yield CSV (RFC 4180) with a head, line by line.

        A value that a spreadsheet would take for a formula gets an apostrophe in front.
        """
        yield _line(self.columns)
        for row in self.rows:
            yield _line(tuple(_guarded(cell) for cell in row))

    def json_lines(self) -> Iterator[str]:
        """Yield one JSON object a line; empty cells are left out."""
        for row in self.rows:
            filled = {name: cell for name, cell in zip(self.columns, row, strict=True) if cell}
            yield json.dumps(filled, ensure_ascii=False) + "\n"


@attrs.frozen(kw_only=True)
class DecidedStep:
    """A step of a case that an officer decided."""

    case: str
    permit_type: str
    stage: str
    unit: str
    role: str
    officer: str
    received_at: datetime | None
    opened_at: datetime
    taken_at: datetime | None
    decided_at: datetime
    working_days: float | None
    """Between opening and decision; None: the calendar does not cover it."""

    outcome: str
    late: bool
    older_waiting: int
    """How many cases of the same type waited in the same step at that moment, opened before this one."""

    older_waiting_same_officer: int
    """How many of them this officer held: the order of receipt was not kept."""

    jump_allowed: bool
    """A second person had allowed to take it before its turn."""


@attrs.frozen
class _Cases:
    """What is known of cases by their first event, without opening their records."""

    _context: OfficeContext
    _known: dict[str, tuple[str, str]] = attrs.field(factory=dict)

    def of(self, case: str) -> tuple[str, str]:
        """Return type and version; empty for what is not a case."""
        if case not in self._known:
            if len(self._known) > 50_000:
                self._known.clear()
            with self._context.unit_of_work(read_only=True) as work:
                try:
                    found = work.history.part(case, limit=1)
                except PerizinanError:  # damaged, and named by the check of records
                    found = ()
            begun = found[0][1] if found and found[0][1].kind is EventKind.APPLICATION_STARTED else None
            data = begun.data if begun is not None else {}
            self._known[case] = str(data.get("permit_type", "")), str(data.get("version", ""))
        return self._known[case]

    def post(self, case: str, stage: str) -> tuple[str, str]:
        """Return the unit and the role of a stage."""
        permit_type, version = self.of(case)
        try:
            rule = self._context.catalogue.version(permit_type, version).stage(stage)
        except (PerizinanError, KeyError):
            return "", ""
        return rule.unit, rule.role


def _read(
    context: OfficeContext, since: datetime, until: datetime, kinds: frozenset[EventKind] = frozenset()
) -> Iterator[Event]:
    """Yield events in the order in which they were written, a page in each unit of work."""
    wanted, after = HistoryFilter(since=since, until=until, kinds=kinds), None
    while True:
        with context.unit_of_work(read_only=True) as work:
            page = work.history.find(wanted, after=after, limit=_PAGE, newest_first=False)
        yield from page.items
        if page.next is None:
            return
        after = page.next


@attrs.frozen
class EventRows:
    """One row for each event."""

    _context: OfficeContext
    _names: Pseudonyms
    _since: datetime
    _until: datetime

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows."""
        cases = _Cases(self._context)
        for event in _read(self._context, self._since, self._until):
            yield tuple(self._cells(event, cases))

    def _cells(self, event: Event, cases: _Cases) -> Iterator[str]:
        data, account, case = event.data, account_of(event), case_of(event).removeprefix(READINGS)
        permit_type, _ = cases.of(case)
        stage = str(data.get("stage") or "")
        unit, role = cases.post(case, stage) if stage else ("", "")
        officer = str(data.get("officer") or "")
        yield self._names.name("event", event.id)
        yield self._context.calendar.time_zone.local(event.at).isoformat(timespec="seconds")
        yield event.kind.value
        yield self._names.name("case", case) if permit_type else ""
        yield permit_type
        yield _person(self._names, account)
        yield "outside" if account is None else account.kind.value
        yield self._names.name("officer", officer)
        yield from (stage, unit, role)
        for name in ("outcome", "late", "submission", "filing_day", "due", "old", "new", "rule", "act"):
            yield _plain(data.get(name))


@attrs.frozen
class StepRows:
    """One row for each step that an officer decided."""

    _context: OfficeContext
    _names: Pseudonyms | None
    _since: datetime
    _until: datetime

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows."""
        names = self._names
        assert names is not None  # noqa: S101 - rows leave the office with pseudonyms alone
        for step in self.steps():
            moments = (step.received_at, step.opened_at, step.taken_at, step.decided_at)
            yield (
                names.name("case", step.case),
                step.permit_type,
                step.stage,
                step.unit,
                step.role,
                names.name("officer", step.officer),
                *("" if one is None else one.isoformat(timespec="seconds") for one in moments),
                "" if step.working_days is None else f"{step.working_days:.2f}",
                step.outcome,
                _plain(step.late),
                str(step.older_waiting),
                str(step.older_waiting_same_officer),
                _plain(step.jump_allowed),
            )

    def steps(self) -> Iterator[DecidedStep]:
        """Yield the steps in the order in which they were decided; ids are those of the records."""
        played = _Play(self._context, _Cases(self._context))
        for event in _read(self._context, self._since - _BEFORE, self._until, _STEP_KINDS):
            step = played.take(event)
            if step is not None and event.at >= self._since:
                yield step


@attrs.define
class _Waiting:
    opened_at: datetime
    officer: str = ""
    taken_at: datetime | None = None
    jump_allowed: bool = False


@attrs.define
class _Play:
    """Plays the events again: which steps are open at each moment, since when, and with whom."""

    _context: OfficeContext
    _cases: _Cases
    _received: dict[str, datetime] = attrs.field(factory=dict)
    _open: dict[tuple[str, str], dict[str, _Waiting]] = attrs.field(factory=dict)
    """By permit type and stage: the open steps by case."""

    def take(self, event: Event) -> DecidedStep | None:
        """Play one event; return the step that it decides."""
        case, stage = event.subject, str(event.data.get("stage") or "")
        if event.kind is EventKind.APPLICATION_SUBMITTED:
            self._received[case] = event.at
        elif event.kind is EventKind.STAGE_OPENED:
            self._queue(case, stage)[case] = _Waiting(event.at)
        elif event.kind is EventKind.STAGE_RETURNED:
            self._queue(case, stage).pop(case, None)
        elif event.kind is EventKind.STAGE_DECIDED:
            return self._decided(event, case, stage, str(event.data.get("outcome") or ""))
        elif event.kind in _DECISIONS:
            step = self._decided(event, case, stage, _DECISIONS[event.kind])
            self._forget(case)
            return step
        elif event.kind in _CLOSING:
            self._forget(case)
        else:
            self._noted(event, case, stage)
        return None

    def _noted(self, event: Event, case: str, stage: str) -> None:
        """Note who has an open step, or that it may be taken before its turn."""
        rule, _, of = str(event.data.get("rule") or "").partition(":")
        waiting = self._queue(case, stage or of).get(case)
        if waiting is None:
            return
        if event.kind is EventKind.STAGE_ASSIGNED:
            waiting.officer, waiting.taken_at = str(event.data.get("officer") or ""), event.at
        elif rule == "queue_jump":
            waiting.jump_allowed = True

    def _queue(self, case: str, stage: str) -> dict[str, _Waiting]:
        return self._open.setdefault((self._cases.of(case)[0], stage), {})

    def _forget(self, case: str) -> None:
        for queue in self._open.values():
            queue.pop(case, None)

    def _decided(self, event: Event, case: str, stage: str, outcome: str) -> DecidedStep | None:
        queue, by = self._queue(case, stage), account_of(event)
        waiting = queue.pop(case, None)
        if waiting is None or by is None or by.kind is not AccountKind.OFFICER:
            return None
        older = [one for one in queue.values() if one.opened_at < waiting.opened_at]
        unit, role = self._cases.post(case, stage)
        local, received = self._context.calendar.time_zone.local, self._received.get(case)
        return DecidedStep(
            case=case,
            permit_type=self._cases.of(case)[0],
            stage=stage,
            unit=unit,
            role=role,
            officer=by.id,
            received_at=None if received is None else local(received),
            opened_at=local(waiting.opened_at),
            taken_at=None if waiting.taken_at is None else local(waiting.taken_at),
            decided_at=local(event.at),
            working_days=self._working_days(waiting.opened_at, event.at),
            outcome=outcome,
            late=bool(event.data.get("late")),
            older_waiting=len(older),
            older_waiting_same_officer=sum(one.officer == by.id for one in older),
            jump_allowed=waiting.jump_allowed,
        )

    def _working_days(self, since: datetime, until: datetime) -> float | None:
        try:
            return float(days_used(self._context.calendar, since, max(since, until)))
        except PerizinanError:
            return None


def account_of(event: Event) -> Account | None:
    """Return who did it; None: a person who files a complaint has no account."""
    try:
        return Account.parse(event.actor)
    except ValueError:
        return None


def _person(names: Pseudonyms, account: Account | None) -> str:
    if account is None:
        return ""
    if account.kind is AccountKind.OFFICER:
        return names.name("officer", account.id)
    return names.name("account", account.id) if account.kind is AccountKind.PUBLIC else account.kind.value


def _plain(value: Any) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _line(cells: tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()

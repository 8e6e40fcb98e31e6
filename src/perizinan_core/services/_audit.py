"""
What was done, by whom and when: searched by those who look after the office, and taken out without personal data.

Nothing of a case is shown but what happened to it: events hold codes, numbers and times. In what is taken out, cases
and people have pseudonyms that stay the same, so that patterns can be seen and no one can be named from them alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import ServiceError
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Account, AccountKind, Actor, Officer, Role
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services._administration import ADMINISTRATION, note_act, require_administrator
from perizinan_core.services._arguments import checked
from perizinan_core.services._audit_export import (
    COLUMNS,
    STEP_COLUMNS,
    AuditTable,
    EventRows,
    StepRows,
    account_of,
)
from perizinan_core.services._audit_flags import OfficerTimes, times_by_officer
from perizinan_core.services._context import OfficeContext, case_of
from perizinan_core.services._event_details import EventDetails, officers_in
from perizinan_core.services._event_words import named_event
from perizinan_core.services._names import Named, in_both, named_officer
from perizinan_core.services._pseudonyms import Pseudonyms
from perizinan_core.services._readings import READINGS
from perizinan_core.storage import HistoryFilter, Page, UnitOfWork

__all__ = ["Audit", "AuditEntry"]

_LONGEST = timedelta(days=366 * 2)
_SIDES: Mapping[AccountKind, str] = {
    AccountKind.PUBLIC: N_("the applicant's side"),
    AccountKind.SYSTEM: N_("the system itself"),
    AccountKind.HOST: N_("the operator of the machine"),
}


@attrs.frozen(kw_only=True)
class AuditEntry:
    """One thing that was done."""

    id: str
    at: datetime
    act: Named
    """Kind of the event, in words."""

    by: Named
    """An officer by name; of others only in what capacity."""

    receipt_number: str
    """Of the case, or empty: it is a draft, or about no case."""

    about: str
    """What it is about where it is about no case: an account of staff, a position, the catalogue."""

    details: tuple[tuple[Named, Named], ...]
    """What it is and what was noted, in words; the codes of the names are those that the reference gives them."""


@checked
@attrs.frozen
class Audit:
    """What was done in the office; for administrators, auditors and the operator of the machine."""

    _context: OfficeContext

    def kinds(self) -> tuple[Named, ...]:
        """Return every kind of event, in words; sorted as they happen in a case."""
        return tuple(named_event(kind) for kind in EventKind)

    def search(
        self,
        *,
        actor: Actor,
        receipt: str | None = None,
        officer: str | None = None,
        kinds: Collection[EventKind] = (),
        first: date | None = None,
        last: date | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[AuditEntry]:
        """
        Return a page of what was done, the newest first.

        Args:
            actor: An administrator or auditor, or the host application.
            receipt: Only in the case with this receipt number, and about its permit.
            officer: Only what this officer did.
            kinds: Only acts of these kinds.
            first: First local day.
            last: Last local day.
            after: `Page.next` of the page before.
            limit: At most so many.

        Raises:
            AccessDeniedError: for others.
            StorageError: ``unknown-cursor``: no page of this list ends so.
        """
        with self._context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "audit", Role.AUDITOR)
            subjects = frozenset() if receipt is None else self._subjects(work, receipt)
            if receipt is not None and not subjects:
                return Page(())
            wanted = HistoryFilter(
                since=None if first is None else self._begin(first),
                until=None if last is None else self._begin(last + timedelta(days=1)),
                kinds=frozenset(kinds),
                actor=None if officer is None else Account.officer(officer),
                subjects=subjects,
            )
            page = work.history.find(wanted, after=after or None, limit=limit)
            return Page(tuple(self._entries(work, page.items)), page.next)

    def export(
        self,
        first: date,
        last: date,
        *,
        actor: Actor,
        steps: bool = False,
        now: datetime | None = None,
    ) -> AuditTable:
        """
        Return what was done in a time without personal data, row by row while it is read.

        That it was taken out stands in the history.

        Args:
            first: First local day.
            last: Last local day; at most two years.
            actor: An administrator or auditor, or the host application.
            steps: One row for each step that was decided, with the order of taking against that of receipt, instead
                of one for each event.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            ServiceError: ``export-span``: the days are in the wrong order, or more than two years apart.
        """
        context, moment = self._context, self._context.moment(now)
        with context.work_for(actor) as work:
            require_administrator(actor, "audit", Role.AUDITOR)
            if not timedelta(0) <= last - first <= _LONGEST:
                raise ServiceError("export-span", first=first.isoformat(), last=last.isoformat())
            note_act(
                context,
                work,
                EventKind.AUDIT_EXPORTED,
                actor,
                moment,
                since=first.isoformat(),
                until=last.isoformat(),
                steps=steps,
            )
            work.commit()
        names = Pseudonyms.of(context)
        begin, end = self._begin(first), self._begin(last + timedelta(days=1))
        if steps:
            return AuditTable(columns=STEP_COLUMNS, rows=StepRows(context, names, begin, end))
        return AuditTable(columns=COLUMNS, rows=EventRows(context, names, begin, end))

    def times(
        self, first: date, last: date, *, actor: Actor, now: datetime | None = None
    ) -> tuple[OfficerTimes, ...]:
        """
        Return how long each officer took and whether the order of receipt was kept, the longest median first.

        Raises:
            AccessDeniedError: for others than administrators, supervisors, auditors and the host.
            ServiceError: ``export-span``: the days are in the wrong order, or more than two years apart.
        """
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            require_administrator(actor, "audit", Role.AUDITOR, Role.SUPERVISOR)
            if not timedelta(0) <= last - first <= _LONGEST:
                raise ServiceError("export-span", first=first.isoformat(), last=last.isoformat())
            staff = {item.id: item for item in work.officers.list(active_only=False)}
        del now
        begin, end = self._begin(first), self._begin(last + timedelta(days=1))
        return times_by_officer(StepRows(context, None, begin, end).steps(), staff)

    def _begin(self, day: date) -> datetime:
        return self._context.calendar.time_zone.at(day, time())

    def _subjects(self, work: UnitOfWork, receipt: str) -> frozenset[str]:
        try:
            case = work.applications.get_by_receipt(receipt.strip())
        except PerizinanError:
            return frozenset()
        permits = (permit.id for permit in work.permits.of_application(case.id))
        return frozenset({case.id, READINGS + case.id, *permits})

    def _entries(self, work: UnitOfWork, events: tuple[Event, ...]) -> Iterator[AuditEntry]:
        accounts = [account_of(event) for event in events]
        named = {one.id for one in accounts if one is not None and one.kind is AccountKind.OFFICER}
        named |= {name for event in events for name in officers_in(event.data)}
        staff = work.officers.named(named)
        local = self._context.calendar.time_zone.local
        details = EventDetails.of(staff, self._context.catalogue.types(), local)
        cases = [case_of(event).removeprefix(READINGS) for event in events]
        # A permit's own history, a complaint, or a draft that is gone has none.
        receipts = work.applications.receipt_numbers({case for case in cases if not _is_office(case)})
        for event, account, case in zip(events, accounts, cases, strict=True):
            receipt = receipts.get(case, "")
            yield AuditEntry(
                id=event.id,
                at=local(event.at),
                act=named_event(event.kind),
                by=_named(account, staff),
                receipt_number=receipt,
                about="" if receipt or case == ADMINISTRATION or not _is_office(case) else event.subject,
                details=tuple(details.told(event.data)),
            )


def _is_office(subject: str) -> bool:
    """Return whether a history is about the office: an account, a position, the catalogue; ids hold no colon."""
    return ":" in subject or subject == ADMINISTRATION


def _named(account: Account | None, staff: Mapping[str, Officer]) -> Named:
    if account is None:
        return Named("outside", in_both(N_("a person without an account")))
    if account.kind is AccountKind.OFFICER:
        return named_officer(staff, account.id)
    return Named(account.kind.value, in_both(_SIDES[account.kind]))

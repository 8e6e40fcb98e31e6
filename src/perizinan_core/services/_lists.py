"""
What an office looks through: cases, permits, letters that wait, registers, histories.

Everyone finds what they may read and all of it: the right to see is a part of the question, and a page is short only
at the end of a list. `Page.next` is the mark of the following page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import quoted
from perizinan_core.errors.services import AccessDeniedError, ArgumentError
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Account, Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._events import Event
from perizinan_core.model._permit import PermitStatus
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._sight import TO_SIGN, sight_of
from perizinan_core.services._similar import similar_cases
from perizinan_core.services._summaries import (
    CaseSummary,
    Names,
    PermitSummary,
    RegisterLine,
    WaitingLetter,
)
from perizinan_core.services._taking import TakenCase, taken_cases
from perizinan_core.services._views import shown_history
from perizinan_core.storage import (
    ApplicationFilter,
    ListOrder,
    Page,
    PermitFilter,
    PermitOrder,
    UnitOfWork,
)
from perizinan_core.workflow._issuing import check_signer, signing_delegation

__all__ = ["CaseCounts", "Lists"]

_IN_WORK = frozenset({ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW})
_HANDED_IN = frozenset(ApplicationState) - {ApplicationState.DRAFT}
_STANDING = frozenset({PermitStatus.IN_FORCE, PermitStatus.SUSPENDED})

_BOOK_READERS = (
    Role.FRONT_OFFICE,
    Role.BACK_OFFICE,
    Role.SECTION_HEAD,
    Role.DIVISION_HEAD,
    Role.OFFICE_HEAD,
    Role.SIGNATORY,
    Role.SUPERVISOR,
    Role.AUDITOR,
)

_LOOKED_THROUGH = 200
"""Latest cases among which the steps of an officer are looked for."""

_MARK = N_("the mark of the page before")


@attrs.frozen(kw_only=True)
class CaseCounts:
    """How many cases there are, of those that someone may read."""

    by_state: Mapping[ApplicationState, int]
    """States without any are left out."""

    overdue: int
    """In work, and past their deadline."""

    @property
    def total(self) -> int:
        """All together, without drafts."""
        return sum(self.by_state.values())


@checked
@attrs.frozen
class Lists:
    """Lists of cases, permits, letters and numbers, for the office's side."""

    _context: OfficeContext

    def cases(
        self,
        *,
        actor: Actor,
        states: frozenset[ApplicationState] = frozenset(),
        permit_types: frozenset[str] = frozenset(),
        unit: str | None = None,
        officer: str | None = None,
        older_than_days: int | None = None,
        submitted_from: date | None = None,
        submitted_to: date | None = None,
        due_before: date | None = None,
        order: ListOrder = ListOrder.SUBMITTED,
        newest_first: bool = True,
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> Page[CaseSummary]:
        """
        Return a page of cases that were handed in.

        Args:
            actor: An officer, or the host application.
            states: Only in these; none given: in any.
            permit_types: Only of these.
            unit: Only what this unit works on or answers for.
            officer: Only cases of which this officer holds an open stage.
            older_than_days: Only those that were submitted more than so many calendar days ago.
            submitted_from: First local day of submission.
            submitted_to: Last local day of submission.
            due_before: The running deadline lies before this local day.
            order: By submission, or by deadline.
            newest_first: Or the oldest, or the one that is due soonest, first.
            limit: Most answers.
            after: `Page.next` of the page before.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for applicants.
            StorageError: ``unknown-cursor``: no page of this list ends so.
        """
        today = self._today(now)
        if older_than_days is not None:
            last = today - timedelta(days=older_than_days + 1)
            submitted_to = last if submitted_to is None else min(last, submitted_to)
        with self._context.work_for(actor, read_only=True) as work:
            self._require_office(actor, "lists")
            sight = sight_of(self._context, work, actor, permit_types=permit_types, unit=unit)
            wanted = ApplicationFilter(
                states=frozenset(states),
                assignee=officer,
                submitted_from=submitted_from,
                submitted_to=submitted_to,
                due_before=due_before,
                courses=sight.courses,
                handed_in=True,
            )
            page = work.applications.find(
                wanted, limit=limit, after=after, newest_first=newest_first, order=order
            )
            return self._summed(work, page, today)

    def overdue(
        self,
        *,
        actor: Actor,
        permit_types: frozenset[str] = frozenset(),
        unit: str | None = None,
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> Page[CaseSummary]:
        """Return cases in work whose deadline has passed, the longest overdue first; see `cases`."""
        return self.cases(
            actor=actor,
            states=_IN_WORK,
            permit_types=permit_types,
            unit=unit,
            due_before=self._today(now),
            order=ListOrder.DUE,
            newest_first=False,
            limit=limit,
            after=after,
            now=now,
        )

    def counts(
        self,
        *,
        actor: Actor,
        permit_types: frozenset[str] = frozenset(),
        unit: str | None = None,
        now: datetime | None = None,
    ) -> CaseCounts:
        """
        Count the cases that `cases` would list. The cost grows with their number.

        Raises:
            AccessDeniedError: for applicants.
        """
        today = self._today(now)
        with self._context.work_for(actor, read_only=True) as work:
            self._require_office(actor, "lists")
            sight = sight_of(self._context, work, actor, permit_types=permit_types, unit=unit)
            every = ApplicationFilter(states=_HANDED_IN, courses=sight.courses)
            late = ApplicationFilter(states=_IN_WORK, courses=sight.courses, due_before=today)
            return CaseCounts(by_state=work.applications.counts(every), overdue=work.applications.count(late))

    def similar(
        self, application_id: str, *, actor: Actor, limit: int = 20, now: datetime | None = None
    ) -> tuple[CaseSummary, ...]:
        """
        Return other open applications for the same permit type and the same holder or object, for a warning.

        The holder is the same where NIK, passport, NPWP or NIB is, the object where the letters would name the
        same (`Application.about`); only cases that this officer may read are among them. What was written down
        about them is in `Application.similar_notes`.

        Args:
            application_id: The case.
            actor: An officer who may read it, or the host application.
            limit: Most answers.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: there is no such case for this actor.
            AccessDeniedError: for applicants.
        """
        today = self._today(now)
        with self._context.work_for(actor, read_only=True) as work:
            self._require_office(actor, "lists")
            application = self._context.load(work, application_id)
            access.require_readable(application, self._context.permit_type_of(application), actor)
            cases = similar_cases(self._context, work, application, actor, limit)
            names = Names.of(self._context, work, _officers_of(cases), today)
            return tuple(map(names.case, cases))

    def order_of_taking(self, officer: str, *, actor: Actor, limit: int = 50) -> tuple[TakenCase, ...]:
        """
        Return the steps that an officer judged last, each with its place by when it came and by when it was judged.

        They are looked for among the latest cases that the actor may read.

        Args:
            officer: Whose steps they are.
            actor: The officer, a supervisor, an auditor, or the host application.
            limit: Most answers.

        Raises:
            AccessDeniedError: for others.
        """
        with self._context.work_for(actor, read_only=True) as work:
            if actor.account != Account.officer(officer) and actor.kind is not ActorKind.HOST:
                access.require_role(actor, "order-of-taking", Role.SUPERVISOR, Role.AUDITOR)
            sight = sight_of(self._context, work, actor)
            wanted = ApplicationFilter(states=_HANDED_IN, courses=sight.courses)
            page = work.applications.find(wanted, limit=_LOOKED_THROUGH, order=ListOrder.SUBMITTED)
            return taken_cases(self._context, page.items, officer, limit)

    def awaiting_signature(
        self,
        *,
        actor: Actor,
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> Page[WaitingLetter]:
        """
        Return the letters that are to be issued or signed, the case that was submitted first in front.

        Those whose number is taken and whose signing failed are among them: the signatory's queue is all that
        waits for a signature, and `Permits.issue` continues with each.

        Args:
            actor: An officer: signatories and heads find those of their unit, others what they may read.
            limit: Most answers.
            after: `Page.next` of the page before.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for applicants.
        """
        today = self._today(now)
        with self._context.work_for(actor, read_only=True) as work:
            self._require_office(actor, "lists")
            sight = sight_of(self._context, work, actor)
            page = work.applications.find(
                ApplicationFilter(states=TO_SIGN, courses=sight.courses),
                limit=limit,
                after=after,
                newest_first=False,
                order=ListOrder.SUBMITTED,
            )
            names = Names.of(self._context, work, _officers_of(page.items), today)
            numbers = {
                permit.id: permit.number
                for permit in work.permits.of_applications([case.id for case in page.items])
            }
            problems = {item.subject: item.error for item in work.failures.of("sign")}
        return Page(
            tuple(
                WaitingLetter(
                    case=names.case(case),
                    decided_at=self._local(case.decision.at if case.decision is not None else None),
                    number=None if case.permit_id is None else numbers.get(case.permit_id),
                    signer=None if case.signer is None else names.officer(_id_of(case.signer)),
                    may_sign=self._may_sign(case, actor, today),
                    is_stuck=case.state is ApplicationState.AWAITING_SIGNATURE,
                    problem=problems.get(case.id),
                )
                for case in page.items
            ),
            page.next,
        )

    def permits(
        self,
        *,
        actor: Actor,
        statuses: frozenset[PermitStatus] = frozenset(),
        permit_types: frozenset[str] = frozenset(),
        unit: str | None = None,
        expires_from: date | None = None,
        expires_to: date | None = None,
        order: PermitOrder = PermitOrder.NUMBERED,
        newest_first: bool = True,
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> Page[PermitSummary]:
        """
        Return a page of permits.

        Args:
            actor: An officer, or the host application.
            statuses: As they hold today, expired ones among them when asked for alone; none given: any.
            permit_types: Only of these.
            unit: Only those whose cases this unit worked on or answers for.
            expires_from: First local day on which the last day may lie.
            expires_to: Last local day on which it may lie.
            order: As their numbers were taken, or by their last day.
            newest_first: Or the oldest, or the one that ends soonest, first.
            limit: Most answers.
            after: `Page.next` of the page before.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for applicants.
            ArgumentError: expired ones are asked for together with others.
            StorageError: ``unknown-cursor``: no page of this list ends so.
        """
        today = self._today(now)
        wanted = _as_stored(frozenset(statuses), today)
        with self._context.work_for(actor, read_only=True) as work:
            self._require_office(actor, "lists")
            sight = sight_of(self._context, work, actor, permit_types=permit_types, unit=unit)
            starts = [day for day in (wanted.valid_until_from, expires_from) if day is not None]
            ends = [day for day in (wanted.valid_until_to, expires_to) if day is not None]
            page = work.permits.find(
                attrs.evolve(
                    wanted,
                    courses=sight.courses,
                    valid_until_from=max(starts, default=None),
                    valid_until_to=min(ends, default=None),
                ),
                limit=limit,
                after=after,
                newest_first=newest_first,
                order=order,
            )
        names = Names(context=self._context, today=today, staff={})
        return Page(tuple(map(names.permit, page.items)), page.next)

    def register_book(
        self,
        register: str,
        year: int,
        *,
        actor: Actor,
        limit: int = 50,
        after: str | None = None,
        now: datetime | None = None,
    ) -> Page[RegisterLine]:
        """
        Return a page of a number register (buku agenda), in order, cancelled numbers with their reason.

        Args:
            register: Its code, see `Authority.registers`.
            year: Local year.
            actor: An officer of a licensing role, a supervisor or auditor, or the host application.
            limit: Most answers.
            after: `Page.next` of the page before.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
            ArgumentError: ``after`` is not the mark of such a page.
        """
        last = None if after is None else _sequence(after)
        today = self._today(now)
        with self._context.work_for(actor, read_only=True) as work:
            if actor.kind is not ActorKind.HOST:
                access.require_role(actor, "register-book", *_BOOK_READERS)
            lines = work.numbers.book(register, year, after=last, limit=limit + 1)
            taken = {line.taken_by for line in lines} | {line.cancelled_by for line in lines}
            names = Names.of(self._context, work, {one for one in taken if one is not None}, today)
        page = tuple(names.line(line) for line in lines[:limit])
        return Page(page, str(page[-1].sequence) if len(lines) > limit else None)

    def history(
        self,
        application_id: str,
        *,
        actor: Actor,
        newest_first: bool = False,
        limit: int = 50,
        after: str | None = None,
    ) -> Page[Event]:
        """
        Return a page of what happened in a case and to its permit, as `Applications.history` tells it.

        A page of the applicant's side can be shorter than ``limit``: events of the inner side are left out.

        Raises:
            NotFoundError: there is no such application for this actor.
            ArgumentError: ``after`` is not the mark of such a page.
        """
        context = self._context
        places = (None, None) if after is None else _places(after)
        with context.work_for(actor, read_only=True) as work:
            application = context.load(work, application_id)
            access.require_readable(application, context.permit_type_of(application), actor)
            subjects = [application_id, *([application.permit_id] if application.permit_id else [])]
            found = [
                (event.at, index, place, event)
                for index, subject in enumerate(subjects)
                for place, event in work.history.part(
                    subject, after=places[index], limit=limit + 1, newest_first=newest_first
                )
            ]
        found.sort(key=lambda item: item[:3], reverse=newest_first)
        page = found[:limit]
        reached = list(places)
        for _, index, place, _ in page:
            reached[index] = place
        following = ".".join("-" if place is None else str(place) for place in reached)
        events = tuple(attrs.evolve(event, at=self._moment(event.at)) for *_, event in page)
        return Page(shown_history(events, actor), following if len(found) > limit else None)

    def _summed(self, work: UnitOfWork, page: Page[Application], today: date) -> Page[CaseSummary]:
        names = Names.of(self._context, work, _officers_of(page.items), today)
        return Page(tuple(map(names.case, page.items)), page.next)

    def _may_sign(self, case: Application, actor: Actor, today: date) -> bool:
        if actor.kind is not ActorKind.OFFICER or actor.position is None:
            return False
        if case.signer is not None and _id_of(case.signer) != actor.id:
            return False
        try:
            permit_type = self._context.permit_type_of(case)
            check_signer(case, permit_type, actor, actor.position)
            signing_delegation(self._context.authority, case.permit_type, actor.position, today)
        except PerizinanError:
            return False
        return True

    def _require_office(self, actor: Actor, action: str) -> None:
        if actor.kind in (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE):
            allowed = (ActorKind.OFFICER.value, ActorKind.HOST.value)
            raise AccessDeniedError("access-denied", actor=actor.id, action=action, allowed=allowed)

    def _today(self, now: datetime | None) -> date:
        return self._context.local_day(self._context.moment(now))

    def _moment(self, moment: datetime) -> datetime:
        return self._context.calendar.time_zone.local(moment)

    def _local(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else self._moment(moment)


def _officers_of(cases: tuple[Application, ...]) -> set[str]:
    """Return the officers whose names a page shows."""
    held = {state.assignee for case in cases for state in case.stages_in_work() if state.assignee}
    return held | {_id_of(case.signer) for case in cases if case.signer is not None}


def _id_of(account: str) -> str:
    return account.partition(":")[2] or account


def _as_stored(statuses: frozenset[PermitStatus], today: date) -> PermitFilter:
    """Return the filter for statuses of today: that a permit has expired stands in its dates alone."""
    if PermitStatus.EXPIRED not in statuses:
        return PermitFilter(statuses=statuses, standing_on=today if statuses else None)
    if len(statuses) > 1:
        raise ArgumentError("statuses", N_("expired permits by themselves"), N_("several statuses"))
    return PermitFilter(statuses=_STANDING, valid_until_to=today - timedelta(days=1))


def _sequence(after: str) -> int:
    if not after.isascii() or not after.isdigit() or len(after) > len(str(2**31)):
        raise ArgumentError("after", _MARK, quoted(after))
    return int(after)


def _places(after: str) -> tuple[int | None, int | None]:
    first, dot, second = after.partition(".")
    if not dot:
        raise ArgumentError("after", _MARK, quoted(after))
    return _place(first), _place(second)


def _place(text: str) -> int | None:
    return None if text == "-" else _sequence(text)

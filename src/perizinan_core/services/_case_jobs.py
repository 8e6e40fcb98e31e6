"""
The worker's jobs on cases: deadlines counted again, corrections that lapse, silence, officers for open stages.

Each looks at a case in a unit of work that only reads, and takes the lock for writing where there is
something to do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from random import Random
from typing import ClassVar

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.storage import StorageError
from perizinan_core.model._application import Application, ApplicationState, OwnStep
from perizinan_core.services._assigning import assign_where_possible, assignments
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._issuance import SYSTEM, Issuance
from perizinan_core.services._work import PATIENT, OneByOne, WorkDone, name_of
from perizinan_core.storage import Backoff, UnitOfWork
from perizinan_core.workflow._corrections import lapse
from perizinan_core.workflow._deadlines import recompute_deadlines
from perizinan_core.workflow._fee import amount_outstanding
from perizinan_core.workflow._issuing import goes_by_itself
from perizinan_core.workflow._notice import MISSED_AFTER, miss_notice
from perizinan_core.workflow._silence import deem_granted, is_deemed_due
from perizinan_core.workflow._transition import Transition, in_order

_log = logging.getLogger(__name__)

__all__ = [
    "Assign",
    "CaseJob",
    "IssueDeemed",
    "LapseCorrections",
    "LookAfterStaff",
    "MissNotices",
    "RecordSilence",
    "Recount",
]


@attrs.frozen
class CaseJob(OneByOne):
    """A job that moves single cases; subclasses say which, and how."""

    context: OfficeContext

    name: ClassVar[str]
    backoff: ClassVar[Backoff] = PATIENT

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """See `RecordJob`."""
        raise NotImplementedError

    def step(
        self, work: UnitOfWork, case: Application, now: datetime, *, trial: bool
    ) -> tuple[Transition, WorkDone]:
        """
        Return what is to be done with a case, and what the report says about it.

        Args:
            work: The unit of work.
            case: As it stands in this unit.
            now: Aware moment.
            trial: Only to see whether there is anything to do: the unit only reads, and nothing is saved.
        """
        raise NotImplementedError

    def do(self, subject: str, now: datetime) -> WorkDone:
        """See `RecordJob`."""
        context = self.context
        with context.unit_of_work(read_only=True) as work:
            case = context.load(work, subject)
            now = in_order(case, now)
            if self.step(work, case, now, trial=True)[0] == Transition(case):
                return WorkDone()
        with context.unit_of_work() as work:
            case = context.load(work, subject, lock=True)
            now = in_order(case, now)
            moved, done = self.step(work, case, now, trial=False)
            if moved == Transition(case):
                return WorkDone()
            context.save(work, moved, SYSTEM, now)
            work.commit()
        return done


@attrs.frozen
class Recount(CaseJob):
    """Counts open deadlines again that were counted on another version of the calendar."""

    name = "recount"

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases whose deadline was counted otherwise."""
        del now
        return work.agenda.counted_otherwise(self.context.calendar.version)

    def step(
        self, work: UnitOfWork, case: Application, now: datetime, *, trial: bool
    ) -> tuple[Transition, WorkDone]:
        """Count again; old and new stand in the history."""
        del work, trial
        if case.counted_on is None:
            return Transition(case), WorkDone()
        moved = recompute_deadlines(case, actor=SYSTEM, now=now, calendar=self.context.calendar)
        return moved, WorkDone(deadlines_changed=1 if moved.events else 0)


@attrs.frozen
class LapseCorrections(CaseJob):
    """Lets cases lapse whose correction was not answered in time."""

    name = "lapse"

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases whose last day to answer is over."""
        return work.agenda.unanswered(self.context.local_day(now))

    def step(
        self, work: UnitOfWork, case: Application, now: datetime, *, trial: bool
    ) -> tuple[Transition, WorkDone]:
        """
        Count the window again first: it is only ever extended.

        A case whose applicant was never notified does not lapse: a person is asked.
        """
        del work, trial
        calendar = self.context.calendar
        if case.state is not ApplicationState.CORRECTION_REQUESTED:
            return Transition(case), WorkDone()
        moved = recompute_deadlines(case, actor=SYSTEM, now=now, calendar=calendar)
        done = WorkDone(deadlines_changed=1 if moved.events else 0)
        if self.context.local_day(now) <= moved.application.corrections[-1].answer_by:
            return moved, done
        if moved.application.awaited_notices():
            return moved.then(lambda one: miss_notice(one, actor=SYSTEM, now=now)), done
        moved = moved.then(lambda one: lapse(one, actor=SYSTEM, now=now, calendar=calendar))
        return moved, done + WorkDone(lapsed=1)


@attrs.frozen
class MissNotices(CaseJob):
    """Asks a supervisor where an applicant could not be notified of something that time runs from."""

    name = "notice"

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases in which that is overdue, and no one was asked."""
        return work.agenda.unasked(now - MISSED_AFTER)

    def step(
        self, work: UnitOfWork, case: Application, now: datetime, *, trial: bool
    ) -> tuple[Transition, WorkDone]:
        """Ask once for each question; the message to the supervisors follows from the event."""
        del work, trial
        missed = miss_notice(case, actor=SYSTEM, now=now)
        return missed, WorkDone(unnotified=len(missed.events))


@attrs.frozen
class RecordSilence(CaseJob):
    """Records the grant by law of cases whose time limit ended in silence."""

    name = "silence"

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases whose time limit is over, where silence has an effect."""
        return work.agenda.silent(self.context.local_day(now))

    def step(
        self, work: UnitOfWork, case: Application, now: datetime, *, trial: bool
    ) -> tuple[Transition, WorkDone]:
        """Record it where it is due on the present calendar."""
        context, calendar = self.context, self.context.calendar
        if case.silence_after is None or not is_deemed_due(case, calendar, now):
            return Transition(case), WorkDone()
        staff = context.staff(work, case, lock=not trial)
        granted = deem_granted(
            case, context.permit_type_of(case), staff=staff, actor=SYSTEM, now=now, calendar=calendar
        )
        return granted, WorkDone(deemed_granted=1)


@attrs.frozen
class Assign(CaseJob):
    """Finds officers for open stages that no one holds."""

    name = "assign"

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases with such a stage."""
        del now
        return work.agenda.unassigned()

    def step(
        self, work: UnitOfWork, case: Application, now: datetime, *, trial: bool
    ) -> tuple[Transition, WorkDone]:
        """Ask the rule; stages that no one can take stay as they are."""
        context = self.context
        if not case.stages_in_work():
            return Transition(case), WorkDone()
        if trial:
            # A draw that counts for nothing: the office's own source is left alone.
            draw = Random(0)  # noqa: S311 - not used for any choice
            return assignments(context, work, case, SYSTEM, now, trial=draw), WorkDone()
        given = assign_where_possible(context, work, case, SYSTEM, now)
        return given, WorkDone(assigned=len(given.events))


@attrs.frozen
class LookAfterStaff(OneByOne):
    """Gives away the stages of officers who left or lost a role: looks at them when their record was saved."""

    context: OfficeContext
    _assign: Assign

    name: ClassVar[str] = "staff"
    backoff: ClassVar[Backoff] = PATIENT

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Officers whose record was saved since they were looked after."""
        del now
        return work.agenda.changed_officers()

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Look at every case with a stage that the officer holds; the officer stays due when one fails."""
        with self.context.unit_of_work(read_only=True) as work:
            changed = work.agenda.officer_changed(subject)
            held = work.agenda.held_by(subject)
        done, failed = WorkDone(), None
        for case in held:
            try:
                done += self._assign.do(case, now)
            except Exception as error:  # noqa: BLE001 - one case must not keep the others waiting
                _log.warning("staff: %s, held by %s, was not looked at: %s", case, subject, name_of(error))
                failed = error
        if failed is not None:
            raise failed
        if changed is not None:
            with self.context.unit_of_work() as work:
                work.agenda.officer_looked_after(subject, changed=changed)
                work.commit()
        return done


@attrs.frozen
class IssueDeemed(CaseJob):
    """Takes the number of cases granted by silence that go to their signature by themselves."""

    _issuance: Issuance

    name = "issue-deemed"

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases granted so."""
        del now
        return work.agenda.to_issue()

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Take the number and make the letter, or tell the supervisors why not; signing is the next job's."""
        with self.context.unit_of_work(read_only=True) as work:
            application = self.context.load(work, subject)
        if (
            application.own_step is not OwnStep.ISSUE
            or not goes_by_itself(application)
            or amount_outstanding(application)
        ):
            return WorkDone()
        try:
            self._issuance.prepare_deemed(subject, now=now)
        except StorageError:
            raise
        except PerizinanError as error:
            self._issuance.hold(subject, error, now=now)
            raise
        return WorkDone()

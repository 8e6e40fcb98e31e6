"""
Use cases of the office: the queue, the outcome of each stage, corrections, the decision.

Two officers who decide at once: the store lets exactly one through, and the other is told by whom.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from functools import cache

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.workflow import (
    Problem,
)
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._calendar import IndonesianTimeZone
from perizinan_core.model._case import (
    CorrectionItem,
    InspectionMinutes,
    OfficialLetter,
    StageOutcome,
)
from perizinan_core.model._events import EventKind
from perizinan_core.model._fees import Payment
from perizinan_core.model._notice import AwaitedNotice
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._inspections import Inspections
from perizinan_core.services._numbering import take_number
from perizinan_core.services._rehearsal import LetterOutlook, letter_outlook, problems_at_approval
from perizinan_core.services._sight import sight_of, supervised_stages
from perizinan_core.services._staff import Staff
from perizinan_core.services._steps import CaseStep
from perizinan_core.services._terms import previous_permit_of
from perizinan_core.services._used_numbers import UsedNumbers
from perizinan_core.storage import (
    ApplicationFilter,
    ListOrder,
    Page,
    QueueCounts,
    QueueEntry,
)
from perizinan_core.workflow import TextRemark
from perizinan_core.workflow._corrections import request_correction
from perizinan_core.workflow._decisions import approve, refuse
from perizinan_core.workflow._overrides import QueueEntry as WaitingCase
from perizinan_core.workflow._overrides import (
    check_queue,
    may_be_decided,
)
from perizinan_core.workflow._payments import record_payment
from perizinan_core.workflow._remarks import text_remarks
from perizinan_core.workflow._review import decide_stage, request_stage, send_back
from perizinan_core.workflow._transition import Transition

__all__ = ["Reviews", "UnnotifiedCase"]

_log = logging.getLogger(__name__)

_QUEUE_DEPTH = 500
"""Waiting cases of one officer that are compared for first in, first out."""

_QUEUE_PAGE = 20
"""So many are read at a time."""


@attrs.frozen
class _Printed:
    """The letter of a case was rehearsed."""

    version: int
    """Of the application that was printed."""

    outlook: LetterOutlook


@attrs.frozen(kw_only=True)
class UnnotifiedCase:
    """A case whose applicant waits to be notified of something that time runs from."""

    application: str
    """Id."""

    receipt_number: str | None
    permit_type: str
    notices: tuple[AwaitedNotice, ...]
    """Of what."""

    since: datetime
    """Since when, the first of them."""

    asked: bool
    """True when it took so long that a supervisor was asked."""


@checked
@attrs.frozen
class Reviews(Staff, Inspections):
    """The review of applications, and the staff who do it."""

    def queue(
        self,
        *,
        actor: Actor,
        stages: Collection[str] | None = None,
        everyone: bool = False,
        limit: int = 50,
        after: QueueEntry | None = None,
    ) -> tuple[QueueEntry, ...]:
        """
        Return the open stages that wait for the actor, first in first.

        Args:
            actor: The officer.
            stages: Codes of stages, or None for all.
            everyone: Everyone's queue, unassigned stages too: for auditors that of the whole office, for
                supervisors what their units work on or answer for.
            limit: Most answers.
            after: Last entry of the page before.

        Raises:
            AccessDeniedError: for others.
        """
        with self._context.work_for(actor, read_only=True) as work:
            assignee, among = self._whose(actor, everyone=everyone)
            found = work.applications.queue(stages, assignee=assignee, among=among, limit=limit, after=after)
            corrected = work.history.those_with(
                EventKind.CORRECTION_REQUESTED, {entry.application for entry in found}
            )
        local = self._context.calendar.time_zone.local
        return tuple(
            attrs.evolve(entry, opened_at=local(entry.opened_at), corrected=entry.application in corrected)
            for entry in found
        )

    def queue_counts(
        self, *, actor: Actor, everyone: bool = False, soon_days: int = 2, now: datetime | None = None
    ) -> QueueCounts:
        """
        Count what `queue` would give in all. The cost grows with the queue.

        Args:
            actor: The officer.
            everyone: As for `queue`.
            soon_days: What is due within so many calendar days is due soon; what was received today is new.
            now: Aware moment; None asks the clock.

        Raises:
            AccessDeniedError: for others.
        """
        moment = self._context.moment(now)
        today = self._context.local_day(moment)
        since = self._context.calendar.time_zone.local(moment).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        with self._context.work_for(actor, read_only=True) as work:
            assignee, among = self._whose(actor, everyone=everyone)
            return work.applications.queue_counts(
                today=today,
                soon=today + timedelta(days=soon_days),
                since=since,
                assignee=assignee,
                among=among,
            )

    def _whose(self, actor: Actor, *, everyone: bool) -> tuple[str | None, frozenset[tuple[str, str]] | None]:
        """Return whose queue someone may look at: that of an officer, or that of some stages."""
        access.require_officer(actor, "queue")
        if not everyone:
            return actor.id, None
        access.require_role(actor, "queue-of-everyone", Role.SUPERVISOR, Role.AUDITOR)
        return None, supervised_stages(self._context, actor)

    def unnotified(self, *, actor: Actor, limit: int = 50, after: str | None = None) -> Page[UnnotifiedCase]:
        """
        Return a page of the cases whose applicant was not notified of something that time runs from, longest first.

        Nothing lapses in them meanwhile. Tell the applicant in another way and record it
        (`Reviews.record_notice`), or put the channel right.

        Args:
            actor: An officer, who gets what they may see; the host application gets all.
            limit: Most answers.
            after: `Page.next` of the page before.

        Raises:
            AccessDeniedError: for applicants.
            StorageError: ``unknown-cursor``: no page of this list ends so.
        """
        context = self._context
        with context.work_for(actor, read_only=True) as work:
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "unnotified")
            sight = sight_of(context, work, actor)
            page = work.applications.find(
                ApplicationFilter(courses=sight.courses, handed_in=sight.handed_in),
                limit=limit,
                after=after,
                newest_first=False,
                order=ListOrder.UNNOTIFIED,
            )
        zone = context.calendar.time_zone
        return Page(tuple(_unnotified(case, zone) for case in page.items), page.next)

    def remarks(self, application_id: str, *, actor: Actor) -> tuple[TextRemark, ...]:
        """
        Return the texts of a case with letters that look like others, to be compared with the papers.

        Raises:
            AccessDeniedError: for everyone but officers, the host application and the system.
            NotFoundError: there is no such application for this officer.
        """
        with self._context.work_for(actor, read_only=True) as work:
            if actor.kind not in (ActorKind.HOST, ActorKind.SYSTEM):
                access.require_officer(actor, "remarks")
            application = self._context.load(work, application_id)
            permit_type = self._context.permit_type_of(application)
            access.require_readable(application, permit_type, actor)
        return text_remarks(application, permit_type)

    def decide(
        self,
        application_id: str,
        stage: str,
        outcome: StageOutcome,
        *,
        actor: Actor,
        reasons: tuple[str, ...] = (),
        letter: OfficialLetter | None = None,
        minutes: InspectionMinutes | None = None,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Judge a stage positive or negative.

        Where the stage's letter has a number register and no letter is given, the next number is taken.

        Raises:
            DecidedByOthersError: someone else decided this stage or case first.
            StaleObjectError: the case was changed since ``expected_version``.
            WorkflowError: see `workflow.decide_stage`.
        """
        given = locals()

        def step(at: CaseStep) -> Transition:
            self._check_order(at, stage)
            return decide_stage(
                at.case,
                at.permit_type,
                stage,
                outcome,
                reasons=reasons,
                letter=letter or self._letter(at, stage),
                minutes=minutes,
                staff=at.work.officers.named(minutes.inspectors).values() if minutes else None,
                **at.counted_by,
            )

        changed = self._take("decide", given, step, stage=stage)
        UsedNumbers(self._context).keep_of(application_id)
        return changed

    def request_correction(
        self,
        application_id: str,
        stage: str,
        items: tuple[CorrectionItem, ...],
        *,
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Ask the applicant for a correction; the clock pauses. Raises as `decide`."""
        given = locals()

        def step(at: CaseStep) -> Transition:
            self._check_order(at, stage)
            return request_correction(at.case, at.permit_type, stage, items, **at.counted_by)

        return self._take("request_correction", given, step, stage=stage)

    def request_stage(
        self,
        application_id: str,
        stage: str,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Ask for a stage that opens on request, e.g. a site inspection. Raises as `decide`."""
        return self._take(
            "request_stage",
            locals(),
            lambda at: request_stage(at.case, at.permit_type, stage, **at.counted_by),
        )

    def send_back(
        self,
        application_id: str,
        stage: str,
        *,
        reasons: tuple[str, ...],
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Let a judged stage be judged again; the approver decides so, with reasons. Raises as `decide`."""
        return self._take(
            "send_back",
            locals(),
            lambda at: send_back(at.case, at.permit_type, stage, reasons=reasons, **at.counted_by),
        )

    def approve(
        self,
        application_id: str,
        *,
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Approve: the letter can then be made and signed. Raises as `decide`.

        What issuing will demand is asked before: that the letter can be printed and someone may sign it, and
        that the old permit, where there is one, still carries the application.

        Raises:
            NotIssuableError: with everything that would keep the permit from being issued.
            PermitStatusError: the old permit was revoked, or replaced, since the submission.
        """
        given = locals()
        moment = self._context.moment(now)
        printed = self._print_before(application_id, actor, moment)

        def step(at: CaseStep) -> Transition:
            self._check_order(at, _approval(at.permit_type))
            previous = previous_permit_of(self._context, at.work, at.case)
            outlook = cache(lambda: self._outlook(at, previous, printed))
            moved = approve(
                at.case,
                at.permit_type,
                previous_permit=previous,
                problems=self._obstacles(at, previous, outlook),
                **at.counted_by,
            )
            # No one who issues the letter as it stands has to rehearse it again.
            return attrs.evolve(
                moved, application=attrs.evolve(moved.application, rehearsed=outlook().content_hash)
            )

        return self._take("approve", given, step, moment=moment)

    def refuse(
        self,
        application_id: str,
        *,
        reasons: tuple[str, ...],
        actor: Actor,
        expected_version: int | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Refuse with reasons; the applicant is informed how to object. Raises as `decide`."""
        given = locals()

        def step(at: CaseStep) -> Transition:
            self._check_order(at, _approval(at.permit_type))
            previous = previous_permit_of(self._context, at.work, at.case)
            return refuse(
                at.case,
                at.permit_type,
                previous_permit=previous,
                problems=self._obstacles(at, previous, lambda: self._outlook(at, previous, None)),
                reasons=reasons,
                objection_to=self._objection_to(at.permit_type, at.now),
                **at.counted_by,
            )

        return self._take("refuse", given, step)

    def record_payment(
        self,
        application_id: str,
        payment: Payment,
        *,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Record money that the official account received. Raises as `workflow.record_payment`."""
        return self._take(
            "record_payment",
            locals(),
            lambda at: record_payment(at.case, at.permit_type, payment, **at.counted_by),
        )

    def _print_before(self, application_id: str, actor: Actor, moment: datetime) -> _Printed | None:
        """Rehearse the letter for the officer whose approval it is, outside the unit of work that decides."""
        context = self._context
        with context.unit_of_work(read_only=True) as work:
            case = context.load(work, application_id)
            previous = previous_permit_of(context, work, case)
            permit_type = context.permit_type_of(case)
            stage = _approval(permit_type)
            if case.state is not ApplicationState.IN_REVIEW or not may_be_decided(
                case, permit_type, stage, actor=actor, now=moment, calendar=context.calendar
            ):
                return None
            return _Printed(case.version, letter_outlook(context, work, case, permit_type, previous, moment))

    def _outlook(self, at: CaseStep, previous: Permit | None, printed: _Printed | None) -> LetterOutlook:
        if printed is not None and printed.version == at.case.version:
            return printed.outlook
        return letter_outlook(self._context, at.work, at.case, at.permit_type, previous, at.now)

    def _obstacles(
        self, at: CaseStep, previous: Permit | None, outlook: Callable[[], LetterOutlook]
    ) -> Iterator[Problem]:
        """Yield what would keep the permit from being issued; asked once everything else allows the approval."""
        yield from problems_at_approval(
            self._context, at.work, at.case, at.permit_type, previous, at.now, at.actor
        )
        yield from outlook().problems

    def _check_order(self, at: CaseStep, stage: str) -> None:
        check_queue(
            at.case,
            at.permit_type,
            stage,
            actor=at.actor,
            queue=self._before(at, stage),
            can_be_decided=lambda other: self._can_be_decided(at, other, stage),
        )

    def _before(self, at: CaseStep, stage: str) -> Iterator[WaitingCase]:
        """Yield the cases that have waited longer for the officer; mostly there are none, so few are read."""
        state = at.case.stage_state(stage)
        if state is None or state.opened_at is None:
            return
        last: QueueEntry | None = None
        for _ in range(_QUEUE_DEPTH // _QUEUE_PAGE):
            page = at.work.applications.queue(
                (stage,), assignee=at.actor.id, held_up=False, limit=_QUEUE_PAGE, after=last
            )
            for entry in page:
                if (entry.opened_at, entry.application) >= (state.opened_at, at.case.id):
                    return
                yield WaitingCase(
                    application=entry.application,
                    opened_at=entry.opened_at,
                    receipt_number=entry.receipt_number,
                )
            if len(page) < _QUEUE_PAGE:
                return
            last = page[-1]

    def _can_be_decided(self, at: CaseStep, application_id: str, stage: str) -> bool:
        """Tell whether a case in front could be decided now; one that cannot even be read cannot."""
        try:
            other = self._context.load(at.work, application_id)
            permit_type = self._context.permit_type_of(other)
        except PerizinanError as error:
            _log.warning("case %s in the queue cannot be read: %s", application_id, error.code)
            return False
        return may_be_decided(other, permit_type, stage, **at.counted_by)

    def _letter(self, at: CaseStep, stage: str) -> OfficialLetter | None:
        rule = at.permit_type.stage(stage)
        if rule.letter_register is None:
            return None
        number = take_number(
            self._context, at.work, rule.letter_register, at.case.id, at.permit_type, at.actor, at.now
        )
        return OfficialLetter(number=number.text, day=number.day, issued_by=rule.unit)


def _unnotified(case: Application, zone: IndonesianTimeZone) -> UnnotifiedCase:
    waiting = tuple(attrs.evolve(item, since=zone.local(item.since)) for item in case.awaited_notices())
    return UnnotifiedCase(
        application=case.id,
        receipt_number=case.receipt_number,
        permit_type=case.permit_type,
        notices=waiting,
        since=min(item.since for item in waiting),
        asked=any(item.of in case.missed_notices for item in waiting),
    )


def _approval(permit_type: PermitType) -> str:
    return next(stage.code for stage in permit_type.stages if stage.kind.value == "approval")

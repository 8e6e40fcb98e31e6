"""
Use cases of the office: the queue, the outcome of each stage, corrections, the decision.

Two officers who decide at once: the store lets exactly one through, and the other is told by whom.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from datetime import datetime

import attrs

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import NotFoundError
from perizinan_core.errors.storage import RecordNotFoundError, StaleObjectError
from perizinan_core.errors.workflow import (
    Problem,
    StageNotOpenError,
    TransitionNotAllowedError,
    WorkflowError,
)
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import (
    CorrectionItem,
    InspectionMinutes,
    OfficialLetter,
    StageOutcome,
)
from perizinan_core.model._fees import Payment
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services import _access as access
from perizinan_core.services._arguments import checked
from perizinan_core.services._assigning import assign_where_possible, note_assignments
from perizinan_core.services._attempts import decided_by_others, record_attempt
from perizinan_core.services._exceptional import ExceptionalSteps, Step
from perizinan_core.services._numbering import take_number
from perizinan_core.services._rehearsal import letter_problems, problems_at_approval
from perizinan_core.services._repeats import Asked, asked, once
from perizinan_core.services._staff import Staff
from perizinan_core.services._terms import previous_permit_of
from perizinan_core.storage import QueueEntry, UnitOfWork
from perizinan_core.workflow import TextRemark
from perizinan_core.workflow._assignment import Exclusion, exclusions
from perizinan_core.workflow._corrections import request_correction
from perizinan_core.workflow._decisions import approve, refuse
from perizinan_core.workflow._exceptions import QueueEntry as WaitingCase
from perizinan_core.workflow._exceptions import (
    allow_queue_jump,
    check_queue,
    declare_conflict,
    jump_request,
    may_be_decided,
    reassign_stage,
    request_queue_jump,
)
from perizinan_core.workflow._payments import record_payment
from perizinan_core.workflow._remarks import text_remarks
from perizinan_core.workflow._review import decide_stage, request_stage, send_back
from perizinan_core.workflow._transition import Transition

__all__ = ["Reviews"]

_log = logging.getLogger(__name__)

_QUEUE_DEPTH = 500
"""Waiting cases of one officer that are compared for first in, first out."""


@attrs.frozen
class _Printed:
    """The letter of a case was rehearsed."""

    version: int
    """Of the application that was printed."""

    problems: tuple[Problem, ...]


@checked
@attrs.frozen
class Reviews(Staff, ExceptionalSteps):
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
            access.require_officer(actor, "queue")
            if everyone:
                access.require_role(actor, "queue-of-everyone", Role.SUPERVISOR, Role.AUDITOR)
            else:
                return work.applications.queue(stages, assignee=actor.id, limit=limit, after=after)
            found: list[QueueEntry] = []
            while len(found) < limit:
                page = work.applications.queue(stages, limit=limit, after=after)
                found.extend(entry for entry in page if self._supervises(entry, actor))
                if len(page) < limit:
                    break
                after = page[-1]
            return tuple(found[:limit])

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
        request = asked("decide", locals())
        moment = self._context.moment(now)

        def step(work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            self._check_order(work, case, permit_type, stage, actor, moment)
            written = letter or self._letter(work, case, permit_type, stage, actor, moment)
            return decide_stage(
                case,
                permit_type,
                stage,
                outcome,
                actor=actor,
                now=moment,
                calendar=self._context.calendar,
                reasons=reasons,
                letter=written,
                minutes=minutes,
                staff=work.officers.list(active_only=False) if minutes else None,
            )

        return self._step(application_id, step, actor, moment, expected_version, stage, request=request)

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
        request = asked("request_correction", locals())
        moment = self._context.moment(now)

        def step(work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            self._check_order(work, case, permit_type, stage, actor, moment)
            return request_correction(
                case,
                permit_type,
                stage,
                items,
                actor=actor,
                now=moment,
                calendar=self._context.calendar,
            )

        return self._step(application_id, step, actor, moment, expected_version, stage, request=request)

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
        request = asked("request_stage", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            return request_stage(
                case, permit_type, stage, actor=actor, now=moment, calendar=self._context.calendar
            )

        return self._step(application_id, step, actor, moment, request=request)

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
        request = asked("send_back", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            return send_back(
                case,
                permit_type,
                stage,
                reasons=reasons,
                actor=actor,
                now=moment,
                calendar=self._context.calendar,
            )

        return self._step(application_id, step, actor, moment, expected_version, request=request)

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
        request = asked("approve", locals())
        moment = self._context.moment(now)
        printed = self._print_before(application_id, actor, moment)

        def step(work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            self._check_order(work, case, permit_type, _approval(permit_type), actor, moment)
            previous = previous_permit_of(self._context, work, case)
            return approve(
                case,
                permit_type,
                actor=actor,
                now=moment,
                calendar=self._context.calendar,
                previous_permit=previous,
                problems=self._obstacles(work, case, permit_type, previous, actor, moment, printed),
            )

        return self._step(application_id, step, actor, moment, expected_version, request=request)

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
        """Refuse with reasons; the applicant is notified how to object. Raises as `decide`."""
        request = asked("refuse", locals())
        moment = self._context.moment(now)

        def step(work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            self._check_order(work, case, permit_type, _approval(permit_type), actor, moment)
            previous = previous_permit_of(self._context, work, case)
            return refuse(
                case,
                permit_type,
                previous_permit=previous,
                problems=self._obstacles(work, case, permit_type, previous, actor, moment, None),
                reasons=reasons,
                objection_to=self._objection_to(permit_type, moment),
                actor=actor,
                now=moment,
                calendar=self._context.calendar,
            )

        return self._step(application_id, step, actor, moment, expected_version, request=request)

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
        request = asked("record_payment", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            return record_payment(
                case, permit_type, payment, actor=actor, now=moment, calendar=self._context.calendar
            )

        return self._step(application_id, step, actor, moment, request=request)

    def declare_conflict(
        self,
        application_id: str,
        *,
        reason: str,
        actor: Actor,
        officer: str | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Declare a case as one's own or a relative's; it goes to someone else.

        Args:
            application_id: The case.
            reason: Why; kept in the case.
            actor: The officer, or a supervisor for another one.
            officer: Id of the other officer; None: the actor.
            idempotency_key: The same key again does nothing more.
            now: Aware moment; None asks the clock.

        Raises:
            NotFoundError: ``officer`` is not on the staff record.
            WorkflowError: see `workflow.declare_conflict`.
        """
        request = asked("declare_conflict", locals())
        moment = self._context.moment(now)

        concerned = officer or actor.id

        def step(work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            moved = declare_conflict(
                case,
                permit_type,
                officer=concerned,
                reason=reason,
                actor=actor,
                now=moment,
                calendar=self._context.calendar,
            )
            # Last, so that only those who may declare learn who is on record.
            try:
                work.officers.get(concerned)
            except RecordNotFoundError as error:
                raise NotFoundError(kind="officer", key=concerned) from error
            return moved

        return self._step(application_id, step, actor, moment, request=request)

    def reassign(
        self,
        application_id: str,
        stage: str,
        *,
        reason: str,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Give a stage to another officer; the rule chooses whom. For supervisors, with a reason."""
        request = asked("reassign", locals())
        moment = self._context.moment(now)

        def step(work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            staff = self._context.staff(work)
            moved = reassign_stage(
                case,
                permit_type,
                stage,
                reason=reason,
                staff=staff,
                workloads=self._context.workloads(work, staff),
                actor=actor,
                now=moment,
                random=self._context.random,
            )
            note_assignments(work, moved, moment)
            return moved

        return self._step(application_id, step, actor, moment, request=request)

    def request_jump(
        self,
        application_id: str,
        stage: str,
        *,
        reason: str,
        actor: Actor,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """Ask, as the officer of an open stage, to take the case before its turn. Raises as `decide`."""
        request = asked("request_jump", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            return request_queue_jump(case, permit_type, stage, reason=reason, actor=actor, now=moment)

        return self._step(application_id, step, actor, moment, request=request)

    def exclusions(self, application_id: str, *, actor: Actor) -> tuple[Exclusion, ...]:
        """
        Return the officers who are out of a case and why, for its supervisors and auditors.

        Raises:
            NotFoundError: there is no such application for this actor.
            AccessDeniedError: for others than supervisors, auditors and the host.
        """
        with self._context.work_for(actor, read_only=True) as work:
            application = self._context.load(work, application_id)
            permit_type = self._context.permit_type_of(application)
            access.require_readable(application, permit_type, actor)
            if actor.kind is not ActorKind.HOST:
                access.require_role(actor, "exclusions", Role.SUPERVISOR, Role.AUDITOR)
            return exclusions(application, permit_type, work.officers.list(active_only=False))

    def allow_jump(
        self,
        application_id: str,
        stage: str,
        *,
        approved_by: Actor,
        reason: str,
        requested_by: Actor | None = None,
        idempotency_key: str | None = None,
        now: datetime | None = None,
    ) -> Application:
        """
        Let a case be worked on before earlier ones, as its officer asked; it stays on record.

        Args:
            application_id: The case.
            stage: Code of the open stage.
            approved_by: A supervisor, as second person.
            reason: Why.
            requested_by: Whose request is meant; None: that of the stage's officer.
            idempotency_key: The same key again does nothing more.
            now: Aware moment; None asks the clock.

        Raises:
            WorkflowError: ``jump-not-requested``: the stage's officer did not ask for it with `request_jump`.
            WorkflowError: see `workflow.allow_queue_jump`.
        """
        request = asked("allow_jump", locals())
        moment = self._context.moment(now)

        def step(_work: UnitOfWork, case: Application, permit_type: PermitType) -> Transition:
            standing = jump_request(case, stage) if requested_by is not None else None
            if requested_by is not None and standing is not None and standing.officer != requested_by.id:
                raise WorkflowError("jump-not-requested", stage=stage)
            return allow_queue_jump(
                case,
                permit_type,
                stage,
                approved_by=approved_by,
                reason=reason,
                now=moment,
            )

        return self._step(application_id, step, approved_by, moment, request=request)

    def _supervises(self, entry: QueueEntry, actor: Actor) -> bool:
        """Return True for auditors, and for supervisors of the stage's unit or the responsible one."""
        if actor.has(Role.AUDITOR):
            return True
        versions = tuple(
            item for item in self._context.catalogue.permit_types if item.code == entry.permit_type
        )
        units = {item.responsible_unit for item in versions} | {
            stage.unit for item in versions for stage in item.stages if stage.code == entry.stage
        }
        return not units.isdisjoint(actor.units)

    def _step(
        self,
        application_id: str,
        step: Step,
        actor: Actor,
        moment: datetime,
        expected_version: int | None = None,
        stage: str | None = None,
        request: Asked | None = None,
    ) -> Application:
        context = self._context
        with context.work_for(actor) as work, once(work, actor, request, moment) as repeat:
            application = context.load(work, application_id, lock=True)
            permit_type = context.permit_type_of(application)
            access.require_readable(application, permit_type, actor)
            if repeat.result is not None:
                return application
            try:
                context.check_version(work, application, expected_version)
                moved = step(work, application, permit_type)
            except (StageNotOpenError, TransitionNotAllowedError, StaleObjectError) as error:
                too_late = decided_by_others(application, stage, error)
                if too_late is None:
                    raise
            else:
                staff = context.staff(work)
                moved = moved.then(
                    lambda case: assign_where_possible(context, work, case, staff, actor, moment)
                )
                changed = context.save(work, moved, actor, moment)
                repeat.finish({"application": application_id})
                work.commit()
                return changed
        # What the step had begun is undone; only the attempt stays on record.
        record_attempt(context, application_id, stage, too_late, actor, moment)
        raise too_late

    def _print_before(self, application_id: str, actor: Actor, moment: datetime) -> _Printed | None:
        """Rehearse the letter for the officer whose approval it is, outside the unit of work that decides."""
        context = self._context
        with context.storage.unit_of_work(read_only=True) as work:
            case = context.load(work, application_id)
            previous = previous_permit_of(context, work, case)
        permit_type = context.permit_type_of(case)
        stage = _approval(permit_type)
        if case.state is not ApplicationState.IN_REVIEW or not may_be_decided(
            case, permit_type, stage, actor=actor, now=moment, calendar=context.calendar
        ):
            return None
        problems = tuple(letter_problems(context, case, permit_type, previous, moment))
        return _Printed(case.version, problems)

    def _obstacles(
        self,
        work: UnitOfWork,
        case: Application,
        permit_type: PermitType,
        previous: Permit | None,
        actor: Actor,
        moment: datetime,
        printed: _Printed | None,
    ) -> Iterator[Problem]:
        """Yield what would keep the permit from being issued; asked once everything else allows the approval."""
        context = self._context
        yield from problems_at_approval(context, work, case, permit_type, previous, moment, actor)
        if printed is not None and printed.version == case.version:
            yield from printed.problems
        else:
            yield from letter_problems(context, case, permit_type, previous, moment)

    def _check_order(
        self,
        work: UnitOfWork,
        case: Application,
        permit_type: PermitType,
        stage: str,
        actor: Actor,
        moment: datetime,
    ) -> None:
        waiting = work.applications.queue((stage,), assignee=actor.id, held_up=False, limit=_QUEUE_DEPTH)
        check_queue(
            case,
            permit_type,
            stage,
            actor=actor,
            queue=tuple(
                WaitingCase(application=item.application, opened_at=item.opened_at) for item in waiting
            ),
            can_be_decided=lambda other: self._can_be_decided(work, other, stage, actor, moment),
        )

    def _can_be_decided(
        self, work: UnitOfWork, application_id: str, stage: str, actor: Actor, moment: datetime
    ) -> bool:
        """Tell whether a case in front could be decided now; one that cannot even be read cannot."""
        try:
            other = self._context.load(work, application_id)
            permit_type = self._context.permit_type_of(other)
        except PerizinanError as error:
            _log.warning("case %s in the queue cannot be read: %s", application_id, error.code)
            return False
        return may_be_decided(
            other, permit_type, stage, actor=actor, now=moment, calendar=self._context.calendar
        )

    def _letter(
        self,
        work: UnitOfWork,
        case: Application,
        permit_type: PermitType,
        stage: str,
        actor: Actor,
        moment: datetime,
    ) -> OfficialLetter | None:
        rule = permit_type.stage(stage)
        if rule.letter_register is None:
            return None
        number = take_number(self._context, work, rule.letter_register, case.id, permit_type, actor, moment)
        return OfficialLetter(number=number.text, day=number.day, issued_by=rule.unit)


def _approval(permit_type: PermitType) -> str:
    return next(stage.code for stage in permit_type.stages if stage.kind.value == "approval")

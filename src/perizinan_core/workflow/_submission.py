"""Handing in: the first submission, which freezes the terms, and the answer to a correction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import attrs

from perizinan_core.errors.workflow import Problem, SubmissionRefusedError, WorkflowError
from perizinan_core.i18n import DEFAULT_LANGUAGE
from perizinan_core.model._actor import Actor, Officer
from perizinan_core.model._application import Application, ApplicationState, FrozenTerms
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import StageState
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._answers import unanswered_items
from perizinan_core.workflow._assignment import keeps
from perizinan_core.workflow._clock import resume_clock, start_clock
from perizinan_core.workflow._completeness import submission_problems
from perizinan_core.workflow._drafts import APPLICANT_TARGET, FORM_TARGET
from perizinan_core.workflow._graph import check_graph, is_complete, refresh, set_aside
from perizinan_core.workflow._people import require_party
from perizinan_core.workflow._receipts import ReceiptWriter, give_receipt, receipt_of, unsigned_receipt
from perizinan_core.workflow._renewal import check_renewal
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    event,
    local_day,
    terms_of,
)
from perizinan_core.workflow._waiting import settle

__all__ = ["begin_review", "resubmit", "submit"]


def submit(
    application: Application,
    permit_type: PermitType,
    terms: FrozenTerms,
    *,
    receipt_number: str,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    problems: Iterable[Problem] = (),
    at_counter: frozenset[str] = frozenset(),
    previous_permit: Permit | None = None,
    write_receipt: ReceiptWriter = unsigned_receipt,
    language: str = DEFAULT_LANGUAGE,
    received_at: datetime | None = None,
) -> Transition:
    """
    Hand in a draft; version, terms and fee are frozen from here on.

    Without a completeness check among its stages the file counts as complete, and the clock starts at once.

    Args:
        application: The draft.
        permit_type: The version in force now; it may be later than the one the draft was begun with.
        terms: What applies to this form, made by the caller from the permit type.
        receipt_number: Taken from the authority's receipt register by the caller.
        actor: The applicant, the representative or the host application.
        now: Aware moment. After hours the next working day is the filing day, where the office says so.
        calendar: The authority's calendar.
        problems: What the caller found: form data against the schema, conditions of the permit type.
        at_counter: Keys of slots left empty because the originals are shown at the counter.
        previous_permit: The permit that the draft builds on, to be checked again: it may have been revoked,
            and its renewal window may have closed, since the draft was begun. None: not checked again.
        write_receipt: Makes the text of the receipt, signed; it is kept in the case.
        language: Of the receipt.
        received_at: When the papers were received at the counter, earlier on the same local day; from then on
            the case counts as handed in, and takes its place among the others. None: now.

    Raises:
        WorkflowError: ``receipt-time``: when it lies ahead, or on another day.
        WorkflowError: ``previous-permit``: when it is not the permit that the draft names.
        PermitStatusError: when its status no longer allows this.
        WorkflowError: ``renewal-too-late``: when its window has closed.
        SubmissionRefusedError: with all problems at once.
        WorkflowError: ``stage-graph``: when the stages cannot lead to a decision.
        WorkflowError: ``permit-type-not-open``: when the version is incomplete or not in force.
        WorkflowError: ``not-party``: for anyone else.
    """
    check_state(application, Action.SUBMIT)
    require_party(application, actor, Action.SUBMIT)
    check_moment(application, now)
    today = local_day(calendar, now)
    received = _received(received_at, now, calendar)
    _check_open(application, permit_type, today.isoformat(), is_open=today in permit_type.in_force)
    _check_previous(application, permit_type, previous_permit, today, calendar)
    check_graph(permit_type, terms.stages)
    _refuse_problems(
        (*problems, *submission_problems(application, permit_type, terms, day=today, at_counter=at_counter))
    )
    case = attrs.evolve(
        application,
        permit_type_version=permit_type.version,
        state=ApplicationState.SUBMITTED,
        submission=1,
        receipt_number=receipt_number,
        terms=terms,
        stages=tuple(StageState(stage=code) for code in terms.stages),
        submitted_at=received,
        earliest_day=calendar.effective_day(received),
        shown_at_counter=tuple(sorted(at_counter)),
    )
    case, digest = give_receipt(
        case, receipt_of(case, permit_type, received, calendar, language), write_receipt
    )
    happened = event(
        EventKind.APPLICATION_SUBMITTED,
        case,
        actor,
        now,
        submission=1,
        receipt=receipt_number,
        version=permit_type.version,
        filing_day=calendar.effective_day(received).isoformat(),
        at_counter=sorted(at_counter),
        receipt_sha256=digest,
    )
    opened = Transition(case, (happened,)).then(lambda case: refresh(case, permit_type, actor, now))
    opened = opened.then(lambda case: Transition(_opened_at(case, received)))
    opened = opened.then(lambda case: begin_review(case, permit_type, actor, now, calendar))
    return opened.then(lambda case: settle(case, permit_type, actor, now, calendar))


def _received(received_at: datetime | None, now: datetime, calendar: WorkingCalendar) -> datetime:
    if received_at is None:
        return now
    day = local_day(calendar, now)
    if received_at > now or local_day(calendar, received_at) != day:
        raise WorkflowError("receipt-time", received=received_at.isoformat(), day=day)
    return received_at


def _opened_at(application: Application, received: datetime) -> Application:
    """Give the first stages their place in the queues by the receipt of the papers, as those from elsewhere have it."""
    stages = tuple(
        state if state.opened_at is None else attrs.evolve(state, opened_at=received)
        for state in application.stages
    )
    return attrs.evolve(application, stages=stages)


def resubmit(
    application: Application,
    permit_type: PermitType,
    *,
    staff: tuple[Officer, ...],
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    terms: FrozenTerms | None = None,
    problems: Iterable[Problem] = (),
    at_counter: frozenset[str] | None = None,
    write_receipt: ReceiptWriter = unsigned_receipt,
    language: str = DEFAULT_LANGUAGE,
) -> Transition:
    """
    Hand in the correction: a new submission, for which every stage is judged again.

    Stages keep their officer where that officer may still act. The clock continues where it was paused.

    Args:
        application: The case that waits for the correction.
        permit_type: The version that the application froze.
        staff: Everyone on record, to see who may continue.
        actor: The applicant, the representative or the host application.
        now: Aware moment, on or before the last day of the window (local).
        calendar: The authority's calendar.
        terms: New slots, stages, fee and time limit where the corrected form changes them; silence policy
            and correction rules stay as first frozen. None: as before.
        problems: What the caller found.
        at_counter: As in `submit`; None: as before.
        write_receipt: As in `submit`: this submission has a receipt of its own.
        language: Of the receipt.

    Raises:
        WorkflowError: ``correction-window-passed``: when the window is over.
        WorkflowError: ``correction-unanswered``: when a document asked for was neither touched nor answered in words.
        SubmissionRefusedError: with all problems at once.
        WorkflowError: ``not-party``: for anyone else.
    """
    check_state(application, Action.RESUBMIT)
    require_party(application, actor, Action.RESUBMIT)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    correction = application.corrections[-1]
    today = local_day(calendar, now)
    told = application.notice_of(f"correction-{correction.round}") is not None
    if told and today > correction.answer_by:
        raise WorkflowError("correction-window-passed", answer_by=correction.answer_by, today=today)
    _check_answered(application)
    frozen = _merged(terms_of(application), terms)
    shown = frozenset(application.shown_at_counter) if at_counter is None else at_counter
    check_graph(permit_type, frozen.stages)
    _refuse_problems(
        (*problems, *submission_problems(application, permit_type, frozen, day=today, at_counter=shown))
    )
    answered = attrs.evolve(correction, answered_at=now)
    case = attrs.evolve(
        application,
        state=ApplicationState.SUBMITTED,
        submission=application.submission + 1,
        terms=frozen,
        corrections=(*application.corrections[:-1], answered),
        shown_at_counter=tuple(sorted(shown)),
    )
    case = _reopened(case, permit_type, staff, actor, now)
    if case.clock.entries:
        case = attrs.evolve(case, clock=attrs.evolve(case.clock, limit=frozen.time_limit))
        case = resume_clock(case, by=actor.account, now=now, reason="correction", calendar=calendar)
    case, digest = give_receipt(case, receipt_of(case, permit_type, now, calendar, language), write_receipt)
    happened = event(
        EventKind.APPLICATION_RESUBMITTED,
        case,
        actor,
        now,
        submission=case.submission,
        round=correction.round,
        due=case.clock.due.isoformat() if case.clock.due else None,
        assignees={state.stage: state.assignee for state in case.stages if state.assignee},
        receipt_sha256=digest,
    )
    opened = Transition(case, (happened,)).then(lambda case: refresh(case, permit_type, actor, now))
    opened = opened.then(lambda case: begin_review(case, permit_type, actor, now, calendar))
    return opened.then(lambda case: settle(case, permit_type, actor, now, calendar))


def begin_review(
    application: Application,
    permit_type: PermitType,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """Move a case whose current submission is complete into review; the first time its clock starts."""
    complete = is_complete(application, permit_type)
    if application.state is not ApplicationState.SUBMITTED or not complete:
        return Transition(application)
    case = attrs.evolve(application, state=ApplicationState.IN_REVIEW)
    limit = terms_of(case).time_limit
    if not case.clock.entries:
        case = start_clock(case, limit=limit, by=actor.account, now=now, reason="complete", calendar=calendar)
    record = case.clock.deadlines[-1]
    happened = event(
        EventKind.FILE_COMPLETE,
        case,
        actor,
        now,
        submission=case.submission,
        due=record.due.isoformat(),
        limit=str(limit),
        calendar=record.calendar_version,
    )
    return Transition(case, (happened,))


def _check_open(application: Application, permit_type: PermitType, day: str, *, is_open: bool) -> None:
    if permit_type.code != application.permit_type:
        raise WorkflowError(
            "permit-type-mismatch", expected=application.permit_type, received=permit_type.code
        )
    if not (permit_type.complete and is_open):
        raise WorkflowError(
            "permit-type-not-open", permit_type=permit_type.code, version=permit_type.version, day=day
        )


def _check_previous(
    application: Application,
    permit_type: PermitType,
    permit: Permit | None,
    today: date,
    calendar: WorkingCalendar,
) -> None:
    if permit is not None:
        if application.previous_permit != permit.id:
            raise WorkflowError("previous-permit", kind=application.kind.value, permit=permit.id)
        check_renewal(permit_type.renewal, permit, application.kind, today, calendar)


def _refuse_problems(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise SubmissionRefusedError(problems=problems)


def _check_answered(application: Application) -> None:
    missing = tuple(
        item.target
        for item in unanswered_items(application)
        if item.target != APPLICANT_TARGET and not item.target.startswith(FORM_TARGET)
    )
    if missing:
        raise WorkflowError("correction-unanswered", targets=missing)


def _merged(old: FrozenTerms, new: FrozenTerms | None) -> FrozenTerms:
    if new is None:
        return old
    return attrs.evolve(old, slots=new.slots, stages=new.stages, fee=new.fee, time_limit=new.time_limit)


def _reopened(
    application: Application,
    permit_type: PermitType,
    staff: tuple[Officer, ...],
    actor: Actor,
    now: datetime,
) -> Application:
    """Set every outcome aside, keep officers who may continue, and add stages that newly apply."""
    codes = terms_of(application).stages
    known = {state.stage: set_aside(state, actor.id, now) for state in application.stages}
    states = [*known.values(), *(StageState(stage=code) for code in codes if code not in known)]
    case = attrs.evolve(application, stages=tuple(states))
    kept = tuple(
        state if state.assignee is None or keeps(case, permit_type, state, staff) else _released(state)
        for state in states
    )
    return attrs.evolve(case, stages=kept)


def _released(state: StageState) -> StageState:
    past = (*state.past_assignees, state.assignee) if state.assignee else state.past_assignees
    return attrs.evolve(state, assignee=None, past_assignees=past)

"""
The way back from a grant whose permit is not issued yet.

A letter that cannot be made, or an old permit that was revoked meanwhile, must not leave a case where no one
can do anything. An approval goes back to review. A grant by law does not: the office's time to judge is over,
and only a defect of power, procedure or substance ends it (UU 30/2014 art. 66), which then is a refusal with
its reasons and the way to object. The applicant may withdraw either; see `workflow.withdraw`.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._authority import Authority
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import Decision, DecisionKind
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._clock import resume_clock
from perizinan_core.workflow._graph import (
    approval_stage,
    put_stage,
    refresh,
    returned_event,
    set_aside,
    stage_of,
)
from perizinan_core.workflow._issuing import check_decider
from perizinan_core.workflow._legal import LEGAL_TERMS, LegalTerms
from perizinan_core.workflow._measure import add_period
from perizinan_core.workflow._overrides import without_officer
from perizinan_core.workflow._people import DECIDERS, conflicted_officers, require_officer
from perizinan_core.workflow._permits import AnnulledBy, DefectGround
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
    local_day,
)
from perizinan_core.workflow._waiting import settle

__all__ = ["annul_decision", "may_reverse", "reopen"]


def reopen(
    application: Application,
    permit_type: PermitType,
    *,
    reasons: tuple[str, ...],
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
) -> Transition:
    """
    Set an approval aside before its permit is issued; the approval stage is judged again.

    The clock continues where the approval stopped it. What an officer judged who has declared a conflict
    since
    is judged again, too.

    Args:
        application: Approved; where a number is taken, cancel it first.
        permit_type: The version that the application froze.
        reasons: Why; the applicant receives them.
        actor: The head or a signatory of the responsible unit.
        now: Aware moment.
        calendar: The authority's calendar.

    Raises:
        WorkflowError: ``decision-stands``: after a grant by law.
        WorkflowError: ``not-allowed``: for anyone else.
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``reason-missing``: without reasons.
    """
    check_state(application, Action.REOPEN)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    require_officer(application, actor, Action.REOPEN, *DECIDERS, units=permit_type.deciding_units)
    if not _was_approved(application):
        raise WorkflowError("decision-stands")
    why = clean_reasons(Action.REOPEN, reasons)
    approval = stage_of(application, approval_stage(application, permit_type))
    case = attrs.evolve(application, state=ApplicationState.IN_REVIEW, decision=None)
    case = put_stage(case, set_aside(approval, actor.id, now, why))
    if case.clock.entries:
        case = resume_clock(case, by=actor.account, now=now, reason="reopened", calendar=calendar)
    gone = sorted(conflicted_officers(application))
    happened = event(EventKind.APPLICATION_REOPENED, case, actor, now, stage=approval.stage, released=gone)
    moved = Transition(case, (happened, returned_event(case, permit_type, approval.stage, actor, now)))
    for officer in gone:
        for code in [state.stage for state in application.stages]:
            state = stage_of(moved.application, code)
            moved = moved.followed_by(
                without_officer(
                    moved.application, permit_type, state, officer, reason=why[0], actor=actor, now=now
                )
            )
    moved = moved.then(lambda reopened: refresh(reopened, permit_type, actor, now, why))
    return moved.then(lambda reopened: settle(reopened, permit_type, actor, now, calendar))


def annul_decision(
    application: Application,
    permit_type: PermitType,
    *,
    ground: DefectGround,
    found_on: date,
    annulled_by: AnnulledBy,
    reasons: tuple[str, ...],
    legal_basis: str,
    objection_to: str,
    actor: Actor,
    authority: Authority,
    now: datetime,
    legal: LegalTerms = LEGAL_TERMS,
) -> Transition:
    """
    Annul a grant that has a defect, before its permit is issued: the application is refused.

    Args:
        application: Approved, or granted by law; where a number is taken, cancel it first.
        permit_type: The version that the application froze.
        ground: The defect; there are no others (UU 30/2014 art. 66).
        found_on: Local day on which it was found.
        annulled_by: Whose word it is; the official and the superior have a limited time.
        reasons: In words that the applicant understands.
        legal_basis: Law and article, or the court's decision.
        objection_to: Who takes an objection (keberatan).
        actor: Who could sign the permit, or the head; see `workflow.check_decider`.
        authority: With its delegations and calendar.
        now: Aware moment.
        legal: For the time allowed, and the objection period.

    Raises:
        WorkflowError: ``annulment-period``: when the time is over, or ``found_on`` lies in the future.
        WorkflowError: ``not-allowed``: for others than those of `workflow.check_decider`, whose other errors
            come as well.
        WorkflowError: ``reason-missing``: without reasons, or without ``objection_to``.
        WorkflowError: ``legal-basis-missing``: without the law it rests on.
    """
    check_state(application, Action.ANNUL_DECISION)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    calendar = authority.calendar
    today = local_day(calendar, now)
    check_decider(application, permit_type, actor, Action.ANNUL_DECISION, authority=authority, day=today)
    why = clean_reasons(Action.ANNUL_DECISION, reasons)
    if not objection_to.strip():
        raise WorkflowError("reason-missing", action=Action.ANNUL_DECISION.value)
    if not legal_basis.strip():
        raise WorkflowError("legal-basis-missing", action=Action.ANNUL_DECISION.value)
    last_day = add_period(calendar, found_on, legal.annulment.period)
    if found_on > today or (today > last_day and annulled_by is not AnnulledBy.COURT):
        raise WorkflowError("annulment-period", found_on=found_on, last_day=last_day, today=today)
    until = add_period(calendar, today, legal.objection.period)
    decision = Decision(
        kind=DecisionKind.REFUSED,
        at=now,
        by=actor.account,
        reasons=why,
        objection_until=until,
        objection_to=objection_to.strip(),
        ground=ground.value,
        legal_basis=legal_basis.strip(),
    )
    case = attrs.evolve(application, state=ApplicationState.REFUSED, decision=decision, closed_at=now)
    happened = event(
        EventKind.DECISION_ANNULLED,
        case,
        actor,
        now,
        ground=ground.value,
        deemed=not _was_approved(application),
        objection_until=until.isoformat(),
    )
    return Transition(case, (happened,))


def may_reverse(application: Application, permit_type: PermitType, action: Action, actor: Actor) -> None:
    """Pass when ``actor`` may set the grant aside; raises as the step itself."""
    require_officer(application, actor, action, *DECIDERS, units=permit_type.deciding_units)
    if action is Action.REOPEN and not _was_approved(application):
        raise WorkflowError("decision-stands")


def _was_approved(application: Application) -> bool:
    decision = application.decision
    return decision is not None and decision.kind is DecisionKind.APPROVED

"""What someone may do with an application now, for the buttons of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._application import Application
from perizinan_core.model._case import StageOutcome, StageStatus
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._stage import SilencePolicy, StageKind
from perizinan_core.workflow._decisions import check_reviews, may_refuse
from perizinan_core.workflow._fee import amount_outstanding
from perizinan_core.workflow._graph import live_stages, stage_of
from perizinan_core.workflow._holding import require_counter
from perizinan_core.workflow._issuing import check_issuer
from perizinan_core.workflow._notice import may_record_notice
from perizinan_core.workflow._payments import require_cashier
from perizinan_core.workflow._people import (
    DECIDERS,
    require_kind,
    require_officer,
    require_party,
    require_supervisor,
)
from perizinan_core.workflow._reversal import may_reverse
from perizinan_core.workflow._review import allowed_outcomes, may_request_stage
from perizinan_core.workflow._stage_access import open_approval_for, open_stage_for
from perizinan_core.workflow._states import Action, actions_in
from perizinan_core.workflow._transition import terms_of
from perizinan_core.workflow._waiting import may_begin_wait, may_end_wait

__all__ = ["AllowedAction", "allowed_actions"]

_PARTY = (Action.UPLOAD, Action.EDIT, Action.DISCARD, Action.SUBMIT, Action.RESUBMIT, Action.WITHDRAW)
_AUTOMATIC = (ActorKind.SYSTEM, ActorKind.HOST)


@attrs.frozen
class AllowedAction:
    """One thing that an actor may do now."""

    action: Action

    stage: str | None = None
    """Code of the stage it concerns, or None for the whole application."""

    outcomes: frozenset[StageOutcome] = frozenset()
    """For judging a stage: how it may end."""


def allowed_actions(
    application: Application, permit_type: PermitType, actor: Actor
) -> tuple[AllowedAction, ...]:
    """
    Return what ``actor`` may do with the application in its present state.

    The same guards decide as in the steps themselves. What depends on the time, on papers or on other
    cases (a window that has passed, a limit that has passed in silence, missing documents, the queue) is
    known only when the step is taken.
    """
    possible = actions_in(application.state)
    found = (
        *_for_parties(application, actor),
        *_for_stages(application, permit_type, actor),
        *_for_approver(application, permit_type, actor),
        *_for_supervision(application, permit_type, actor),
        *_for_counter(application, permit_type, actor),
        *_for_progress(application, permit_type, actor),
    )
    return tuple(item for item in found if item.action in possible)


def _passes(guard: Callable[[], object]) -> bool:
    try:
        guard()
    except WorkflowError:
        return False
    return True


def _for_parties(application: Application, actor: Actor) -> Iterator[AllowedAction]:
    if _passes(lambda: require_party(application, actor, Action.EDIT)):
        yield from map(AllowedAction, _PARTY)


def _for_stages(application: Application, permit_type: PermitType, actor: Actor) -> Iterator[AllowedAction]:
    if Action.DECIDE_STAGE not in actions_in(application.state):
        return
    for code in live_stages(application, permit_type):
        if not _holds(application, permit_type, code, actor):
            continue
        outcomes = allowed_outcomes(application, permit_type, code)
        yield AllowedAction(Action.JUMP_QUEUE, code)
        if permit_type.stage(code).kind is not StageKind.APPROVAL:
            judging = outcomes - {StageOutcome.CORRECTION}
            yield AllowedAction(Action.DECIDE_STAGE, code, judging)
        if StageOutcome.CORRECTION in outcomes:
            yield AllowedAction(Action.REQUEST_CORRECTION, code)
    may_ask = _passes(lambda: require_officer(application, actor, Action.REQUEST_STAGE))
    for code in terms_of(application).stages:
        if may_ask and may_request_stage(application, permit_type, code, actor):
            yield AllowedAction(Action.REQUEST_STAGE, code)


def _for_approver(application: Application, permit_type: PermitType, actor: Actor) -> Iterator[AllowedAction]:
    if Action.REFUSE not in actions_in(application.state):
        return
    if not _passes(lambda: open_approval_for(application, permit_type, actor, Action.APPROVE)):
        return
    if _passes(lambda: check_reviews(application, permit_type)):
        yield AllowedAction(Action.APPROVE)
    if may_refuse(application, permit_type):
        yield AllowedAction(Action.REFUSE)
    for code in terms_of(application).stages:
        if stage_of(application, code).status is StageStatus.DONE:
            yield AllowedAction(Action.SEND_BACK, code)


def _for_supervision(
    application: Application, permit_type: PermitType, actor: Actor
) -> Iterator[AllowedAction]:
    if actor.kind is ActorKind.OFFICER:
        yield AllowedAction(Action.DECLARE_CONFLICT)
    if Action.REASSIGN in actions_in(application.state):
        for code in live_stages(application, permit_type):
            state = stage_of(application, code)
            if not _supervises(application, permit_type, code, actor):
                continue
            if state.status is not StageStatus.DONE and state.assignee != actor.id:
                yield AllowedAction(Action.REASSIGN, code)


def _for_counter(application: Application, permit_type: PermitType, actor: Actor) -> Iterator[AllowedAction]:
    if _passes(lambda: require_counter(application, permit_type, actor)):
        yield AllowedAction(Action.ACCEPT_UPLOAD)


def _for_progress(application: Application, permit_type: PermitType, actor: Actor) -> Iterator[AllowedAction]:
    units = permit_type.deciding_units
    guards: tuple[tuple[Action, Callable[[], None]], ...] = (
        (
            Action.RECOMPUTE,
            lambda: require_officer(
                application, actor, Action.RECOMPUTE, Role.ADMINISTRATOR, kinds=_AUTOMATIC
            ),
        ),
        (Action.LAPSE, lambda: require_kind(actor, Action.LAPSE, *_AUTOMATIC)),
        (
            Action.CANCEL_NUMBER,
            lambda: require_officer(application, actor, Action.CANCEL_NUMBER, *DECIDERS, units=units),
        ),
        (Action.REOPEN, lambda: may_reverse(application, permit_type, Action.REOPEN, actor)),
        (Action.ANNUL_DECISION, lambda: may_reverse(application, permit_type, Action.ANNUL_DECISION, actor)),
        (Action.ISSUE, lambda: require_officer(application, actor, Action.ISSUE, kinds=_AUTOMATIC)),
    )
    yield from (AllowedAction(action) for action, guard in guards if _passes(guard))
    if may_record_notice(application, permit_type, actor):
        yield AllowedAction(Action.RECORD_NOTICE)
    if application.terms is None:
        return
    unpaid = bool(amount_outstanding(application))
    may_record = _passes(lambda: require_cashier(application, permit_type, actor))
    if unpaid and may_record:
        yield AllowedAction(Action.RECORD_PAYMENT)
    if not unpaid and _passes(lambda: check_issuer(application, actor)):
        yield AllowedAction(Action.TAKE_NUMBER)
    yield from _for_waits(application, permit_type, actor)
    silent = terms_of(application).silence is not SilencePolicy.NONE and application.clock.is_running
    if silent and _passes(lambda: require_kind(actor, Action.DEEM_GRANTED, *_AUTOMATIC)):
        yield AllowedAction(Action.DEEM_GRANTED)


def _for_waits(application: Application, permit_type: PermitType, actor: Actor) -> Iterator[AllowedAction]:
    for state in application.stages_in_work():
        if may_begin_wait(application, permit_type, state.stage, actor):
            yield AllowedAction(Action.BEGIN_WAIT, state.stage)
    if may_begin_wait(application, permit_type, None, actor):
        yield AllowedAction(Action.BEGIN_WAIT)
    for wait in application.open_waits():
        if may_end_wait(application, permit_type, wait, actor):
            yield AllowedAction(Action.END_WAIT, wait.stage)


def _holds(application: Application, permit_type: PermitType, stage: str, actor: Actor) -> bool:
    return _passes(lambda: open_stage_for(application, permit_type, stage, actor, Action.DECIDE_STAGE))


def _supervises(application: Application, permit_type: PermitType, stage: str, actor: Actor) -> bool:
    return _passes(lambda: require_supervisor(application, permit_type, actor, Action.REASSIGN, stage))

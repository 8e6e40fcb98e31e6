"""Which action is possible in which state, and where it leads: one table that guards and pictures share."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.errors.workflow import TransitionNotAllowedError
from perizinan_core.model._application import Application, ApplicationState

__all__ = ["RULES", "Action", "StateRule", "actions_in", "check_state"]


class Action(StrEnum):
    """What can be done with an application or a permit; the values are stable."""

    START = "start"
    UPLOAD = "upload"
    """Add, replace or remove a document."""
    ACCEPT_UPLOAD = "accept_upload"
    """Accept a signed file as it is, although the inspection refuses its structure."""
    EDIT = "edit"
    """Change the form."""
    DISCARD = "discard"
    """Remove a draft with its data."""
    SUBMIT = "submit"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    DECLARE_CONFLICT = "declare_conflict"
    JUMP_QUEUE = "jump_queue"
    DECIDE_STAGE = "decide_stage"
    REQUEST_STAGE = "request_stage"
    REQUEST_CORRECTION = "request_correction"
    SEND_BACK = "send_back"
    RECORD_PAYMENT = "record_payment"
    BEGIN_WAIT = "begin_wait"
    """Record that the office waits for another agency or an outside system."""
    END_WAIT = "end_wait"
    RECORD_NOTICE = "record_notice"
    """Say that the applicant's side was notified of something that time runs from."""
    RECOMPUTE = "recompute"
    APPROVE = "approve"
    REFUSE = "refuse"
    LAPSE = "lapse"
    DEEM_GRANTED = "deem_granted"
    REOPEN = "reopen"
    """Set an approval aside before the permit is issued: back to review."""
    ANNUL_DECISION = "annul_decision"
    """Annul a grant that has a defect, before the permit is issued: refused."""
    TAKE_NUMBER = "take_number"
    CANCEL_NUMBER = "cancel_number"
    ISSUE = "issue"
    SIGN = "sign"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    ANNUL = "annul"
    SUPERSEDE = "supersede"


_State = ApplicationState


@attrs.frozen
class StateRule:
    """From where an action is possible, and where it may lead."""

    action: Action
    sources: tuple[ApplicationState, ...]
    """States in which it is possible."""

    moves: tuple[tuple[ApplicationState, ApplicationState], ...] = ()
    """Changes of state that it may bring; without one the state stays."""


_REVIEW = (_State.SUBMITTED, _State.IN_REVIEW)
_UNDECIDED = (*_REVIEW, _State.CORRECTION_REQUESTED)
_WITH_APPLICANT = (_State.DRAFT, _State.CORRECTION_REQUESTED)
_DECIDED = (_State.APPROVED, _State.AWAITING_SIGNATURE)

# The completeness check is to be judged again.
_BACK_TO_CHECK = ((_State.IN_REVIEW, _State.SUBMITTED),)


def _to(
    target: ApplicationState, *sources: ApplicationState
) -> tuple[tuple[ApplicationState, ApplicationState], ...]:
    return tuple((source, target) for source in sources)


def _handed_in(source: ApplicationState) -> tuple[tuple[ApplicationState, ApplicationState], ...]:
    return ((source, _State.SUBMITTED), (source, _State.IN_REVIEW))


RULES: tuple[StateRule, ...] = (
    StateRule(Action.UPLOAD, _WITH_APPLICANT),
    StateRule(Action.ACCEPT_UPLOAD, _WITH_APPLICANT),
    StateRule(Action.EDIT, _WITH_APPLICANT),
    StateRule(Action.DISCARD, (_State.DRAFT,)),
    StateRule(Action.SUBMIT, (_State.DRAFT,), _handed_in(_State.DRAFT)),
    StateRule(Action.ASSIGN, _REVIEW),
    StateRule(Action.REASSIGN, _UNDECIDED),
    StateRule(Action.DECLARE_CONFLICT, (*_UNDECIDED, _State.APPROVED), _BACK_TO_CHECK),
    StateRule(Action.JUMP_QUEUE, _REVIEW),
    StateRule(Action.DECIDE_STAGE, _REVIEW, _to(_State.IN_REVIEW, _State.SUBMITTED)),
    StateRule(Action.REQUEST_STAGE, _REVIEW, _BACK_TO_CHECK),
    StateRule(Action.SEND_BACK, _REVIEW, _BACK_TO_CHECK),
    StateRule(Action.REQUEST_CORRECTION, _REVIEW, _to(_State.CORRECTION_REQUESTED, *_REVIEW)),
    StateRule(Action.RESUBMIT, (_State.CORRECTION_REQUESTED,), _handed_in(_State.CORRECTION_REQUESTED)),
    StateRule(Action.RECORD_PAYMENT, (*_UNDECIDED, *_DECIDED)),
    StateRule(Action.BEGIN_WAIT, (*_REVIEW, *_DECIDED)),
    StateRule(Action.END_WAIT, (*_UNDECIDED, *_DECIDED)),
    StateRule(Action.RECORD_NOTICE, (*_UNDECIDED, _State.REFUSED)),
    StateRule(Action.RECOMPUTE, (*_UNDECIDED, *_DECIDED, _State.REFUSED)),
    StateRule(Action.APPROVE, (_State.IN_REVIEW,), _to(_State.APPROVED, _State.IN_REVIEW)),
    StateRule(Action.REFUSE, _REVIEW, _to(_State.REFUSED, *_REVIEW)),
    StateRule(Action.DEEM_GRANTED, _REVIEW, _to(_State.APPROVED, *_REVIEW)),
    StateRule(Action.LAPSE, (_State.CORRECTION_REQUESTED,), _to(_State.LAPSED, _State.CORRECTION_REQUESTED)),
    StateRule(
        Action.WITHDRAW,
        (_State.DRAFT, *_UNDECIDED, _State.APPROVED),
        _to(_State.WITHDRAWN, _State.DRAFT, *_UNDECIDED, _State.APPROVED),
    ),
    StateRule(
        Action.REOPEN,
        (_State.APPROVED,),
        ((_State.APPROVED, _State.IN_REVIEW), (_State.APPROVED, _State.SUBMITTED)),
    ),
    StateRule(Action.ANNUL_DECISION, (_State.APPROVED,), _to(_State.REFUSED, _State.APPROVED)),
    StateRule(Action.TAKE_NUMBER, (_State.APPROVED,), _to(_State.AWAITING_SIGNATURE, _State.APPROVED)),
    StateRule(
        Action.CANCEL_NUMBER, (_State.AWAITING_SIGNATURE,), _to(_State.APPROVED, _State.AWAITING_SIGNATURE)
    ),
    StateRule(Action.ISSUE, (_State.AWAITING_SIGNATURE,), _to(_State.ISSUED, _State.AWAITING_SIGNATURE)),
)
"""The whole machine; what stands nowhere here is impossible."""


def actions_in(state: ApplicationState) -> tuple[Action, ...]:
    """Return the actions that ``state`` allows to someone, in the order of `RULES`."""
    return tuple(rule.action for rule in RULES if state in rule.sources)


def check_state(application: Application, action: Action) -> None:
    """
    Pass when the application's state allows ``action``.

    Raises:
        TransitionNotAllowedError: naming the state and what it allows.
    """
    possible = actions_in(application.state)
    if action not in possible:
        raise TransitionNotAllowedError(
            action=action.value,
            state=application.state.value,
            allowed=tuple(item.value for item in possible),
        )

"""Which action is possible in which state, and where it leads: one table that guards and pictures share."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.errors.workflow import TransitionNotAllowedError
from perizinan_core.model.application import Application, ApplicationState

__all__ = ["RULES", "Action", "StateRule", "actions_in", "check_state", "state_diagram"]


class Action(StrEnum):
    """What can be done with an application or a permit; the values are stable."""

    START = "start"
    UPLOAD = "upload"
    """Add, replace or remove a document."""
    EDIT = "edit"
    """Change the form."""
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
    RECOMPUTE = "recompute"
    APPROVE = "approve"
    REFUSE = "refuse"
    LAPSE = "lapse"
    DEEM_GRANTED = "deem_granted"
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

    targets: tuple[ApplicationState, ...] = ()
    """States to which it may lead; empty: the state stays."""


_REVIEW = (_State.SUBMITTED, _State.IN_REVIEW)
_UNDECIDED = (*_REVIEW, _State.CORRECTION_REQUESTED)
_WITH_APPLICANT = (_State.DRAFT, _State.CORRECTION_REQUESTED)

RULES: tuple[StateRule, ...] = (
    StateRule(Action.UPLOAD, _WITH_APPLICANT),
    StateRule(Action.EDIT, _WITH_APPLICANT),
    StateRule(Action.SUBMIT, (_State.DRAFT,), _REVIEW),
    StateRule(Action.ASSIGN, _REVIEW),
    StateRule(Action.REASSIGN, _UNDECIDED),
    StateRule(Action.DECLARE_CONFLICT, (*_UNDECIDED, _State.APPROVED)),
    StateRule(Action.JUMP_QUEUE, _REVIEW),
    StateRule(Action.DECIDE_STAGE, _REVIEW, _REVIEW),
    StateRule(Action.REQUEST_STAGE, _REVIEW),
    StateRule(Action.REQUEST_CORRECTION, _REVIEW, (_State.CORRECTION_REQUESTED,)),
    StateRule(Action.RESUBMIT, (_State.CORRECTION_REQUESTED,), _REVIEW),
    StateRule(Action.SEND_BACK, _REVIEW, _REVIEW),
    StateRule(Action.RECORD_PAYMENT, (*_UNDECIDED, _State.APPROVED, _State.AWAITING_SIGNATURE)),
    StateRule(Action.RECOMPUTE, (*_UNDECIDED, _State.APPROVED, _State.AWAITING_SIGNATURE, _State.REFUSED)),
    StateRule(Action.APPROVE, (_State.IN_REVIEW,), (_State.APPROVED,)),
    StateRule(Action.REFUSE, _REVIEW, (_State.REFUSED,)),
    StateRule(Action.DEEM_GRANTED, _REVIEW, (_State.APPROVED,)),
    StateRule(Action.LAPSE, (_State.CORRECTION_REQUESTED,), (_State.LAPSED,)),
    StateRule(Action.WITHDRAW, (_State.DRAFT, *_UNDECIDED), (_State.WITHDRAWN,)),
    StateRule(Action.TAKE_NUMBER, (_State.APPROVED,), (_State.AWAITING_SIGNATURE,)),
    StateRule(Action.CANCEL_NUMBER, (_State.AWAITING_SIGNATURE,), (_State.APPROVED,)),
    StateRule(Action.ISSUE, (_State.AWAITING_SIGNATURE,), (_State.ISSUED,)),
)
"""The whole machine; what stands nowhere here is impossible."""


def actions_in(state: ApplicationState) -> tuple[Action, ...]:
    """Return the actions that ``state`` allows to somebody, in the order of `RULES`."""
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


def state_diagram() -> str:
    """Return the machine as a Mermaid state diagram, drawn from `RULES`."""
    arrows: dict[tuple[str, str], list[str]] = {("[*]", _State.DRAFT.value): [Action.START.value]}
    for rule in RULES:
        for source in rule.sources:
            for target in rule.targets:
                if source is not target:
                    arrows.setdefault((source.value, target.value), []).append(rule.action.value)
    lines = ["stateDiagram-v2"]
    lines += [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    lines += [f"    {state.value} --> [*]" for state in _State if state.is_terminal]
    return "\n".join(lines) + "\n"

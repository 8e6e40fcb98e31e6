"""
A case rebuilt from its events alone: what the log says must be what the case is.

`replay` needs nothing but the events, in order; an auditor compares its answer with the stored case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from perizinan_core.model._application import ApplicationState
from perizinan_core.model._case import StageOutcome, StageStatus
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._stage import StageKind

__all__ = ["CaseHistory", "replay"]


@attrs.frozen(kw_only=True)
class CaseHistory:
    """What the events of one application say."""

    state: ApplicationState | None = None
    """None before the first event."""

    submission: int = 0
    complete: bool = False
    """The clock was started."""

    open_stages: frozenset[str] = frozenset()
    outcomes: Mapping[str, StageOutcome] = attrs.field(factory=dict)
    """Of the current submission, by stage."""

    assignees: Mapping[str, str] = attrs.field(factory=dict)
    corrections: int = 0
    decisions: tuple[EventKind, ...] = ()
    """Decisions that stand; never more than one."""

    permit: str | None = None
    """Id of the permit whose number is taken."""

    def stage_status(self, stage: str) -> StageStatus:
        """Return how a stage stands."""
        if stage in self.open_stages:
            return StageStatus.OPEN
        return StageStatus.DONE if stage in self.outcomes else StageStatus.WAITING


_Step = Callable[[CaseHistory, Event], CaseHistory]


def replay(events: Iterable[Event]) -> CaseHistory:
    """Return what the events of one application, in order, amount to; unknown kinds change nothing."""
    history = CaseHistory()
    for item in events:
        step = _STEPS.get(item.kind)
        history = history if step is None else step(history, item)
    return history


def _started(history: CaseHistory, _item: Event) -> CaseHistory:
    return attrs.evolve(history, state=ApplicationState.DRAFT)


def _handed_in(history: CaseHistory, item: Event) -> CaseHistory:
    # FILE_COMPLETE moves it on to the review, at once where there is no completeness check.
    return attrs.evolve(
        history,
        state=ApplicationState.SUBMITTED,
        submission=item.data["submission"],
        open_stages=frozenset(),
        outcomes={},
        assignees=item.data.get("assignees", {}),
    )


def _opened(history: CaseHistory, item: Event) -> CaseHistory:
    return attrs.evolve(history, open_stages=history.open_stages | {item.data["stage"]})


def _assigned(history: CaseHistory, item: Event) -> CaseHistory:
    return attrs.evolve(history, assignees={**history.assignees, item.data["stage"]: item.data["officer"]})


def _without(stages: Mapping[str, Any], stage: str) -> dict[str, Any]:
    return {code: value for code, value in stages.items() if code != stage}


def _ended(history: CaseHistory, stage: str, outcome: StageOutcome) -> CaseHistory:
    return attrs.evolve(
        history,
        open_stages=history.open_stages - {stage},
        outcomes={**history.outcomes, stage: outcome},
    )


def _decided(history: CaseHistory, item: Event) -> CaseHistory:
    return _ended(history, item.data["stage"], StageOutcome(item.data["outcome"]))


def _returned(history: CaseHistory, item: Event) -> CaseHistory:
    stage = item.data["stage"]
    incomplete = item.data["kind"] == StageKind.COMPLETENESS_CHECK.value
    in_review = history.state is ApplicationState.IN_REVIEW
    return attrs.evolve(
        history,
        state=ApplicationState.SUBMITTED if incomplete and in_review else history.state,
        open_stages=history.open_stages - {stage},
        outcomes=_without(history.outcomes, stage),
    )


def _complete(history: CaseHistory, _item: Event) -> CaseHistory:
    return attrs.evolve(history, state=ApplicationState.IN_REVIEW, complete=True)


def _correction(history: CaseHistory, item: Event) -> CaseHistory:
    ended = _ended(history, item.data["stage"], StageOutcome.CORRECTION)
    return attrs.evolve(ended, state=ApplicationState.CORRECTION_REQUESTED, corrections=item.data["round"])


def _conflict(history: CaseHistory, item: Event) -> CaseHistory:
    if history.state is ApplicationState.APPROVED:
        return history
    officer = item.data["officer"]
    kept = {stage: account for stage, account in history.assignees.items() if account != officer}
    return attrs.evolve(history, assignees=kept)


def _closed(state: ApplicationState, outcome: StageOutcome | None = None) -> _Step:
    def step(history: CaseHistory, item: Event) -> CaseHistory:
        ended = history if outcome is None else _ended(history, item.data["stage"], outcome)
        # A grant that is withdrawn or annulled before its permit is issued no longer stands.
        before = () if history.state is ApplicationState.APPROVED else history.decisions
        return attrs.evolve(ended, state=state, decisions=(*before, item.kind))

    return step


def _reopened(history: CaseHistory, item: Event) -> CaseHistory:
    gone = item.data["released"]
    kept = {stage: account for stage, account in history.assignees.items() if account not in gone}
    return attrs.evolve(history, state=ApplicationState.IN_REVIEW, decisions=(), assignees=kept)


def _number_taken(history: CaseHistory, item: Event) -> CaseHistory:
    return attrs.evolve(history, state=ApplicationState.AWAITING_SIGNATURE, permit=item.data["permit"])


def _number_cancelled(history: CaseHistory, _item: Event) -> CaseHistory:
    return attrs.evolve(history, state=ApplicationState.APPROVED, permit=None)


def _issued(history: CaseHistory, _item: Event) -> CaseHistory:
    return attrs.evolve(history, state=ApplicationState.ISSUED)


_STEPS: Mapping[EventKind, _Step] = {
    EventKind.APPLICATION_STARTED: _started,
    EventKind.APPLICATION_SUBMITTED: _handed_in,
    EventKind.APPLICATION_RESUBMITTED: _handed_in,
    EventKind.STAGE_OPENED: _opened,
    EventKind.STAGE_ASSIGNED: _assigned,
    EventKind.STAGE_DECIDED: _decided,
    EventKind.STAGE_RETURNED: _returned,
    EventKind.FILE_COMPLETE: _complete,
    EventKind.CORRECTION_REQUESTED: _correction,
    EventKind.CONFLICT_DECLARED: _conflict,
    EventKind.APPLICATION_APPROVED: _closed(ApplicationState.APPROVED, StageOutcome.POSITIVE),
    EventKind.APPLICATION_REFUSED: _closed(ApplicationState.REFUSED, StageOutcome.NEGATIVE),
    EventKind.APPLICATION_REOPENED: _reopened,
    EventKind.DECISION_ANNULLED: _closed(ApplicationState.REFUSED),
    EventKind.DEEMED_GRANTED: _closed(ApplicationState.APPROVED),
    EventKind.APPLICATION_WITHDRAWN: _closed(ApplicationState.WITHDRAWN),
    EventKind.APPLICATION_LAPSED: _closed(ApplicationState.LAPSED),
    EventKind.NUMBER_TAKEN: _number_taken,
    EventKind.NUMBER_CANCELLED: _number_cancelled,
    EventKind.PERMIT_ISSUED: _issued,
}

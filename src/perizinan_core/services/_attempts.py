"""Who comes too late learns who was first and what they decided, and the attempt stays on record."""

from __future__ import annotations

from datetime import datetime

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.services import DecidedByOthersError
from perizinan_core.model._actor import Account, Actor
from perizinan_core.model._application import Application
from perizinan_core.model._case import StageStatus
from perizinan_core.model._events import Event, EventKind
from perizinan_core.services._context import OfficeContext

__all__ = ["decided_by_others", "record_attempt"]


def decided_by_others(
    application: Application, stage: str | None, error: PerizinanError
) -> DecidedByOthersError | None:
    """
    Return the refusal that names who decided and what, or None when this is not why a step failed.

    Args:
        application: The case as the step found it.
        stage: The stage that the step was about, or None: the whole case.
        error: What the step raised; becomes the cause of the refusal.
    """
    found = _stage_winner(application, stage) or _case_winner(application)
    if found is not None:
        found.__cause__ = error
    return found


def record_attempt(
    context: OfficeContext,
    application_id: str,
    stage: str | None,
    refusal: DecidedByOthersError,
    actor: Actor,
    now: datetime,
) -> None:
    """Write a refused attempt into the history of the case; no one is notified, since nothing changed."""
    happened = Event(
        kind=EventKind.ATTEMPT_REFUSED,
        subject=application_id,
        at=now,
        actor=str(actor.account),
        data={
            "stage": stage,
            "winner": refusal.account,
            "outcome": refusal.outcome,
            "decided_at": refusal.at,
        },
    )
    with context.unit_of_work() as work:
        work.history.add((happened,))
        work.commit()


def _stage_winner(application: Application, stage: str | None) -> DecidedByOthersError | None:
    state = application.stage_state(stage) if stage is not None else None
    if (
        state is None
        or state.status is not StageStatus.DONE
        or state.decided_by is None
        or state.decided_at is None
        or state.outcome is None
    ):
        return None
    return _refusal(Account.officer(state.decided_by), state.decided_at, state.outcome.value)


def _case_winner(application: Application) -> DecidedByOthersError | None:
    decision = application.decision
    if decision is None:
        return None
    return _refusal(decision.by, decision.at, decision.kind.value)


def _refusal(winner: Account, at: datetime, outcome: str) -> DecidedByOthersError:
    return DecidedByOthersError(winner=winner.id, at=at.isoformat(), outcome=outcome, account=str(winner))

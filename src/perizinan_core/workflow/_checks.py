"""
What outside systems answered, kept in the case; and an answer that is missing, waited for where everyone sees it.

A check that fails or hangs is never an answer. Where the office takes the application all the same, it waits for the
system from that moment, and nothing that cannot be taken back happens before the answer is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor, ActorKind
from perizinan_core.model._application import Application
from perizinan_core.model._case import WaitingFor
from perizinan_core.model._checks import CheckOutcome, CheckRecord
from perizinan_core.model._events import EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    check_permit_type,
    clean_reasons,
    event,
)
from perizinan_core.workflow._waiting import begin_wait, end_wait, require_waiter

__all__ = ["answer_check", "keep_checks"]

_SYSTEM = Actor(id="checks", kind=ActorKind.SYSTEM)
_REASON = N_("The answer of this system to the application is missing; it is asked again.")


def keep_checks(
    application: Application,
    permit_type: PermitType,
    found: Iterable[CheckRecord],
    *,
    actor: Actor,
    now: datetime,
    language: str,
) -> Transition:
    """
    Keep what was answered in the case and its history; wait for what was not, and no longer for what is.

    Args:
        application: The case, handed in.
        permit_type: The version that the application froze.
        found: Answers about its current submission.
        actor: Who handed it in, or the system.
        now: Aware moment.
        language: Of the reason of a wait, which the applicant reads.
    """
    moved = Transition(application)
    for record in found:
        moved = moved.followed_by(_kept(moved.application, record, actor, now))
    missing = _unanswered(moved.application)
    for wait in moved.application.open_waits():
        if wait.by == _SYSTEM.account and wait.name not in missing:
            ended = end_wait(moved.application, permit_type, wait.number, actor=_SYSTEM, now=now)
            moved = moved.followed_by(ended)
    waiting = {wait.name for wait in moved.application.open_waits() if wait.by == _SYSTEM.account}
    for name in sorted(missing - waiting):
        begun = begin_wait(
            moved.application,
            permit_type,
            party=WaitingFor.SYSTEM,
            name=name,
            reason=translate(_REASON, language),
            actor=_SYSTEM,
            now=now,
        )
        moved = moved.followed_by(begun)
    return moved


def answer_check(
    application: Application,
    permit_type: PermitType,
    plugin: str,
    *,
    accepted: bool,
    remark: str,
    actor: Actor,
    now: datetime,
    language: str,
) -> Transition:
    """
    Write down the answer to a check that came another way, e.g. by letter; the last word on this submission.

    Args:
        application: The case.
        permit_type: The version that the application froze.
        plugin: `CheckRecord.plugin` of a check that was refused or is unanswered.
        accepted: What was answered.
        remark: From whom, and how it is known.
        actor: A supervisor, the head of office, a signatory or the host application.
        now: Aware moment.
        language: As in `keep_checks`.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else.
        WorkflowError: ``reason-missing``: without a remark.
        WorkflowError: ``check-settled``: there is no such check, or it is accepted.
    """
    check_state(application, Action.END_WAIT)
    check_permit_type(application, permit_type)
    check_moment(application, now)
    require_waiter(application, permit_type, None, actor)
    (why,) = clean_reasons(Action.END_WAIT, (remark,))
    open_check = next((item for item in application.unsettled_checks() if item.plugin == plugin), None)
    if open_check is None:
        raise WorkflowError("check-settled", plugin=plugin)
    record = attrs.evolve(
        open_check,
        outcome=CheckOutcome.ACCEPTED if accepted else CheckOutcome.REFUSED,
        answer=why,
        asked_at=now,
        answered_by=actor.account,
    )
    return keep_checks(application, permit_type, (record,), actor=actor, now=now, language=language)


def _kept(application: Application, record: CheckRecord, actor: Actor, now: datetime) -> Transition:
    case = attrs.evolve(application, checks=(*application.checks, record))
    happened = event(
        EventKind.CHECK_RECORDED,
        case,
        actor,
        now,
        check=record.kind.value,
        plugin=record.plugin,
        source=record.source,
        outcome=record.outcome.value,
        asked_at=record.asked_at.isoformat(),
        submission=record.submission,
    )
    return Transition(case, (happened,))


def _unanswered(application: Application) -> set[str]:
    return {item.plugin for item in application.unsettled_checks() if item.outcome is CheckOutcome.UNANSWERED}

"""
Asking outside systems about a submission, each within its time, before anything is taken or given.

What raises or hangs has not answered. The settings say what follows: the application waits in its draft, or is taken
with the note that this system was not heard, is asked about again, and is not decided well before it answered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import attrs

from perizinan_core.errors.hooks import HookError
from perizinan_core.errors.workflow import Problem
from perizinan_core.hooks._types import SubmissionCheckResult
from perizinan_core.i18n import N_
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._checks import CheckKind, CheckOutcome, CheckRecord
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._case_jobs import CaseJob
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._issuance import SYSTEM
from perizinan_core.services._work import PATIENT, WorkDone
from perizinan_core.storage import Backoff, UnitOfWork
from perizinan_core.workflow._checks import keep_checks
from perizinan_core.workflow._transition import Transition

__all__ = [
    "AskChecksAgain",
    "Asked",
    "ask_checks",
    "identity_record",
    "record_refusal",
    "require_answers",
]

_log = logging.getLogger(__name__)

_REFUSED = N_("{source} does not accept this application: {reason}")
_ASKED_IN = frozenset({ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW, ApplicationState.APPROVED})


@attrs.frozen
class Asked:
    """What the checks of one submission said."""

    records: tuple[CheckRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    """What was refused, as the applicant reads it."""


def ask_checks(
    context: OfficeContext,
    application: Application,
    permit_type: PermitType,
    moment: datetime,
    *,
    only: frozenset[str] | None = None,
) -> Asked:
    """
    Ask every plugin that checks submissions; outside of any unit of work, because it may take long.

    Args:
        context: The office.
        application: As it would be handed in; `Application.submission` is the one before, or the current one
            where ``only`` is given.
        permit_type: The version that counts.
        moment: Aware moment.
        only: Names of plugins that are asked again.
    """
    records: list[CheckRecord] = []
    problems: list[Problem] = []
    submission = application.submission + (only is None)
    for plugin, check in context.checks.submission_checks():
        if only is not None and plugin not in only:
            continue
        result = _answer(context, plugin, check, application, permit_type)
        if result is None:
            continue
        records.append(_record(result, plugin, submission, moment))
        if isinstance(result, SubmissionCheckResult) and not result.accepted:
            fields = {"source": result.source, "reason": result.reason}
            problems.append(
                Problem(f"check.{plugin}", "submission-check", _REFUSED, fields, label=result.source)
            )
    return Asked(tuple(records), tuple(problems))


def require_answers(context: OfficeContext, permit_type: PermitType, asked: Asked) -> None:
    """
    Pass when everyone answered, or where the settings take the application without that.

    Raises:
        HookError: ``check-unanswered``: the application waits as it is, in its draft.
    """
    missing = tuple(item.plugin for item in asked.records if item.outcome is CheckOutcome.UNANSWERED)
    if missing and context.check_rules.stops(permit_type.code):
        raise HookError("check-unanswered", plugin=missing[0], hook="decide_submission_check")


def identity_record(verified_by: str | None, submission: int, moment: datetime) -> tuple[CheckRecord, ...]:
    """Return who vouched for the applicant, to be kept; nothing where the form alone was looked at."""
    if not verified_by:
        return ()
    record = CheckRecord(
        kind=CheckKind.APPLICANT,
        plugin="",
        source=verified_by,
        outcome=CheckOutcome.ACCEPTED,
        asked_at=moment,
        submission=submission,
    )
    return (record,)


def record_refusal(context: OfficeContext, application: Application, asked: Asked, actor: str) -> None:
    """Write what was refused into the history of the draft: nothing else changed."""
    happened = tuple(
        Event(
            kind=EventKind.CHECK_RECORDED,
            subject=application.id,
            at=item.asked_at,
            actor=actor,
            data={
                "check": item.kind.value,
                "plugin": item.plugin,
                "source": item.source,
                "outcome": item.outcome.value,
                "asked_at": item.asked_at.isoformat(),
                "submission": item.submission,
            },
        )
        for item in asked.records
    )
    with context.unit_of_work() as work:
        work.history.add(happened)
        work.commit()


@attrs.frozen
class AskChecksAgain(CaseJob):
    """Asks the systems again that have not answered about a case which was taken all the same."""

    name: ClassVar[str] = "checks"
    backoff: ClassVar[Backoff] = PATIENT

    def due(self, work: UnitOfWork, now: datetime) -> Iterable[str]:
        """Cases that wait for an answer."""
        del now
        return work.agenda.unchecked()

    def do(self, subject: str, now: datetime) -> WorkDone:
        """Ask outside of the unit of work; what is still not answered fails the job, which comes again later."""
        context = self.context
        with context.unit_of_work(read_only=True) as work:
            case = context.load(work, subject)
        waiting = _unanswered(case)
        if not waiting or case.state not in _ASKED_IN:
            return WorkDone()
        asked = ask_checks(context, case, context.permit_type_of(case), now, only=waiting)
        answered = tuple(item for item in asked.records if item.outcome is not CheckOutcome.UNANSWERED)
        if answered:
            with context.unit_of_work() as work:
                case = context.load(work, subject, lock=True)
                still = _unanswered(case)
                kept = tuple(
                    item for item in answered if item.plugin in still and item.submission == case.submission
                )
                if kept and case.state in _ASKED_IN:
                    context.save(work, self._kept(case, kept, now), SYSTEM, now)
                    work.commit()
        left = sorted(waiting - {item.plugin for item in answered})
        if left:
            raise HookError("check-unanswered", plugin=left[0], hook="decide_submission_check")
        return WorkDone()

    def _kept(self, case: Application, records: tuple[CheckRecord, ...], now: datetime) -> Transition:
        context = self.context
        return keep_checks(
            case,
            context.permit_type_of(case),
            records,
            actor=SYSTEM,
            now=now,
            language=context.language,
        )


def _unanswered(case: Application) -> frozenset[str]:
    return frozenset(
        item.plugin for item in case.unsettled_checks() if item.outcome is CheckOutcome.UNANSWERED
    )


class _NotHeard(StrEnum):
    FAILED = "failed"


def _answer(
    context: OfficeContext,
    plugin: str,
    check: Callable[..., SubmissionCheckResult | None],
    application: Application,
    permit_type: PermitType,
) -> SubmissionCheckResult | _NotHeard | None:
    try:
        return context.calls.call(
            f"check {plugin}",
            context.check_rules.time_limit,
            lambda: check(application=application, permit_type=permit_type),
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, nothing was answered
        _log.warning("the check %s did not answer about %s: %s", plugin, application.id, type(error).__name__)
        return _NotHeard.FAILED


def _record(
    result: SubmissionCheckResult | _NotHeard, plugin: str, submission: int, moment: datetime
) -> CheckRecord:
    if isinstance(result, _NotHeard):
        source, outcome, answer = plugin, CheckOutcome.UNANSWERED, ""
    else:
        source, answer = result.source, result.answer
        outcome = CheckOutcome.ACCEPTED if result.accepted else CheckOutcome.REFUSED
    return CheckRecord(
        kind=CheckKind.SUBMISSION,
        plugin=plugin,
        source=source,
        outcome=outcome,
        answer=answer,
        asked_at=moment,
        submission=submission,
    )

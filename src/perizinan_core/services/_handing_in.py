"""
Handing an application in, for the first time or after a correction: what keeps it from that, and what it makes.

What takes long comes first and holds no records: other systems are asked, and the letter is rehearsed. What was
looked at then is compared with what is handed in under the lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from perizinan_core.catalogue import is_exempt
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.workflow import Problem, SubmissionRefusedError
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._checks import CheckKind, CheckRecord
from perizinan_core.model._permit import Permit
from perizinan_core.services._assigning import assign_where_possible
from perizinan_core.services._checks import ask_checks, identity_record, record_refusal, require_answers
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._file_problems import stored_file_problems, under_way_problems
from perizinan_core.services._number_sources import reserve_number
from perizinan_core.services._numbering import take_number
from perizinan_core.services._receipts import sign_receipt
from perizinan_core.services._rehearsal import letter_problems, problems_at_submission
from perizinan_core.services._similar import about_of
from perizinan_core.services._terms import (
    as_it_applies,
    form_problems,
    permit_type_now,
    preview_problems,
    previous_permit_of,
    refuse_exempt,
    terms_for,
)
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._checks import keep_checks
from perizinan_core.workflow._submission import resubmit, submit
from perizinan_core.workflow._transition import Transition

__all__ = ["HandingIn", "Prepared", "next_submission"]

_EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.CORRECTION_REQUESTED})


@attrs.frozen
class Prepared:
    """What is known of an application before its records are held."""

    seen: Application
    """As it was looked at."""

    problems: tuple[Problem, ...] = ()
    """What kept it from being handed in, the letter's rehearsal included."""

    answers: tuple[CheckRecord, ...] = ()
    """What other systems said about it; none are asked about one that has problems."""


@attrs.frozen
class HandingIn:
    """One attempt to hand an application in, at one moment."""

    _context: OfficeContext
    _actor: Actor
    _moment: datetime
    _at_counter: frozenset[str] = frozenset()
    """Keys of slots whose originals are shown at the counter."""

    _received_at: datetime | None = None
    """When the papers were received at the counter, earlier on the same day; None: now."""

    def obstacles(self, work: UnitOfWork, application: Application) -> Iterator[Problem]:
        """Yield what keeps the application from being handed in; once the data are right, what issuing demands."""
        context, moment = self._context, self._moment
        permit_type = permit_type_now(context, application, moment)
        # First, because the person who reads it has only to wait.
        yield from under_way_problems(context, application, permit_type, moment)
        found = as_it_applies(context, work, application, permit_type, moment)
        application, facts = found.application, found.facts
        wrong = preview_problems(context, found, permit_type, moment, self._at_counter)
        yield from wrong
        if wrong or is_exempt(permit_type, facts, context.local_day(moment)):
            return
        previous = previous_permit_of(context, work, application)
        yield from problems_at_submission(context, work, application, permit_type, previous, moment)
        yield from letter_problems(context, work, application, permit_type, previous, moment)

    def prepare(self, application: Application) -> Prepared:
        """
        Return what takes longer than the records should be held: printing, and asking other systems.

        Raises:
            ServiceError: ``applicant-refused``.
            SubmissionRefusedError: another system refuses the application.
            HookError: a check failed, or did not answer where it has to.
        """
        if application.state not in _EDITABLE:
            # A repeated request gets its receipt, whatever the checks say by now.
            return Prepared(application)
        context, moment = self._context, self._moment
        identity = self._check_applicant(application)
        permit_type = permit_type_now(context, application, moment)
        with context.unit_of_work(read_only=True) as work:
            shown = as_it_applies(context, work, application, permit_type, moment).application
            problems = tuple(self.obstacles(work, application))
        problems += tuple(stored_file_problems(context, application, permit_type))
        if problems:
            # No other system is asked about an application that cannot be handed in.
            return Prepared(application, problems)
        answers = self._asked_outside(shown, identity)
        self._reserve_receipt(application)
        return Prepared(application, answers=answers)

    def hand_in(self, work: UnitOfWork, application: Application, prepared: Prepared) -> Transition:
        """
        Return the application handed in, with what other systems said and its first officer.

        Args:
            work: Holds the application.
            application: As it is on record, locked.
            prepared: What is known of it.

        Raises:
            SubmissionRefusedError: with every problem at once.
            StaleObjectError: it is no longer what other systems were asked about.
        """
        context, actor, moment = self._context, self._actor, self._moment
        moved = self._handed_in(work, application, self._problems_now(work, application, prepared))
        moved = moved.then(
            lambda case: keep_checks(
                case,
                context.permit_type_of(case),
                prepared.answers,
                actor=actor,
                now=moment,
                language=context.language,
            )
        )
        return moved.then(lambda case: assign_where_possible(context, work, case, actor, moment))

    def _problems_now(
        self, work: UnitOfWork, application: Application, prepared: Prepared
    ) -> tuple[Problem, ...]:
        """Return the problems of what is handed in: those that were found, or new ones when something came between."""
        context, seen = self._context, prepared.seen
        if application.applicant != seen.applicant:
            # The person who was checked is not the one who is handed in.
            context.check_version(work, application, seen.version)
        if _said(application) == _said(seen):
            return prepared.problems
        if any(item.kind is CheckKind.SUBMISSION for item in prepared.answers):
            # What the outside systems were asked about is not what is handed in.
            context.check_version(work, application, seen.version)
        permit_type = permit_type_now(context, application, self._moment)
        return (
            *self.obstacles(work, application),
            *stored_file_problems(context, application, permit_type),
        )

    def _handed_in(
        self, work: UnitOfWork, application: Application, printed: tuple[Problem, ...]
    ) -> Transition:
        context, moment = self._context, self._moment
        previous = self._held(work, application)
        permit_type = permit_type_now(context, application, moment)
        found = as_it_applies(context, work, application, permit_type, moment)
        # What was typed into fields that do not apply is not handed in.
        application, facts = found.application, found.facts
        problems = form_problems(found, permit_type)
        if problems:
            # Rules cannot be applied to data that do not have the form they ask for.
            raise SubmissionRefusedError(problems=problems)
        refuse_exempt(context, facts, permit_type, moment)
        terms = terms_for(context, facts, permit_type, moment)
        seen = tuple(
            item
            for item in printed
            if item.path.split(".")[0] == "letter" or item.code == "stored-file-damaged"
        )
        problems = (
            *under_way_problems(context, application, permit_type, moment),
            *problems_at_submission(context, work, application, permit_type, previous, moment),
            *seen,
        )
        application = attrs.evolve(
            application, about=about_of(context, application, permit_type, facts, moment)
        )
        if application.state is ApplicationState.CORRECTION_REQUESTED:
            return resubmit(
                application,
                permit_type,
                staff=context.assignees(work, application),
                actor=self._actor,
                now=moment,
                calendar=context.calendar,
                terms=terms,
                problems=problems,
                at_counter=self._at_counter or None,
                write_receipt=lambda receipt: sign_receipt(context, receipt),
                language=context.language,
            )
        register = permit_type.receipt_register or context.authority.receipt_register
        number = take_number(context, work, register, application.id, permit_type, self._actor, moment)
        return submit(
            application,
            permit_type,
            terms,
            receipt_number=number.text,
            actor=self._actor,
            now=moment,
            calendar=context.calendar,
            problems=problems,
            at_counter=self._at_counter,
            previous_permit=previous,
            write_receipt=lambda receipt: sign_receipt(context, receipt),
            language=context.language,
            received_at=self._received_at,
        )

    def _held(self, work: UnitOfWork, application: Application) -> Permit | None:
        """Return the permit that the application builds on, locked: of two successors one is handed in first."""
        if application.previous_permit is None:
            return None
        return self._context.load_permit(work, application.previous_permit, lock=True)

    def _check_applicant(self, application: Application) -> str | None:
        """Return who vouched for the applicant, or None."""
        result = self._context.checks.decide_applicant_check(application.applicant)
        if result is not None and not result.accepted:
            raise ServiceError("applicant-refused", reason=result.reason)
        return None if result is None else result.verified_by

    def _asked_outside(self, application: Application, verified_by: str | None) -> tuple[CheckRecord, ...]:
        """Ask every outside system about an application that could be handed in, and return what is to be kept."""
        context, moment = self._context, self._moment
        permit_type = permit_type_now(context, application, moment)
        asked = ask_checks(context, application, permit_type, moment)
        if asked.problems:
            record_refusal(context, application, asked, str(self._actor.account))
            raise SubmissionRefusedError(problems=asked.problems)
        require_answers(context, permit_type, asked)
        return (*identity_record(verified_by, application.submission + 1, moment), *asked.records)

    def _reserve_receipt(self, application: Application) -> None:
        """Ask an outside registry for the receipt number of a first submission, where receipts have one."""
        if application.state is ApplicationState.DRAFT:
            context, moment = self._context, self._moment
            permit_type = permit_type_now(context, application, moment)
            register = permit_type.receipt_register or context.authority.receipt_register
            reserve_number(context, register, application.id, permit_type, moment)


def next_submission(application: Application) -> int:
    """Return the submission that handing in makes; once it is made, the same number names the repeated request."""
    return application.submission + (application.state in _EDITABLE)


def _said(application: Application) -> tuple[object, ...]:
    """Return what was printed of an application before it is handed in."""
    return (
        application.representative,
        application.form,
        application.kind,
        application.previous_permit,
        application.documents,
    )

"""
Asking beforehand what issuing will demand, and having it answered in sentences while something can be done.

The same rehearsal is held when an application is handed in, when it is approved, and before the number of its letter
is taken: the letter is printed whole, with the number that would be next and a code and a signature that count
nowhere, and is read as a checker reads an issued one. Nothing of it is kept but the hash of what passed.

What issuing demands stands in `DEMANDS`, and nowhere else: a new demand is one function there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cached_property

import attrs

from perizinan_core._converters import canonical_json
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.rendering import UnprintableText, UnprintableTextError
from perizinan_core.errors.services import LetterRefusedError, ServiceError
from perizinan_core.errors.storage import StorageError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._checks import CheckOutcome
from perizinan_core.model._letter import Letter
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.rendering import EditionedRenderer
from perizinan_core.services._bindings import Bindings
from perizinan_core.services._confirmations import approval_confirmations, marked, submission_confirmations
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._entitled import binding_problems
from perizinan_core.services._letter_check import check_letter
from perizinan_core.services._letter_duties import TOO_LARGE, duty_problem
from perizinan_core.services._letters import LetterPlan, compose, plan_letter, statement_of
from perizinan_core.services._numbering import next_number
from perizinan_core.services._stand_in import (
    qr_text_with,
    stand_in_document,
    stand_in_qr_key,
    stand_in_signer,
)
from perizinan_core.signing import SigningRequest, sign_pdf
from perizinan_core.storage import ApplicationFilter, UnitOfWork
from perizinan_core.workflow._foresight import (
    SUCCEEDING,
    approval_obstacles,
    entitled_delegations,
    submission_obstacles,
)

__all__ = [
    "DEMANDS",
    "MAX_LETTER_BYTES",
    "Demand",
    "LetterOutlook",
    "Rehearsal",
    "findings",
    "letter_outlook",
    "letter_problems",
    "problems_at_approval",
    "problems_at_submission",
    "rehearse",
    "signing_request",
]

MAX_LETTER_BYTES = 50_000_000
"""Of a signed letter, before proofs of time are added; a checker reads files of up to 64 MiB."""

_ANY_DAY = date(2000, 1, 1)
_PLACE = 999_999_999
"""Place in the status list of a rehearsed letter: as long in a code as any that an office will reach."""

_TEXT = N_("The letter could not be printed: {problem}")
_LETTER = N_("The letter of this permit cannot be made: {problem}")
_UNANSWERED = N_(
    "{source} has not answered about this application. It is asked again; a supervisor may write down an answer that "
    "came another way."
)
_NOT_ACCEPTED = N_(
    "{source} did not accept this application. Refuse it, ask for a correction, or have a supervisor write down what "
    "was answered since."
)
_TOO_LARGE = N_(
    "The signed letter would have {size} bytes, and a letter may have {limit}. "
    "Use smaller pictures in the template “{template}”, or shorten the annex."
)
_OFFICE = N_(
    "The office has to put something right before it can issue this permit ({code}). Tell the office; its staff see "
    "what it is. Your data need no change."
)


@attrs.frozen(kw_only=True, slots=False)
class Rehearsal:
    """One letter as it would be issued at a moment, before anything is taken for it."""

    context: OfficeContext
    work: UnitOfWork
    """For demands that ask the records; only read."""

    application: Application
    plan: LetterPlan
    moment: datetime

    @cached_property
    def letter(self) -> Letter:
        """
        The letter with the number that would be next.

        Raises:
            ServiceError: ``issuance``: the permit type has no number register.
            InvalidCatalogueError: the register has no number format for the day.
        """
        context, plan = self.context, self.plan
        register = plan.permit_type.register
        if register is None:
            raise ServiceError(
                "issuance", reason=f"permit type {plan.permit_type.code!r} has no number register"
            )
        number = next_number(context, self.work, register, plan.permit_type, plan.day).text
        statement = statement_of(context, plan, number=number, status_index=_PLACE)
        code = qr_text_with(context, statement, stand_in_qr_key())
        return compose(context, plan, statement=statement, qr_text=code)

    @property
    def content_hash(self) -> str | None:
        """
        SHA-256 of what decides whether the letter can be printed: all that it says, and the template.

        The number, its place and the dates change from day to day and keep their shape; they are left out. None: the
        renderer does not say what its templates are, so that nothing can be remembered.
        """
        renderer = self.context.renderer
        if not isinstance(renderer, EditionedRenderer):
            return None
        letter = self.letter
        same = attrs.evolve(
            letter.statement,
            number="",
            status_index=0,
            issued_on=_ANY_DAY,
            valid_from=_ANY_DAY,
            valid_until=None if letter.statement.valid_until is None else _ANY_DAY,
        )
        content = canonical_json(attrs.evolve(letter, statement=same, qr_text=""))
        return hashlib.sha256(content + renderer.edition(letter.template, letter.logo).encode()).hexdigest()


@attrs.frozen
class _Said:
    """What an error says, in the language of the reader of the sentence that it stands in."""

    error: PerizinanError | UnprintableText

    def to(self, language: str) -> str:
        """Return the sentence."""
        return self.error.message(language)


@attrs.frozen
class Demand:
    """One thing that issuing demands."""

    find: Callable[[Rehearsal], Iterator[Problem]]
    """Yields what is missing for it; `Problem.path` says of what kind it is."""

    at_submission: bool = True
    """False: no one stops an applicant for it."""


def findings(rehearsal: Rehearsal, *, at_submission: bool = False) -> Iterator[Problem]:
    """Yield everything that would keep this letter from being issued."""
    for demand in DEMANDS:
        if demand.at_submission or not at_submission:
            yield from demand.find(rehearsal)


def _printed(rehearsal: Rehearsal) -> Iterator[Problem]:
    """Demand that the letter prints, and that a checker finds on its pages what its data say."""
    context = rehearsal.context
    try:
        if rehearsal.application.rehearsed is not None and (
            rehearsal.application.rehearsed == rehearsal.content_hash
        ):
            return
        letter = rehearsal.letter
        pdf = context.renderer.render(letter)
        signed = sign_pdf(pdf, stand_in_signer(), signing_request(context, "", rehearsal.moment))
    except StorageError:
        raise
    except UnprintableTextError as error:
        for text in error.problems:
            problem = {"problem": _Said(text)}
            yield Problem(f"letter.{text.field}", error.code, _TEXT, problem, label=text.label)
        return
    except PerizinanError as error:
        yield Problem("letter", error.code, _LETTER, {"problem": _Said(error)})
        return
    if len(signed) > MAX_LETTER_BYTES:
        sizes = {"size": len(signed), "limit": MAX_LETTER_BYTES, "template": letter.template}
        yield Problem("letter", TOO_LARGE, _TOO_LARGE, sizes)
        return
    document = stand_in_document(context, rehearsal.moment)
    said = json.loads(canonical_json(letter.statement))
    for fault in check_letter(signed, document, said=said, qr_text=letter.qr_text, at=rehearsal.moment):
        yield duty_problem(letter, fault)


def _checks_settled(rehearsal: Rehearsal) -> Iterator[Problem]:
    """Demand that every outside system which had to be asked about the submission has accepted it."""
    for record in rehearsal.application.unsettled_checks():
        unanswered = record.outcome is CheckOutcome.UNANSWERED
        sentence = _UNANSWERED if unanswered else _NOT_ACCEPTED
        yield Problem(
            f"check.{record.plugin}", "check-open", sentence, {"source": record.source}, label=record.source
        )


DEMANDS: tuple[Demand, ...] = (Demand(_checks_settled, at_submission=False), Demand(_printed))
"""What issuing demands of a letter, in this order."""


def rehearse(rehearsal: Rehearsal) -> None:
    """
    Pass when nothing keeps the letter from being issued.

    Raises:
        LetterRefusedError: with everything that does.
    """
    problems = tuple(findings(rehearsal))
    if problems:
        raise LetterRefusedError(problems=problems)


def signing_request(context: OfficeContext, number: str, moment: datetime) -> SigningRequest:
    """Return what the signature of a letter states."""
    return SigningRequest(
        signed_at=moment.astimezone(context.calendar.time_zone.zone),
        reason=f"Penerbitan {number}",
        location=context.authority.letterhead.city,
        field_name="Signature1",
    )


def successors_of(work: UnitOfWork, application: Application) -> tuple[Application, ...]:
    """Return the other applications in work that build on the same permit."""
    if application.previous_permit is None:
        return ()
    wanted = ApplicationFilter(previous_permit=application.previous_permit, states=SUCCEEDING)
    found = work.applications.find(wanted, limit=2).items
    return tuple(item for item in found if item.id != application.id)


def problems_at_submission(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    permit_type: PermitType,
    previous: Permit | None,
    moment: datetime,
) -> tuple[Problem, ...]:
    """Return what the office's records and data hold against issuing; the letter is for `letter_problems`."""
    obstacles = submission_obstacles(
        application,
        permit_type,
        authority=context.authority,
        others=successors_of(work, application),
        previous_number=previous.number if previous else "",
        day=context.local_day(moment),
    )
    day = context.local_day(moment)
    return (*submission_confirmations(context, work, application, permit_type, day), *obstacles)


def problems_at_approval(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    permit_type: PermitType,
    previous: Permit | None,
    moment: datetime,
    approver: Actor,
) -> tuple[Problem, ...]:
    """As `problems_at_submission`, and whether an officer may sign, with a certificate that is bound."""
    day = context.local_day(moment)
    found = approval_obstacles(
        application,
        permit_type,
        authority=context.authority,
        staff=work.officers.list(),
        others=successors_of(work, application),
        previous_number=previous.number if previous else "",
        day=day,
        approver=approver.id,
    )
    able = (item.position for item in entitled_delegations(context.authority, permit_type.code, day))
    return (
        *approval_confirmations(context, work, permit_type, day),
        *found,
        *binding_problems(Bindings(work, context.local_day), able, day),
    )


@attrs.frozen
class LetterOutlook:
    """What the rehearsal of the letter found in a case that is not decided yet."""

    problems: tuple[Problem, ...] = ()
    content_hash: str | None = None
    """Of the letter that passed; None: nothing is to be remembered."""


def letter_problems(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    permit_type: PermitType,
    previous: Permit | None,
    moment: datetime,
) -> Iterator[Problem]:
    """Yield what `letter_outlook` says to applicants: their own texts, and that the office has work to do."""
    outlook = letter_outlook(context, work, application, permit_type, previous, moment, at_submission=True)
    for problem in outlook.problems:
        if problem.code == UnprintableTextError.code:
            yield problem
        else:
            yield Problem(problem.path, problem.code, _OFFICE, {"code": problem.code})


def letter_outlook(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    permit_type: PermitType,
    previous: Permit | None,
    moment: datetime,
    *,
    at_submission: bool = False,
) -> LetterOutlook:
    """
    Rehearse the letter for the position that may sign it first.

    Where no position may sign there is no letter to print; the problems of the records say so.
    """
    day = context.local_day(moment)
    delegations = entitled_delegations(context.authority, permit_type.code, day)
    if not delegations:
        return LetterOutlook()
    try:
        if application.receipt_number is None:
            register = permit_type.receipt_register or context.authority.receipt_register
            receipt = next_number(context, work, register, permit_type, day).text
            application = attrs.evolve(application, receipt_number=receipt, submitted_at=moment)
        plan = marked(context, work, plan_letter(application, permit_type, previous, delegations[0], day))
        rehearsal = Rehearsal(context=context, work=work, application=application, plan=plan, moment=moment)
        found = tuple(findings(rehearsal, at_submission=at_submission))
        return LetterOutlook(found, None if found else rehearsal.content_hash)
    except StorageError:
        raise
    except PerizinanError as error:
        return LetterOutlook((Problem("letter", error.code, _LETTER, {"problem": _Said(error)}),))

"""
Asking beforehand what issuing will demand: the letter is printed as a draft, and read as a verifier reads it.

The same rehearsal is held when an application is handed in, when it is approved, and before the number of its
letter is taken. What it finds goes to the applicant or the approver as sentences, while something can be done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from perizinan_core._converters import canonical_json
from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.catalogue import register_number
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.errors.rendering import UnprintableTextError
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.storage import StorageError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application
from perizinan_core.model._letter import Letter
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._confirmations import approval_confirmations, submission_confirmations
from perizinan_core.services._context import OfficeContext
from perizinan_core.services._letters import LetterPlan, compose, plan_letter
from perizinan_core.storage import ApplicationFilter, UnitOfWork
from perizinan_core.verification._pdf._embedded import embedded_files
from perizinan_core.verification._pdf._text import printed_text
from perizinan_core.verification._permit_content import PERMIT_FILE, differences_to_text
from perizinan_core.workflow._foresight import (
    SUCCEEDING,
    approval_obstacles,
    entitled_delegations,
    submission_obstacles,
)

__all__ = ["letter_problems", "problems_at_approval", "problems_at_submission", "rehearse"]

_REGISTER_SEQUENCE = 1
"""Of the number that a rehearsal prints: the format is tried, no number is taken."""

_TEXT = N_("The letter could not be printed: {problem}")
_LETTER = N_("The letter of this permit cannot be made: {problem}")


def rehearse(context: OfficeContext, plan: LetterPlan) -> None:
    """
    Print the letter as a draft, and read it as a verifier will; nothing is kept.

    Raises:
        UnprintableTextError: a text of the letter cannot be shown.
        ServiceError: ``letter-disagrees``: the letter does not print what its data say.
        ServiceError: ``issuance``: the permit type has no number register.
        InvalidCatalogueError: the register has no number format for the day.
        RenderingError: the template, the logo or the QR does not work.
    """
    register = plan.permit_type.register
    if register is None:
        raise ServiceError("issuance", reason=f"permit type {plan.permit_type.code!r} has no number register")
    number = register_number(
        context.authority,
        register,
        sequence=_REGISTER_SEQUENCE,
        day=plan.day,
        permit_type=plan.permit_type,
    )
    letter = compose(context, plan, number=number, status_index=0, qr_text="")
    _check_readable(letter, context.renderer.rehearse(letter))


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
    """As `problems_at_submission`, and whether an officer may sign."""
    obstacles = approval_obstacles(
        application,
        permit_type,
        authority=context.authority,
        staff=work.officers.list(),
        others=successors_of(work, application),
        previous_number=previous.number if previous else "",
        day=context.local_day(moment),
        approver=approver.id,
    )
    day = context.local_day(moment)
    return (*approval_confirmations(context, work, permit_type, day), *obstacles)


def letter_problems(
    context: OfficeContext,
    application: Application,
    permit_type: PermitType,
    previous: Permit | None,
    moment: datetime,
) -> Iterator[Problem]:
    """
    Yield what would keep the letter from being printed as it stands.

    Where no position may sign there is no letter to print; the problems of the records say so.
    """
    day = context.local_day(moment)
    delegations = entitled_delegations(context.authority, permit_type.code, day)
    if not delegations:
        return
    try:
        rehearse(context, plan_letter(application, permit_type, previous, delegations[0], day))
    except StorageError:
        raise
    except UnprintableTextError as error:
        for text in error.problems:
            problem = {"problem": text.message(context.language)}
            yield Problem(f"letter.{text.field}", error.code, _TEXT, problem)
    except PerizinanError as error:
        yield Problem("letter", error.code, _LETTER, {"problem": error.message(context.language)})


def _check_readable(letter: Letter, pdf: bytes) -> None:
    said = canonical_json(letter.statement)
    try:
        structure = PdfStructure(pdf)
        text, data = printed_text(structure), embedded_files(structure, PERMIT_FILE)
    except PdfStructureError as error:
        raise ServiceError("letter-disagrees", fields=()) from error
    missing, _compared = differences_to_text(json.loads(said), text)
    if data != [said]:
        missing.append(PERMIT_FILE)
    if missing:
        raise ServiceError("letter-disagrees", fields=tuple(missing))

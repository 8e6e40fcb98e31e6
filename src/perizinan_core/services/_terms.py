"""The catalogue's rules applied to a case that is on record: what it needs, what is wrong with it."""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.catalogue import (
    Facts,
    FormFields,
    facts_of,
    find_slots,
    form_fields,
    freeze_terms,
    is_exempt,
    validate_form,
)
from perizinan_core.catalogue._extensions import refuse_changed
from perizinan_core.catalogue._form_check import field_title
from perizinan_core.errors.services import ServiceError
from perizinan_core.errors.workflow import Problem
from perizinan_core.i18n import N_, translate
from perizinan_core.model._application import Application, ApplicationState, FrozenTerms, SlotTerms
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Text
from perizinan_core.services._context import OfficeContext
from perizinan_core.storage import UnitOfWork
from perizinan_core.workflow._completeness import submission_problems
from perizinan_core.workflow._drafts import APPLICANT_TARGET, FORM_TARGET

__all__ = [
    "AsItApplies",
    "as_it_applies",
    "case_facts",
    "form_problems",
    "mandate_label",
    "permit_type_now",
    "preview_problems",
    "previous_permit_of",
    "refuse_exempt",
    "slot_label",
    "slots_of",
    "terms_for",
]

_MANDATE = N_("Power of attorney")
_APPLICANT = N_("Details of the applicant and the representative")


def permit_type_now(context: OfficeContext, application: Application, now: datetime) -> PermitType:
    """Return the version that counts: for a draft the one in force on the day, then the frozen one."""
    if application.state is ApplicationState.DRAFT:
        return context.catalogue.find(application.permit_type, on=context.local_day(now))
    return context.permit_type_of(application)


def case_facts(context: OfficeContext, work: UnitOfWork, application: Application) -> Facts:
    """Return what conditions and formulas may ask about the case."""
    return facts_of(application, previous=previous_permit_of(context, work, application))


@attrs.frozen
class AsItApplies:
    """A case without the fields of its form that do not apply."""

    application: Application
    facts: Facts
    fields: FormFields


def as_it_applies(
    context: OfficeContext,
    work: UnitOfWork,
    application: Application,
    permit_type: PermitType,
    now: datetime,
) -> AsItApplies:
    """Return a case as it would be handed in: what applicants typed into other fields before stays in the draft."""
    facts = case_facts(context, work, application)
    fields = form_fields(permit_type, facts, context.local_day(now))
    case = attrs.evolve(application, form=fields.form) if fields.form != application.form else application
    return AsItApplies(case, attrs.evolve(facts, form=fields.form), fields)


def previous_permit_of(
    context: OfficeContext, work: UnitOfWork, application: Application, *, lock: bool = False
) -> Permit | None:
    """Return the permit that the application renews, amends, duplicates or gives up, or None."""
    if application.previous_permit is None:
        return None
    return context.load_permit(work, application.previous_permit, lock=lock)


def mandate_label() -> Text:
    """Return the name of the place of the power of attorney."""
    return Text(translate(_MANDATE, "id"), translate(_MANDATE, "en"))


def slot_label(permit_type: PermitType, target: str, language: str) -> str:
    """Return the name of a place for papers, or of what else a correction asks for, as people read it."""
    if target == POWER_OF_ATTORNEY:
        return translate(_MANDATE, language)
    if target == APPLICANT_TARGET:
        return translate(_APPLICANT, language)
    if target.startswith(FORM_TARGET):
        return field_title(permit_type.form_schema, (target.removeprefix(FORM_TARGET),), language)
    code, _, item = target.partition("#")
    labels = {one.code: one.label.to(language) for one in permit_type.requirements}
    label = labels.get(code, code)
    return f"{label} ({int(item) + 1})" if item.isdigit() else label


def slots_of(
    context: OfficeContext, facts: Facts, permit_type: PermitType, now: datetime
) -> tuple[SlotTerms, ...]:
    """Return the slots as the form stands; one whose condition cannot be decided yet is shown."""
    return find_slots(permit_type, facts, context.local_day(now), undecided=True)


def terms_for(context: OfficeContext, facts: Facts, permit_type: PermitType, now: datetime) -> FrozenTerms:
    """
    Return what a submission at ``now`` freezes.

    Raises:
        InvalidCatalogueError: a rule has no result for this case.
    """
    return freeze_terms(permit_type, facts, context.local_day(now))


def refuse_exempt(context: OfficeContext, facts: Facts, permit_type: PermitType, now: datetime) -> None:
    """
    Pass when a permit is needed.

    Raises:
        ServiceError: ``permit-not-required``: an exemption or threshold applies.
    """
    if is_exempt(permit_type, facts, context.local_day(now)):
        texts = tuple(item.to(context.language) for item in permit_type.exemptions)
        raise ServiceError(
            "permit-not-required", permit_type=permit_type.name.to(context.language), exemptions=texts
        )


def form_problems(found: AsItApplies, permit_type: PermitType) -> tuple[Problem, ...]:
    """
    Return what is wrong with the form data, each with its field.

    Raises:
        HookError: ``expressions-changed``: it was handed in under other formats of plugins.
    """
    terms = found.application.terms
    refuse_changed(permit_type, None if terms is None else terms.extensions)
    return tuple(
        Problem(
            f"form.{one.path}" if one.path else "form",
            "form-field",
            "{problem}",
            {"problem": one.phrase},
            label=one.title,
        )
        for one in validate_form(permit_type, found.application.form, absent=found.fields.absent)
    )


def preview_problems(
    context: OfficeContext,
    found: AsItApplies,
    permit_type: PermitType,
    now: datetime,
    at_counter: frozenset[str] = frozenset(),
) -> tuple[Problem, ...]:
    """Return everything in the data that keeps the application from being handed in now."""
    wrong = form_problems(found, permit_type)
    if wrong:
        return wrong
    terms = terms_for(context, found.facts, permit_type, now)
    return submission_problems(
        found.application, permit_type, terms, day=context.local_day(now), at_counter=at_counter
    )

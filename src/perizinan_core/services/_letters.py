"""From a decided case to the letter that says so: the statement for machines and everything for the page."""

from __future__ import annotations

from datetime import date

import attrs

from perizinan_core.catalogue import LetterContent, Validity, facts_of, find_validity, letter_content
from perizinan_core.errors.services import IssuanceError
from perizinan_core.model._application import Application
from perizinan_core.model._authority import Delegation
from perizinan_core.model._case import StageOutcome
from perizinan_core.model._letter import Letter, PermitStatement, SignatureBlock
from perizinan_core.model._letter_rule import LetterForm, LetterRule
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.services._context import OfficeContext

__all__ = ["LetterPlan", "compose", "plan_letter", "statement_of"]


@attrs.frozen(kw_only=True)
class LetterPlan:
    """Everything that the letter says, but for number, status index and QR."""

    application: Application
    permit_type: PermitType
    rule: LetterRule
    previous: Permit | None
    delegation: Delegation
    day: date
    """Local day of the letter."""

    validity: Validity
    content: LetterContent


def plan_letter(
    application: Application,
    permit_type: PermitType,
    previous: Permit | None,
    delegation: Delegation,
    day: date,
) -> LetterPlan:
    """
    Evaluate the rules of the permit type for the letter of ``day``.

    Raises:
        IssuanceError: the permit type has no letter.
        CatalogueError: a rule has no result for this case.
    """
    if permit_type.letter is None:
        raise IssuanceError(reason=f"permit type {permit_type.code!r} has no letter")
    facts = facts_of(application, previous=previous)
    validity = find_validity(permit_type, facts, day)
    return LetterPlan(
        application=application,
        permit_type=permit_type,
        rule=permit_type.letter,
        previous=previous,
        delegation=delegation,
        day=day,
        validity=validity,
        content=letter_content(permit_type, facts, validity, day),
    )


def statement_of(
    context: OfficeContext, plan: LetterPlan, *, number: str, status_index: int
) -> PermitStatement:
    """Return what ``permit.json`` will say."""
    application, permit_type = plan.application, plan.permit_type
    return PermitStatement(
        authority=context.authority.slug,
        authority_name=context.authority.name.id,
        permit_type=permit_type.code,
        permit_type_version=permit_type.version,
        title=plan.rule.title.id,
        number=number,
        receipt_number=application.receipt_number or "",
        holder=application.applicant.name,
        object=plan.content.object,
        place=plan.content.place,
        fields=plan.content.fields,
        issued_on=plan.day,
        valid_from=plan.validity.valid_from,
        valid_until=plan.validity.valid_until,
        validity_text=plan.validity.text,
        signatory=_signature_block(context, plan.delegation),
        status_index=status_index,
        previous_number=plan.previous.number if plan.previous else None,
        verification_url=context.authority.verification_url,
    )


def compose(
    context: OfficeContext, plan: LetterPlan, *, number: str, status_index: int, qr_text: str
) -> Letter:
    """Return the letter; an empty number and QR text are for the rehearsal."""
    authority, head, rule = context.authority, context.authority.letterhead, plan.rule
    unit = rule.letterhead_unit or authority.position(plan.delegation.position).unit
    office = authority.unit(unit).name_on(plan.day)
    return Letter(
        statement=statement_of(context, plan, number=number, status_index=status_index),
        form=rule.form,
        template=rule.template,
        government=head.government.id,
        office=office.name.id,
        address=head.address,
        contact=head.contact,
        city=head.city,
        logo=head.logo,
        subject=rule.subject.id if rule.subject else None,
        considerations=_considerations(context, plan),
        legal_basis=tuple(item.citation for item in plan.permit_type.legal_basis),
        terms=tuple(item.id for item in rule.terms),
        annex=plan.content.annex,
        copies_to=tuple(item.id for item in rule.copies_to),
        footer=authority.legal_footer.id,
        language="id",
        development=context.development,
        qr_text=qr_text,
    )


def _considerations(context: OfficeContext, plan: LetterPlan) -> tuple[str, ...]:
    texts = [item.id for item in plan.rule.considerations]
    if plan.rule.quotes_recommendations:
        for state in plan.application.stages:
            if state.letter is None or state.outcome is not StageOutcome.POSITIVE:
                continue
            unit = context.authority.unit(state.letter.issued_by).name_on(state.letter.day).name.id
            label = plan.permit_type.stage(state.stage).label.id
            title = label if label.endswith(unit) else f"{label} {unit}"
            quoted = f"{title} Nomor {state.letter.number} tanggal {format_date(state.letter.day, 'id')}"
            # The considerations of a decree are clauses that begin with "bahwa" and end with a semicolon.
            decree = plan.rule.form is LetterForm.DECREE
            texts.append(f"bahwa berdasarkan {quoted};" if decree else quoted)
    return tuple(texts)


def _signature_block(context: OfficeContext, delegation: Delegation) -> SignatureBlock:
    position = context.authority.position(delegation.position)
    return SignatureBlock(
        position=position.code,
        title=position.title.id,
        on_behalf_of=delegation.on_behalf_of.id if delegation.on_behalf_of else None,
        acting=delegation.acting.value,
        name=delegation.holder_name,
        rank=position.rank,
        staff_number=delegation.holder_id,
        delegation=delegation.code,
        legal_basis=delegation.source.citation,
    )

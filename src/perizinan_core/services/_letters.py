"""From a decided case to the letter that says so: the statement for machines and everything for the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import attrs

from perizinan_core.catalogue import LetterContent, Validity, facts_of, find_validity, letter_content
from perizinan_core.errors.services import ServiceError
from perizinan_core.model._application import Application
from perizinan_core.model._authority import Delegation
from perizinan_core.model._case import StageOutcome, StageState
from perizinan_core.model._instruments import in_legal_order
from perizinan_core.model._letter import Letter, PermitStatement, PrintedTerm, SignatureBlock
from perizinan_core.model._letter_rule import LetterForm, LetterRule
from perizinan_core.model._numerals import format_date, title_case
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Source
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
    unconfirmed: tuple[str, ...] = ()
    """Kinds of values that no one has confirmed, as the letter names them; see `_confirmations`."""


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
        ServiceError: ``issuance``: the permit type has no letter.
        InvalidCatalogueError: a rule has no result for this case.
    """
    if permit_type.letter is None:
        raise ServiceError("issuance", reason=f"permit type {permit_type.code!r} has no letter")
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


def compose(context: OfficeContext, plan: LetterPlan, *, statement: PermitStatement, qr_text: str) -> Letter:
    """Return the letter of a plan whose statement is made; an empty number and QR text are for the rehearsal."""
    authority, head, rule = context.authority, context.authority.letterhead, plan.rule
    unit = rule.letterhead_unit or authority.position(plan.delegation.position).unit
    office = authority.unit(unit).name_on(plan.day)
    return Letter(
        statement=statement,
        form=rule.form,
        template=rule.template,
        government=head.government.id,
        office=office.name.id,
        address=head.address_on(plan.day),
        contact=head.contact,
        city=head.city,
        logo=head.logo,
        subject=rule.subject.id if rule.subject else None,
        considerations=_considerations(plan),
        legal_basis=tuple(_cited(item, rule.form) for item in in_legal_order(_sources(plan))),
        references=_references(context, plan),
        terms=tuple(PrintedTerm(item.text.id, item.role) for item in rule.terms),
        annex=plan.content.annex,
        copies_to=tuple(item.id for item in rule.copies_to),
        footer=_footer(context, plan.delegation),
        language=context.language,
        development=context.development,
        unconfirmed=plan.unconfirmed,
        example=authority.example.id if authority.example else None,
        qr_text=qr_text,
    )


def _footer(context: OfficeContext, delegation: Delegation) -> str:
    """Return the authority's sentence, and that of the signer which was used."""
    signer = context.signers.footer_for(delegation.position)
    return " ".join(text.id for text in (context.authority.legal_footer, signer) if text is not None)


def _sources(plan: LetterPlan) -> tuple[Source, ...]:
    """Return the legal bases of the permit type, with the delegation under which the letter is signed."""
    known, delegation = plan.permit_type.legal_basis, plan.delegation.source
    return known if any(delegation.citation in item.citation for item in known) else (*known, delegation)


def _cited(source: Source, form: LetterForm) -> str:
    """Return the citation; decrees name the gazette too."""
    return (
        f"{source.citation} ({source.gazette})"
        if form is LetterForm.DECREE and source.gazette
        else source.citation
    )


def _considerations(plan: LetterPlan) -> tuple[str, ...]:
    texts = [item.id for item in plan.rule.considerations]
    if plan.rule.form is LetterForm.DECREE and texts and not any(map(_concludes, texts)):
        texts.append(_conclusion(plan.rule, len(texts)))
    return tuple(texts)


def _concludes(text: str) -> bool:
    return text.casefold().startswith("bahwa berdasarkan pertimbangan")


def _conclusion(rule: LetterRule, before: int) -> str:
    """Return the last consideration of a decree: that by those before it a decision is to be made."""
    last = chr(ord("a") + before - 1)
    points = {1: "huruf a", 2: "huruf a dan huruf b"}.get(before, f"huruf a sampai dengan huruf {last}")
    about = f" tentang {rule.subject.id}" if rule.subject is not None else ""
    decision = title_case(rule.title.id)
    return f"bahwa berdasarkan pertimbangan sebagaimana dimaksud dalam {points}, perlu menetapkan {decision}{about};"


def _references(context: OfficeContext, plan: LetterPlan) -> tuple[str, ...]:
    """Return what the office looked at: the application, minutes of inspection, letters of technical offices."""
    return (
        # The opening sentence of a letter names the application already.
        *(() if plan.rule.form is LetterForm.LETTER else _application_reference(context, plan.application)),
        *(text for state in plan.application.stages for text in _stage_references(context, plan, state)),
    )


def _application_reference(context: OfficeContext, application: Application) -> tuple[str, ...]:
    if application.receipt_number is None or application.submitted_at is None:
        return ()  # the rehearsal of a draft
    day = format_date(context.local_day(application.submitted_at), "id")
    return (f"Permohonan {application.applicant.name} Nomor {application.receipt_number} tanggal {day}",)


def _stage_references(context: OfficeContext, plan: LetterPlan, state: StageState) -> Iterator[str]:
    if state.outcome is not StageOutcome.POSITIVE:
        return
    label = plan.permit_type.stage(state.stage).label.id
    letter = state.letter
    if (minutes := state.minutes) is not None:
        counted = minutes.number or (letter.number if letter is not None else None)
        number = f" Nomor {counted}" if counted else ""
        yield f"Berita Acara {label}{number} tanggal {format_date(minutes.day, 'id')}"
        # A register of minutes counts them: they are the letter of the stage.
        letter = letter if minutes.number else None
    if letter is not None and plan.rule.quotes_recommendations:
        unit = context.authority.unit(letter.issued_by).name_on(letter.day).name.id
        title = label if label.endswith(unit) else f"{label} {unit}"
        yield f"{title} Nomor {letter.number} tanggal {format_date(letter.day, 'id')}"


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

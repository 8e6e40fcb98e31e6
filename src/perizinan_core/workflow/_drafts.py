"""What an applicant does before handing in: begin, upload, fill the form, in a draft or a correction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from perizinan_core.errors.services import ArgumentError
from perizinan_core.errors.workflow import SlotError, WorkflowError
from perizinan_core.model._actor import Account, AccountKind, Actor, ActorKind, Role
from perizinan_core.model._applicant import Applicant, Representative
from perizinan_core.model._application import Application, ApplicationState, SlotTerms
from perizinan_core.model._calendar import WorkingCalendar
from perizinan_core.model._case import SubmittedDocument
from perizinan_core.model._events import EventKind
from perizinan_core.model._form_data import form_data
from perizinan_core.model._held import POWER_OF_ATTORNEY
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import Permit
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._answers import with_change
from perizinan_core.workflow._people import require_party
from perizinan_core.workflow._renewal import check_renewal
from perizinan_core.workflow._states import Action, check_state
from perizinan_core.workflow._transition import Transition, check_moment, event, local_day, terms_of

__all__ = [
    "APPLICANT_TARGET",
    "FORM_TARGET",
    "add_document",
    "place_document",
    "put_power_of_attorney",
    "remove_document",
    "replace_document",
    "require_editor",
    "start_draft",
    "take_out_document",
    "update_applicant",
    "update_form",
    "without_mandate",
]

FORM_TARGET = "form:"
"""Prefix of `CorrectionItem.target` for a field of the form."""

APPLICANT_TARGET = "applicant"
"""`CorrectionItem.target` for the data of the applicant and the representative."""

_NAMED = 100
"""Most changed fields that an event names."""


def start_draft(
    permit_type: PermitType,
    *,
    id: str,
    authority: str,
    kind: ApplicationKind,
    applicant: Applicant,
    actor: Actor,
    now: datetime,
    calendar: WorkingCalendar,
    owner: Account | None = None,
    representative: Representative | None = None,
    previous_permit: Permit | None = None,
    form: Mapping[str, Any] | None = None,
) -> Transition:
    """
    Begin an application.

    Args:
        permit_type: The version in force.
        id: UUIDv7 in canonical text form.
        authority: Slug.
        kind: What is asked for.
        applicant: Who applies.
        actor: Who opens it: the applicant, the representative, the host application, or the front office
            for someone at the counter.
        now: Aware moment.
        calendar: The authority's calendar.
        owner: Account to which the application belongs; the actor's own unless the host or the front
            office opens it for someone, who has a public account.
        representative: Acts for the applicant; a power of attorney counts once its file is put in, so that
            one that is claimed here is left out.
        previous_permit: The permit that is renewed, amended, duplicated or given up.
        form: First form data.

    Raises:
        WorkflowError: ``not-allowed``: for other actors, and when an applicant names another owner.
        ArgumentError: when the owner is someone else's account and not a public one.
        WorkflowError: ``permit-type-not-open``: when the type is incomplete or not in force.
        WorkflowError: ``previous-permit``: when the kind and the permit do not fit together.
        PermitStatusError: when the permit's status does not allow this kind.
        WorkflowError: ``renewal-too-early``: before the renewal window opens.
        WorkflowError: ``renewal-too-late``: after it closed.
        FormDataError: when the form data are not JSON, or too large, too deep or too many.
        TextRefusedError: when a text holds a character that no one sees.
    """
    _may_open(actor, owner)
    today = local_day(calendar, now)
    if not permit_type.complete or today not in permit_type.in_force:
        raise WorkflowError(
            "permit-type-not-open",
            permit_type=permit_type.code,
            version=permit_type.version,
            day=today.isoformat(),
        )
    _check_previous(permit_type, authority, kind, previous_permit)
    if previous_permit is not None:
        check_renewal(permit_type.renewal, previous_permit, kind, today, calendar)
    application = Application(
        id=id,
        authority=authority,
        permit_type=permit_type.code,
        permit_type_version=permit_type.version,
        kind=kind,
        owner=owner or actor.account,
        applicant=applicant,
        representative=without_mandate(representative) if representative is not None else None,
        form=form_data({} if form is None else form),
        previous_permit=previous_permit.id if previous_permit else None,
        created_at=now,
    )
    happened = event(
        EventKind.APPLICATION_STARTED,
        application,
        actor,
        now,
        permit_type=permit_type.code,
        version=permit_type.version,
        kind=kind.value,
    )
    return Transition(application, (happened,))


def add_document(
    application: Application,
    permit_type: PermitType,
    document: SubmittedDocument,
    *,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Put a file, already checked by content, into a slot.

    Args:
        application: A draft, or a case that waits for a correction.
        permit_type: For the choices of the requirement.
        document: The file; who, when and for which submission is set here.
        slots: The slots that apply to the form as it stands.
        actor: Who uploads.
        now: Aware moment.

    Raises:
        SlotError: ``unknown-slot``: when the slot does not apply.
        SlotError: ``slot-full``: when it holds as many files as it may.
        SlotError: ``not-in-correction``: when the correction does not ask for it.
        SlotError: ``document-choice``: when the kind of paper does not exist.
        WorkflowError: ``document-id-taken``: when the id is in use.
        WorkflowError: ``not-party``: for anyone but the applicant and the representative.
    """
    _check_edit(application, actor, Action.UPLOAD, now)
    return place_document(
        application,
        permit_type,
        attrs.evolve(document, uploaded_at=now, uploaded_by=actor.account, taken_in_by=None),
        slots=slots,
        actor=actor,
        now=now,
    )


def place_document(
    application: Application,
    permit_type: PermitType,
    document: SubmittedDocument,
    *,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    now: datetime,
) -> Transition:
    """Put a file into a slot as `add_document` does; the caller has asked who may, in which state, and when."""
    slot = _slot(slots, document.slot)
    _check_asked(application, (slot.key,))
    _check_choice(permit_type, slot, document)
    if any(item.id == document.id for item in application.documents):
        raise WorkflowError("document-id-taken", document=document.id)
    held = [item for item in application.current_documents() if item.slot == slot.key]
    if len(held) >= slot.max_files:
        raise SlotError("slot-full", slot=slot.key, max_files=slot.max_files)
    added = attrs.evolve(document, submission=application.submission + 1, replaced_at=None)
    case = attrs.evolve(application, documents=(*application.documents, added))
    happened = event(
        EventKind.DOCUMENT_ADDED,
        application,
        actor,
        now,
        document=added.id,
        slot=slot.key,
        sha256=added.sha256,
        size=added.size,
    )
    return Transition(case, (happened,))


def replace_document(
    application: Application,
    permit_type: PermitType,
    old: str,
    document: SubmittedDocument,
    *,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    now: datetime,
) -> Transition:
    """Put a file in the place of the current document ``old``; raises as both of its steps."""
    removed = remove_document(application, old, actor=actor, now=now)
    return removed.then(
        lambda case: add_document(case, permit_type, document, slots=slots, actor=actor, now=now)
    )


def remove_document(application: Application, document: str, *, actor: Actor, now: datetime) -> Transition:
    """
    Take a current document out of its slot; it stays on record as replaced.

    Raises:
        WorkflowError: ``unknown-document``: when no current document has this id.
        SlotError: ``not-in-correction``: when the correction does not ask for its slot.
        WorkflowError: ``not-party``: for anyone but the applicant and the representative.
    """
    _check_edit(application, actor, Action.UPLOAD, now)
    found = next((item for item in application.current_documents() if item.id == document), None)
    if found is not None and found.slot == POWER_OF_ATTORNEY and application.representative is not None:
        agent = without_mandate(application.representative)
        return _with_parties(application, application.applicant, agent, actor, now)
    return take_out_document(application, document, actor=actor, now=now)


def take_out_document(application: Application, document: str, *, actor: Actor, now: datetime) -> Transition:
    """Take a document out as `remove_document` does; the caller has asked who may, in which state, and when."""
    found = next((item for item in application.current_documents() if item.id == document), None)
    if found is None:
        raise WorkflowError("unknown-document", document=document)
    _check_asked(application, (found.slot,))
    gone = attrs.evolve(found, replaced_at=now)
    case = attrs.evolve(
        application, documents=tuple(gone if item is found else item for item in application.documents)
    )
    happened = event(EventKind.DOCUMENT_REMOVED, application, actor, now, document=document, slot=found.slot)
    return Transition(case, (happened,))


def update_form(
    application: Application, form: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Transition:
    """
    Replace the form data; the caller checks them against the schema when they are handed in.

    Raises:
        FormDataError: when they are not JSON, or too large, too deep or too many.
        TextRefusedError: when a text holds a character that no one sees.
        SlotError: ``not-in-correction``: when a field was changed that had a value when the correction was
            asked for, and that it does not ask for.
        WorkflowError: ``not-party``: for anyone but the applicant and the representative.
    """
    _check_edit(application, actor, Action.EDIT, now)
    new = form_data(form)
    names = sorted({*application.form, *new})
    changed = tuple(name for name in names if application.form.get(name) != new.get(name))
    if not changed:
        return Transition(application)
    closed = _filled(application)
    _check_asked(application, tuple(FORM_TARGET + name for name in changed if name in closed))
    moved = Transition(attrs.evolve(application, form=new))
    if application.state is ApplicationState.DRAFT:
        # A draft is saved with every few words: an event each time would say nothing.
        return moved
    before = {FORM_TARGET + name: application.form.get(name) for name in changed}
    case = with_change(moved.application, before, actor=actor, now=now)
    # A correction is saved with every few words too: its history names each field once a round.
    fresh = [name for name in changed if name not in _changed_in_round(application)]
    if not fresh:
        return Transition(case)
    happened = event(EventKind.FORM_UPDATED, application, actor, now, fields=fresh[:_NAMED])
    return Transition(case, (happened,))


def _filled(application: Application) -> frozenset[str]:
    """Return the fields that held a value when the open correction was asked for; of a draft, those that do now."""
    request = application.corrections[-1] if application.corrections else None
    known = None if request is None else request.filled
    return frozenset(application.form if known is None else known)


def _changed_in_round(application: Application) -> frozenset[str]:
    """Return the fields that were changed, or filled in, since the open correction was asked for."""
    answers = application.corrections[-1].answers
    asked = {one.target.removeprefix(FORM_TARGET) for one in answers if one.changed}
    return frozenset(asked | (set(application.form) - _filled(application)))


def update_applicant(
    application: Application,
    applicant: Applicant,
    representative: Representative | None,
    *,
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Replace the data of the applicant and the representative.

    The power of attorney is what was put in as a file, and not what is claimed here: the same representative
    keeps it, and another one begins without.

    Raises:
        SlotError: ``not-in-correction``: when a correction does not ask for it.
        WorkflowError: ``not-party``: for anyone but the applicant and the representative.
    """
    _check_edit(application, actor, Action.EDIT, now)
    agent = _with_own_paper(representative, application.representative)
    return _with_parties(application, applicant, agent, actor, now)


def _with_own_paper(agent: Representative | None, current: Representative | None) -> Representative | None:
    typed = without_mandate(agent) if agent is not None else None
    same = current is not None and typed == without_mandate(current)
    return current if same else typed


def _with_parties(
    application: Application,
    applicant: Applicant,
    representative: Representative | None,
    actor: Actor,
    now: datetime,
) -> Transition:
    case = attrs.evolve(application, applicant=applicant, representative=representative)
    if case == application:
        return Transition(application)
    case = _without_old_papers(case, now)
    _check_asked(application, (APPLICANT_TARGET,))
    case = with_change(case, {APPLICANT_TARGET: None}, actor=actor, now=now)
    happened = event(EventKind.FORM_UPDATED, application, actor, now, fields=[APPLICANT_TARGET])
    return Transition(case, (happened,))


def without_mandate(agent: Representative) -> Representative:
    """Return the representative without a power of attorney."""
    return attrs.evolve(agent, power_of_attorney=None, mandate_name=None, mandate_size=None)


def require_editor(application: Application, actor: Actor, now: datetime) -> None:
    """Pass for a party while the case can be changed; raises as the steps that change it."""
    _check_edit(application, actor, Action.EDIT, now)


def put_power_of_attorney(
    application: Application, document: SubmittedDocument, *, actor: Actor, now: datetime
) -> Transition:
    """
    Give the representative's power of attorney its file; the caller has asked who may, and in which state.

    It is a document of the case like any other: officers open it, and receipts list it.

    Raises:
        SlotError: ``no-representative``: no one represents the applicant.
        SlotError: ``not-in-correction``: when a correction does not ask for it.
    """
    if application.representative is None:
        raise SlotError("no-representative")
    _check_asked(application, (APPLICANT_TARGET,))
    agent = attrs.evolve(
        application.representative,
        power_of_attorney=document.sha256,
        mandate_name=document.file_name,
        mandate_size=document.size,
    )
    added = attrs.evolve(
        document,
        slot=POWER_OF_ATTORNEY,
        uploaded_by=actor.account,
        submission=application.submission + 1,
        replaced_at=None,
    )
    case = _without_old_papers(attrs.evolve(application, representative=agent), now, keep=False)
    case = attrs.evolve(case, documents=(*case.documents, added))
    case = with_change(case, {APPLICANT_TARGET: None}, actor=actor, now=now)
    happened = event(EventKind.FORM_UPDATED, application, actor, now, fields=[APPLICANT_TARGET])
    return Transition(case, (happened,))


def _without_old_papers(application: Application, now: datetime, *, keep: bool = True) -> Application:
    """Mark powers of attorney as replaced that are no longer, or (``keep`` off) will not be, the one that counts."""
    agent = application.representative
    counts = agent.power_of_attorney if agent is not None and keep else None
    documents = tuple(
        attrs.evolve(item, replaced_at=now)
        if item.slot == POWER_OF_ATTORNEY and item.replaced_at is None and item.sha256 != counts
        else item
        for item in application.documents
    )
    return attrs.evolve(application, documents=documents)


def _may_open(actor: Actor, owner: Account | None) -> None:
    # An officer whom someone made the owner of a case would be out of it by another's word.
    if owner is not None and owner != actor.account and owner.kind is not AccountKind.PUBLIC:
        raise ArgumentError("owner", "a public account", f"an account of kind {owner.kind.value}")
    at_counter = actor.kind is ActorKind.OFFICER and actor.has(Role.FRONT_OFFICE)
    for_others = at_counter or actor.kind is ActorKind.HOST
    own = actor.kind in (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE) and owner in (None, actor.account)
    if not (for_others or own):
        kinds = (ActorKind.APPLICANT, ActorKind.REPRESENTATIVE, ActorKind.HOST, ActorKind.OFFICER)
        raise WorkflowError(
            "not-allowed",
            action=Action.START.value,
            actor=actor.id,
            kinds=tuple(kind.value for kind in kinds),
            roles=(Role.FRONT_OFFICE.value,),
        )


def _check_previous(
    permit_type: PermitType, authority: str, kind: ApplicationKind, permit: Permit | None
) -> None:
    fits = (permit is None) is (kind is ApplicationKind.NEW) and kind in permit_type.application_kinds
    if not fits:
        raise WorkflowError("previous-permit", kind=kind.value, permit=permit.id if permit else None)
    if permit is not None and (permit.authority, permit.permit_type) != (authority, permit_type.code):
        raise WorkflowError(
            "permit-type-mismatch",
            expected=f"{authority} {permit_type.code}",
            received=f"{permit.authority} {permit.permit_type}",
        )


def _check_edit(application: Application, actor: Actor, action: Action, now: datetime) -> None:
    check_state(application, action)
    require_party(application, actor, action)
    check_moment(application, now)


def _slot(slots: tuple[SlotTerms, ...], key: str) -> SlotTerms:
    for slot in slots:
        if slot.key == key:
            return slot
    raise SlotError("unknown-slot", slot=key, known=tuple(slot.key for slot in slots))


def _check_choice(permit_type: PermitType, slot: SlotTerms, document: SubmittedDocument) -> None:
    count = len(permit_type.requirement(slot.requirement).choices)
    if document.choice is not None and not 0 <= document.choice < count:
        raise SlotError("document-choice", slot=slot.key, choice=document.choice, count=count)


def _check_asked(application: Application, targets: tuple[str, ...]) -> None:
    """Pass in a draft; in a correction, for what it asks for and for slots that did not apply before."""
    if application.state is ApplicationState.DRAFT:
        return
    asked = tuple(item.target for item in application.corrections[-1].items)
    before = {slot.key for slot in terms_of(application).slots}
    refused = tuple(
        target
        for target in targets
        if target not in asked
        and (target in before or target == APPLICANT_TARGET or target.startswith(FORM_TARGET))
    )
    if refused:
        raise SlotError("not-in-correction", targets=refused, asked=asked)

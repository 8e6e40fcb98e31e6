"""
Uploads that are kept without being in their slot, and what becomes of them.

A file is held when our own inspection failed on it or ran out of time, and when it is a signed document that
is refused for its structure alone: its remedy would spoil the signature. A held file fills no slot. It ends
when a later inspection has a verdict, when an officer accepts a signed one as it is, when the applicant
discards it, or with the case.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from perizinan_core.errors.workflow import SlotError, UploadNotLiftableError, WorkflowError
from perizinan_core.model._actor import Actor, ActorKind, Role
from perizinan_core.model._applicant import Representative
from perizinan_core.model._application import Application, SlotTerms
from perizinan_core.model._case import AcceptedAsIs, Override, SubmittedDocument
from perizinan_core.model._events import Event, EventKind
from perizinan_core.model._held import (
    POWER_OF_ATTORNEY,
    HeldOutcome,
    HeldUpload,
    UploadInspection,
    UploadVerdict,
)
from perizinan_core.model._permit_type import PermitType
from perizinan_core.workflow._drafts import place_document, put_power_of_attorney, take_out_document
from perizinan_core.workflow._duties import COUNTER, check_separation
from perizinan_core.workflow._people import require_officer, require_party
from perizinan_core.workflow._states import Action, actions_in, check_state
from perizinan_core.workflow._transition import (
    Transition,
    check_moment,
    clean_reasons,
    event,
    record_override,
)

__all__ = [
    "accept_upload_as_is",
    "check_liftable",
    "discard_upload",
    "drop_held_copies",
    "front_office_units",
    "hold_upload",
    "require_counter",
    "settle_upload",
    "take_in_at_counter",
]

_RULE = "signed_upload"


def front_office_units(permit_type: PermitType) -> tuple[str, ...]:
    """Return the units whose front office takes in the papers of a permit type."""
    units = {stage.unit for stage in permit_type.stages if stage.role == Role.FRONT_OFFICE.value}
    return tuple(sorted(units)) or (permit_type.responsible_unit,)


def require_counter(application: Application, permit_type: PermitType, actor: Actor) -> None:
    """
    Pass for an officer of the front office that takes in the papers of the case, without interest in it.

    Raises:
        WorkflowError: ``not-allowed``: for anyone else, naming role and units.
        WorkflowError: ``own-case``: for a party.
        WorkflowError: ``conflict-of-interest``: after a declaration.
        SeparationOfDutiesError: for someone who assesses, decides or signs in the case.
    """
    require_officer(
        application,
        actor,
        Action.ACCEPT_UPLOAD,
        Role.FRONT_OFFICE,
        units=front_office_units(permit_type),
    )
    check_separation(application, permit_type, COUNTER, actor.id)


def hold_upload(
    application: Application,
    permit_type: PermitType,
    held: HeldUpload,
    *,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Keep a file that has no verdict, or that the office has to decide on; it fills no slot.

    The same file for the same place is kept once.

    Args:
        application: A draft, or a case that waits for a correction.
        permit_type: For the choices of the requirement.
        held: The file; who and when is set here.
        slots: The slots that apply to the form as it stands.
        actor: Who uploads.
        now: Aware moment.

    Raises:
        WorkflowError: whatever keeps the case from taking a file at this place, see `add_document`.
    """
    check_state(application, Action.UPLOAD)
    require_party(application, actor, Action.UPLOAD)
    check_moment(application, now)
    _placed(application, permit_type, _document(held, None, now), held.replaces, slots, actor, now)
    agent = _agent_of(application) if held.slot == POWER_OF_ATTORNEY else None
    kept = attrs.evolve(held, held_at=now, uploaded_by=actor.account, inspected_at=now, agent=agent)
    same = next(
        (
            item
            for item in application.waiting_uploads()
            if (item.slot, item.sha256) == (held.slot, held.sha256)
        ),
        None,
    )
    if same is not None:
        kept = attrs.evolve(kept, id=same.id, held_at=same.held_at, inspections=same.inspections + 1)
        return Transition(_with(application, kept))
    case = attrs.evolve(application, held_uploads=(*application.held_uploads, kept))
    return Transition(case, (_held_event(case, kept, actor, now),))


def settle_upload(
    application: Application,
    permit_type: PermitType,
    upload: str,
    inspection: UploadInspection,
    *,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Draw the consequence of a new inspection of a held file.

    Accepted: it goes into its slot if the case still takes it there. Refused: it ends, with the findings.
    Otherwise it is kept.

    Args:
        application: The case, in any state but the terminal ones.
        permit_type: For the choices of the requirement.
        upload: `HeldUpload.id`.
        inspection: What was found.
        slots: The slots that apply to the form as it stands.
        actor: The system; or a party, who asked for the inspection.
        now: Aware moment.

    Raises:
        WorkflowError: ``unknown-document``: no such file is held.
        WorkflowError: ``not-party``: for anyone else.
    """
    if actor.kind is not ActorKind.SYSTEM:
        require_party(application, actor, Action.UPLOAD)
    check_moment(application, now)
    looked = _looked_at(_waiting(application, upload), inspection, now)
    if inspection.verdict is UploadVerdict.HELD:
        return Transition(_with(application, looked))
    if inspection.verdict is UploadVerdict.REFUSED:
        return _ended(application, looked, HeldOutcome.REFUSED, actor, now)
    if Action.UPLOAD not in actions_in(application.state):
        return _ended(application, looked, HeldOutcome.NOT_TAKEN, actor, now)
    document = _document(looked, inspection, now)
    try:
        _check_agent(application, looked)
        placed = _placed(application, permit_type, document, looked.replaces, slots, actor, now)
    except SlotError:
        return _ended(application, looked, HeldOutcome.NOT_TAKEN, actor, now)
    return placed.then(lambda case: _ended(case, looked, HeldOutcome.ACCEPTED, actor, now))


def accept_upload_as_is(
    application: Application,
    permit_type: PermitType,
    upload: str,
    inspection: UploadInspection,
    *,
    reason: str,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Put a held, signed file into its slot although the inspection refuses its structure.

    Args:
        application: A draft, or a case that waits for a correction.
        permit_type: Says whose front office takes in its papers.
        upload: `HeldUpload.id`.
        inspection: What an inspection at this moment found: rules may have improved since it was held.
        reason: Why; kept in the case.
        slots: The slots that apply to the form as it stands.
        actor: An officer of the front office.
        now: Aware moment.

    Raises:
        WorkflowError: ``not-allowed``: for anyone but the front office of the unit that takes in the papers.
        WorkflowError: ``own-case``: for a party of the case.
        WorkflowError: ``reason-missing``: without a reason.
        WorkflowError: ``unknown-document``: no such file is held.
        UploadNotLiftableError: it is not signed, or something besides its structure was found, then or now.
        WorkflowError: whatever keeps the case from taking the file at its place.
    """
    check_state(application, Action.ACCEPT_UPLOAD)
    require_counter(application, permit_type, actor)
    check_moment(application, now)
    (why,) = clean_reasons(Action.ACCEPT_UPLOAD, (reason,))
    held = _waiting(application, upload)
    if not held.office_may_accept:
        raise UploadNotLiftableError(findings=tuple(item.code for item in held.findings))
    check_liftable(inspection)
    _check_agent(application, held)
    received = attrs.evolve(_document(held, inspection, now), taken_in_by=actor.id)
    document = _lifted(received, inspection, why, actor, now)
    placed = _placed(application, permit_type, document, held.replaces, slots, actor, now)
    looked = _looked_at(held, inspection, now)
    as_is = inspection.verdict is not UploadVerdict.ACCEPTED
    if not as_is:
        return placed.then(lambda case: _ended(case, looked, HeldOutcome.ACCEPTED, actor, now))
    override = _override(held.slot, held.uploaded_by.id, why, actor, now)
    return placed.then(lambda case: record_override(case, override, actor)).then(
        lambda case: _ended(case, looked, HeldOutcome.ACCEPTED_AS_IS, actor, now)
    )


def take_in_at_counter(
    application: Application,
    permit_type: PermitType,
    document: SubmittedDocument,
    inspection: UploadInspection,
    *,
    reason: str = "",
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    now: datetime,
) -> Transition:
    """
    Put a file that an applicant brought to the counter into a slot, a signed one also as it is.

    Args:
        application: A draft, or a case that waits for a correction.
        permit_type: Says whose front office takes in its papers.
        document: The file; who and when is set here.
        inspection: What was found in it.
        reason: Why a file is accepted that the inspection refuses; needed only then.
        slots: The slots that apply to the form as it stands.
        actor: An officer of the front office.
        now: Aware moment.

    Raises:
        WorkflowError: ``not-allowed``: for anyone but the front office of the unit that takes in the papers.
        WorkflowError: ``own-case``: for a party of the case.
        WorkflowError: ``reason-missing``: without a reason where one is needed.
        UploadNotLiftableError: it is refused, and it is not signed or more than its structure is wrong.
        WorkflowError: whatever keeps the case from taking the file at its place, see `add_document`.
    """
    check_state(application, Action.ACCEPT_UPLOAD)
    require_counter(application, permit_type, actor)
    check_moment(application, now)
    taken = attrs.evolve(document, uploaded_at=now, uploaded_by=actor.account, taken_in_by=actor.id)
    if inspection.verdict is UploadVerdict.ACCEPTED:
        return _placed(application, permit_type, taken, None, slots, actor, now)
    check_liftable(inspection)
    (why,) = clean_reasons(Action.ACCEPT_UPLOAD, (reason,))
    taken = _lifted(taken, inspection, why, actor, now)
    placed = _placed(application, permit_type, taken, None, slots, actor, now)
    override = _override(document.slot, application.owner.id, why, actor, now)
    return placed.then(lambda case: record_override(case, override, actor))


def discard_upload(application: Application, upload: str, *, actor: Actor, now: datetime) -> Transition:
    """
    End the keeping of a held file at the applicant's wish.

    Raises:
        WorkflowError: ``unknown-document``: no such file is held.
        WorkflowError: ``not-party``: for anyone but the applicant and the representative.
    """
    require_party(application, actor, Action.UPLOAD)
    check_moment(application, now)
    return _ended(application, _waiting(application, upload), HeldOutcome.DISCARDED, actor, now)


def drop_held_copies(
    application: Application, slot: str, sha256: str, *, actor: Actor, now: datetime
) -> Transition:
    """End the keeping of a file that has just reached its place by another upload of the same bytes."""
    moved = Transition(application)
    for item in application.waiting_uploads():
        if (item.slot, item.sha256) == (slot, sha256):
            moved = moved.followed_by(_ended(moved.application, item, HeldOutcome.DISCARDED, actor, now))
    return moved


def check_liftable(inspection: UploadInspection) -> None:
    """
    Pass for a file that the inspection accepts, and for a signed one that it refuses for its structure alone.

    Raises:
        UploadNotLiftableError: otherwise, with the findings; no one can lift the refusal.
    """
    if inspection.verdict is UploadVerdict.ACCEPTED or inspection.office_may_accept:
        return
    raise UploadNotLiftableError(findings=inspection.codes)


def _waiting(application: Application, upload: str) -> HeldUpload:
    for item in application.waiting_uploads():
        if item.id == upload:
            return item
    raise WorkflowError("unknown-document", document=upload)


def _looked_at(held: HeldUpload, inspection: UploadInspection, now: datetime) -> HeldUpload:
    return attrs.evolve(
        held,
        reason=inspection.reason or held.reason,
        findings=inspection.findings,
        office_may_accept=inspection.office_may_accept,
        inspected_with=inspection.version,
        inspected_at=now,
        inspections=held.inspections + 1,
    )


def _document(held: HeldUpload, inspection: UploadInspection | None, now: datetime) -> SubmittedDocument:
    return SubmittedDocument(
        id=held.id,
        slot=held.slot,
        file_name=held.file_name,
        sha256=held.sha256,
        size=held.size,
        content_type=(inspection and inspection.content_type) or "application/octet-stream",
        pages=inspection.pages if inspection else None,
        uploaded_at=now,
        uploaded_by=held.uploaded_by,
        submission=0,
        expires_on=held.expires_on,
        choice=held.choice,
        first_uploaded_at=held.held_at,
        reading=inspection.reading if inspection else None,
        signed=bool(inspection and inspection.signed),
    )


def _lifted(
    document: SubmittedDocument, inspection: UploadInspection, why: str, actor: Actor, now: datetime
) -> SubmittedDocument:
    if inspection.verdict is UploadVerdict.ACCEPTED:
        return document
    lifted = AcceptedAsIs(by=actor.id, at=now, reason=why, findings=inspection.codes)
    return attrs.evolve(document, accepted_as_is=lifted)


def _agent_of(application: Application) -> Representative | None:
    agent = application.representative
    return (
        None
        if agent is None
        else attrs.evolve(agent, power_of_attorney=None, mandate_name=None, mandate_size=None)
    )


def _check_agent(application: Application, held: HeldUpload) -> None:
    """Pass unless a power of attorney names someone who no longer represents the applicant."""
    if held.slot == POWER_OF_ATTORNEY and held.agent != _agent_of(application):
        raise SlotError("no-representative")


def _placed(
    application: Application,
    permit_type: PermitType,
    document: SubmittedDocument,
    replaces: str | None,
    slots: tuple[SlotTerms, ...],
    actor: Actor,
    now: datetime,
) -> Transition:
    if document.slot == POWER_OF_ATTORNEY:
        return put_power_of_attorney(application, document, actor=actor, now=now)
    moved = Transition(application)
    if replaces is not None and any(item.id == replaces for item in application.current_documents()):
        moved = take_out_document(application, replaces, actor=actor, now=now)
    return moved.then(
        lambda case: place_document(case, permit_type, document, slots=slots, actor=actor, now=now)
    )


def _ended(
    application: Application, held: HeldUpload, outcome: HeldOutcome, actor: Actor, now: datetime
) -> Transition:
    ended = attrs.evolve(held, outcome=outcome, ended_at=now, ended_by=actor.account)
    happened = event(
        EventKind.DOCUMENT_HOLD_ENDED,
        application,
        actor,
        now,
        upload=held.id,
        slot=held.slot,
        outcome=outcome.value,
        findings=[item.code for item in held.findings],
    )
    return Transition(_with(application, ended), (happened,))


def _with(application: Application, held: HeldUpload) -> Application:
    kept = tuple(held if item.id == held.id else item for item in application.held_uploads)
    return attrs.evolve(application, held_uploads=kept)


def _held_event(application: Application, held: HeldUpload, actor: Actor, now: datetime) -> Event:
    return event(
        EventKind.DOCUMENT_HELD,
        application,
        actor,
        now,
        upload=held.id,
        slot=held.slot,
        sha256=held.sha256,
        size=held.size,
        reason=held.reason.value,
        findings=[item.code for item in held.findings],
    )


def _override(slot: str, asked_by: str, why: str, actor: Actor, now: datetime) -> Override:
    return Override(rule=f"{_RULE}:{slot}", requested_by=asked_by, approved_by=actor.id, at=now, reason=why)

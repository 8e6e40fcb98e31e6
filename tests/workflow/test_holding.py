"""Uploads that are kept without a place: pure steps, every refusal, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perizinan_core._converters import from_json, to_json
from perizinan_core.errors.workflow import (
    SeparationOfDutiesError,
    TransitionNotAllowedError,
    UploadNotLiftableError,
    WorkflowError,
)
from perizinan_core.model._actor import Account, Role
from perizinan_core.model._application import Application, ApplicationState
from perizinan_core.model._case import ConflictOfInterest, StageState, StageStatus
from perizinan_core.model._held import (
    HeldFinding,
    HeldOutcome,
    HeldReason,
    HeldUpload,
    UploadInspection,
    UploadVerdict,
)
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    OWNER,
    SYSTEM,
    make_document,
    make_officer,
    make_stage,
    make_terms,
)
from perizinan_core.workflow import Action
from perizinan_core.workflow import _functions as workflow

DAMAGED = HeldFinding(code="damaged", severity="refuse", sentence="-")


def make_held(**changes):
    return HeldUpload(
        **{
            "id": "titip-1",
            "slot": "ktp",
            "file_name": "ktp.pdf",
            "sha256": "1" * 64,
            "size": 9,
            "held_at": changes.pop("at"),
            "uploaded_by": Account.public("-"),
            "reason": HeldReason.SIGNED,
            "findings": (DAMAGED,),
            "office_may_accept": True,
            "inspected_with": "v1",
            "inspected_at": None,
            **changes,
        }
    )


def found(verdict, **changes):
    return UploadInspection(verdict=verdict, version="v2", content_type="application/pdf", **changes)


SIGNED = found(
    UploadVerdict.HELD,
    reason=HeldReason.SIGNED,
    findings=(DAMAGED,),
    office_may_accept=True,
    signed=True,
)


def hold(desk, **changes):
    """Begin a draft if there is none, and keep a file in it."""
    if not hasattr(desk, "case"):
        desk.draft()
    held = attrs.evolve(make_held(at=desk.now, **changes), inspected_at=desk.now)
    slots = make_terms(desk.permit_type).slots
    return desk.take(
        workflow.hold_upload(desk.case, desk.permit_type, held, slots=slots, actor=OWNER, now=desk.now)
    )


def settle(desk, inspection, actor=SYSTEM, upload="titip-1"):
    slots = make_terms(desk.permit_type).slots
    return desk.take(
        workflow.settle_upload(
            desk.case, desk.permit_type, upload, inspection, slots=slots, actor=actor, now=desk.now
        )
    )


def accept(desk, *, actor=None, inspection=SIGNED, reason="sah", upload="titip-1"):
    slots = make_terms(desk.permit_type).slots
    return desk.take(
        workflow.accept_upload_as_is(
            desk.case,
            desk.permit_type,
            upload,
            inspection,
            reason=reason,
            slots=slots,
            actor=actor or desk.who("depan"),
            now=desk.now,
        )
    )


def test_a_kept_file_is_no_document(desk):
    """It fills no slot, and the whole case comes back from JSON as it was."""
    case = hold(desk)

    assert () == case.current_documents()
    assert ["titip-1"] == [item.id for item in case.waiting_uploads()]
    assert case == from_json(Application, to_json(case))


def test_only_a_place_that_the_case_has_keeps_a_file(desk):
    """The guards of uploading hold: slot, party, state."""
    with raises_code("unknown-slot"):
        hold(desk, slot="paspor")
    slots = make_terms(desk.permit_type).slots
    with raises_code("not-party"):
        workflow.hold_upload(
            desk.case,
            desk.permit_type,
            make_held(at=desk.now, inspected_at=desk.now),
            slots=slots,
            actor=desk.who("depan"),
            now=desk.now,
        )
    desk.upload()
    desk.submit()
    with pytest.raises(TransitionNotAllowedError):
        hold(desk)


def test_the_system_and_the_applicant_settle_and_nobody_else(desk):
    """An officer accepts or not; a verdict is the inspection's."""
    hold(desk)
    with raises_code("not-party"):
        settle(desk, found(UploadVerdict.ACCEPTED), actor=desk.who("depan"))
    with raises_code("unknown-document"):
        settle(desk, found(UploadVerdict.ACCEPTED), upload="lain")
    case = settle(desk, found(UploadVerdict.ACCEPTED), actor=OWNER)

    assert ["titip-1"] == [item.id for item in case.current_documents()]
    assert HeldOutcome.ACCEPTED is case.held_uploads[0].outcome
    with raises_code("unknown-document"):
        settle(desk, found(UploadVerdict.ACCEPTED))


def test_the_place_is_asked_again_when_the_verdict_comes(desk):
    """By then the slot is full: the parties see that there was no place, and nothing else changes."""
    hold(desk)
    desk.upload()
    case = settle(desk, found(UploadVerdict.ACCEPTED))

    assert ["dok-1"] == [item.id for item in case.current_documents()]
    assert HeldOutcome.NOT_TAKEN is case.held_uploads[0].outcome


def test_a_file_that_was_to_replace_another_takes_its_place(desk):
    """The old one stays on record as replaced."""
    desk.draft()
    desk.upload()
    hold(desk, replaces="dok-1")
    before = [item.id for item in desk.case.current_documents()]
    case = settle(desk, found(UploadVerdict.ACCEPTED))

    assert ["dok-1"] == before
    assert ["titip-1"] == [item.id for item in case.current_documents()]
    assert ["dok-1", "titip-1"] == [item.id for item in case.documents]


@pytest.mark.parametrize(
    ("inspection", "outcome"),
    [
        (found(UploadVerdict.REFUSED, findings=(DAMAGED,)), HeldOutcome.REFUSED),
        (found(UploadVerdict.HELD, reason=HeldReason.INSPECTION_FAILED), None),
    ],
)
def test_without_acceptance_nothing_reaches_the_slot(desk, inspection, outcome):
    """A refusal ends it, no verdict keeps it."""
    hold(desk)
    case = settle(desk, inspection)

    assert () == case.documents
    assert outcome is case.held_uploads[0].outcome
    assert ("v2", 2) == (case.held_uploads[0].inspected_with, case.held_uploads[0].inspections)


def test_accepting_as_it_is_needs_the_counter_a_reason_and_no_interest(desk):
    """Each guard in turn; then the document says who accepted what, and why."""
    hold(desk)
    with raises_code("not-allowed"):
        accept(desk, actor=desk.who("belakang"))
    with raises_code("not-allowed"):
        accept(desk, actor=OWNER)
    stranger = make_officer("jauh", Role.FRONT_OFFICE, units=frozenset({"lain"})).as_actor()
    with raises_code("not-allowed"):
        accept(desk, actor=stranger)
    with raises_code("reason-missing"):
        accept(desk, reason=" ")
    clean = desk.case
    declared = ConflictOfInterest(officer="depan", declared_at=desk.now, reason="saudara")
    desk.case = attrs.evolve(clean, conflicts=(declared,))
    with raises_code("conflict-of-interest"):
        accept(desk)
    desk.case = clean
    case = accept(desk)

    assert ("depan", "sah", ("damaged",)) == (
        case.documents[0].accepted_as_is.by,
        case.documents[0].accepted_as_is.reason,
        case.documents[0].accepted_as_is.findings,
    )
    assert case == from_json(Application, to_json(case))
    assert all("sah" not in str(dict(item.data)) for item in desk.events)


def test_who_assesses_a_case_takes_no_file_in_for_it(desk):
    """The other way round: a duty that somebody has in the case bars them from the counter."""
    hold(desk)
    assessed = StageState(stage="verifikasi", status=StageStatus.OPEN, assignee="depan")
    desk.case = attrs.evolve(desk.case, stages=(assessed,))
    with pytest.raises(SeparationOfDutiesError) as told:
        accept(desk)

    assert ("counter", "receiver", "verifikasi", "assessor") == (
        told.value.stage,
        told.value.duty,
        told.value.other_stage,
        told.value.other_duty,
    )


def test_who_accepts_a_held_file_is_on_record_as_its_receiver(desk):
    """Also where nothing had to be lifted any more."""
    hold(desk)
    case = accept(desk, inspection=found(UploadVerdict.ACCEPTED))

    assert ["depan"] == [item.taken_in_by for item in case.documents]
    assert frozenset({"depan"}) == workflow.holders(case)[workflow.COUNTER]


@pytest.mark.parametrize(
    ("kept", "inspection"),
    [
        ({"office_may_accept": False}, SIGNED),
        ({}, attrs.evolve(SIGNED, office_may_accept=False)),
        ({}, found(UploadVerdict.REFUSED, findings=(DAMAGED,))),
        ({}, found(UploadVerdict.HELD, reason=HeldReason.INSPECTION_FAILED)),
    ],
)
def test_what_was_found_then_or_is_found_now_bars_accepting(desk, kept, inspection):
    """Both looks must say that only the structure is wrong."""
    hold(desk, **kept)
    with pytest.raises(UploadNotLiftableError):
        accept(desk, inspection=inspection)


def test_a_page_shows_the_counter_what_it_may_do(desk):
    """In a draft and in a correction, for the front office of the unit alone."""
    desk.draft()

    def may(actor):
        return [
            item.action
            for item in workflow.allowed_actions(desk.case, desk.permit_type, actor)
            if item.action is Action.ACCEPT_UPLOAD
        ]

    assert [Action.ACCEPT_UPLOAD] == may(desk.who("depan"))
    assert [] == may(desk.who("belakang"))
    assert [] == may(OWNER)
    desk.upload()
    desk.submit()
    assert [] == may(desk.who("depan"))


def test_the_counter_is_that_of_the_units_with_a_front_office_stage(desk):
    """Where no stage has one, it is the responsible unit's."""
    elsewhere = desk.has_stages(make_stage("loket", unit="loket-bersama", role="front_office"))

    assert ("loket-bersama",) == workflow.front_office_units(elsewhere.permit_type)
    nowhere = desk.has_stages(make_stage("telaah", unit="lain", role="back_office"))
    assert (nowhere.permit_type.responsible_unit,) == workflow.front_office_units(nowhere.permit_type)


def test_a_file_taken_in_at_the_counter_is_in_the_officers_name(desk):
    """And a signed one only with a reason."""
    desk.draft()
    given = {
        "slots": make_terms(desk.permit_type).slots,
        "actor": desk.who("depan"),
        "now": desk.now,
    }
    with raises_code("reason-missing"):
        workflow.take_in_at_counter(desk.case, desk.permit_type, make_document(), SIGNED, **given)
    with pytest.raises(UploadNotLiftableError):
        workflow.take_in_at_counter(
            desk.case, desk.permit_type, make_document(), found(UploadVerdict.REFUSED), reason="x", **given
        )
    moved = workflow.take_in_at_counter(
        desk.case, desk.permit_type, make_document(), found(UploadVerdict.ACCEPTED), **given
    )

    assert Account.officer("depan") == moved.application.documents[0].uploaded_by


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.sampled_from(["hold", "upload", "settle-yes", "settle-no", "settle-held", "accept", "discard"]),
        max_size=12,
    )
)
def test_a_slot_never_overflows_and_no_file_is_in_two_states(desk, steps):
    """Whatever happens in whatever order: at most one current file in a slot for one, each upload ends once."""
    desk = type(desk)()
    desk.draft()
    refused = 0
    for number, step in enumerate(steps):
        desk.now += timedelta(minutes=1)
        waiting = desk.case.waiting_uploads()
        first = waiting[0].id if waiting else "-"
        try:
            if step == "hold":
                hold(desk, id=f"titip-{number}", sha256=f"{number:064d}")
            elif step == "upload":
                desk.upload(f"dok-{number}")
            elif step == "settle-yes":
                settle(desk, found(UploadVerdict.ACCEPTED), upload=first)
            elif step == "settle-no":
                settle(desk, found(UploadVerdict.REFUSED), upload=first)
            elif step == "settle-held":
                settle(desk, SIGNED, upload=first)
            elif step == "accept":
                accept(desk, upload=first)
            else:
                desk.take(workflow.discard_upload(desk.case, first, actor=OWNER, now=desk.now))
        except WorkflowError:
            refused += 1
        current = [item.id for item in desk.case.current_documents()]
        ended = {item.id for item in desk.case.held_uploads if not item.is_waiting}
        placed = {
            item.id
            for item in desk.case.held_uploads
            if item.outcome in (HeldOutcome.ACCEPTED, HeldOutcome.ACCEPTED_AS_IS)
        }
        assert len(current) <= 1
        assert placed == {item.id for item in desk.case.documents if item.id.startswith("titip")}
        assert placed <= ended
    assert refused <= len(steps)
    assert ApplicationState.DRAFT is desk.case.state

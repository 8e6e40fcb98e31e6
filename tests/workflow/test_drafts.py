"""Drafts: beginning, uploading, filling in."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest

from perizinan_core.errors.workflow import (
    ClockOrderError,
    PermitStatusError,
    TransitionNotAllowedError,
)
from perizinan_core.model._actor import Account, Actor, ActorKind, Role
from perizinan_core.model._applicant import Representative
from perizinan_core.model._application import ApplicationState, SlotTerms
from perizinan_core.model._case import CorrectionItem
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._permit import PermitStatus
from perizinan_core.model._requirement import Requirement, RequirementLevel
from perizinan_core.model._text import DateRange, Source, Text
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    HOST,
    OWNER,
    SYSTEM,
    make_applicant,
    make_document,
    make_officer,
    make_permit,
    make_permit_type,
    make_terms,
)
from perizinan_core.workflow import _functions as workflow


def test_a_draft_belongs_to_whoever_opens_it(desk):
    """The applicant's account owns the draft, and the event says what was begun."""
    case = desk.draft()

    assert OWNER.account == case.owner
    assert ApplicationState.DRAFT is case.state
    assert "new" == desk.events[0].data["kind"]


def test_the_front_office_and_the_host_open_drafts_for_somebody(desk):
    """At the counter, and through an embedding portal, the draft belongs to the applicant."""
    front = make_officer("depan", Role.FRONT_OFFICE).as_actor()

    assert OWNER.account == desk.draft(actor=front, owner=OWNER.account).owner
    assert OWNER.account == desk.draft(actor=HOST, owner=OWNER.account).owner


@pytest.mark.parametrize(
    ("actor", "owner"),
    [
        (SYSTEM, None),
        (OWNER, Account.public("orang-lain")),
        (make_officer("kasir", Role.CASHIER).as_actor(), None),
    ],
)
def test_nobody_else_opens_a_draft(desk, actor, owner):
    """The system, officers of other roles, and applicants for others are refused."""
    with raises_code("not-allowed") as refusal:
        desk.draft(actor=actor, owner=owner)

    assert ("front_office",) == refusal.value.roles


def test_an_incomplete_or_ended_permit_type_takes_no_applications(desk):
    """A type that is information only, or not in force on the day, is not open."""
    for changes in ({"complete": False}, {"in_force": DateRange(date(2027, 1, 1))}):
        desk.permit_type = make_permit_type(**changes)
        with raises_code("permit-type-not-open"):
            desk.draft()


def test_a_renewal_needs_the_permit_and_a_new_application_none(desk):
    """Kind and previous permit fit together."""
    permit = _in_force()

    for changes in (
        {"kind": ApplicationKind.RENEWAL},
        {"kind": ApplicationKind.NEW, "previous_permit": permit},
    ):
        with raises_code("previous-permit"):
            desk.draft(**changes)
    assert permit.id == desk.draft(kind=ApplicationKind.RENEWAL, previous_permit=permit).previous_permit


def test_a_kind_that_the_permit_type_does_not_know_is_refused(desk):
    """A type without duplicates takes no application for one."""
    desk.permit_type = make_permit_type(application_kinds=frozenset({ApplicationKind.NEW}))

    with raises_code("previous-permit"):
        desk.draft(kind=ApplicationKind.DUPLICATE, previous_permit=_in_force())


def test_the_permit_of_another_office_or_type_cannot_be_renewed(desk):
    """The old permit must be of the same authority and type."""
    foreign = attrs.evolve(_in_force(), permit_type="izin-lain")

    with raises_code("permit-type-mismatch"):
        desk.draft(kind=ApplicationKind.RENEWAL, previous_permit=foreign)


def test_a_revoked_permit_cannot_be_amended(desk):
    """Only a permit with effect can be built upon."""
    unsigned = make_permit()

    with pytest.raises(PermitStatusError):
        desk.draft(kind=ApplicationKind.AMENDMENT, previous_permit=unsigned)


def test_an_upload_is_marked_with_person_time_and_submission(desk):
    """What the caller claims about who and when is set right."""
    desk.draft()
    document = desk.upload(
        uploaded_by=Account.public("seseorang"), submission=9, replaced_at=desk.now
    ).documents[0]

    assert (OWNER.account, desk.now, 1) == (document.uploaded_by, document.uploaded_at, document.submission)
    assert None is document.replaced_at


def test_uploads_are_refused_where_they_do_not_fit(desk):
    """Unknown slots, full slots, taken ids and impossible choices each have their own refusal."""
    choices = Requirement(
        code="bukti", label=Text("Bukti"), choices=(Text("A"), Text("B")), source=Source("uji")
    )
    desk.permit_type = make_permit_type(requirements=(*desk.permit_type.requirements, choices))
    desk.draft()
    desk.upload("dok-1")

    with raises_code("slot-full"):
        desk.upload("dok-2")
    with raises_code("document-choice"):
        desk.upload("dok-2", "bukti", choice=2)
    with raises_code("document-id-taken"):
        desk.upload("dok-1", "bukti", choice=1)
    with raises_code("unknown-slot") as refusal:
        workflow.add_document(
            desk.case,
            desk.permit_type,
            make_document("dok-2", "lain"),
            slots=make_terms(desk.permit_type).slots,
            actor=OWNER,
            now=desk.now,
        )
    assert ("ktp", "bukti") == refusal.value.known


def test_a_replaced_document_stays_on_record(desk):
    """All that was ever handed in stays; only the last one is current."""
    desk.draft()
    desk.upload("dok-1")
    moved = workflow.replace_document(
        desk.case,
        desk.permit_type,
        "dok-1",
        make_document("dok-2"),
        slots=make_terms(desk.permit_type).slots,
        actor=OWNER,
        now=desk.now,
    )

    assert ["dok-1", "dok-2"] == [item.id for item in moved.application.documents]
    assert ["dok-2"] == [item.id for item in moved.application.current_documents()]
    assert ["document_removed", "document_added"] == [event.kind.value for event in moved.events]
    with raises_code("unknown-document"):
        workflow.remove_document(moved.application, "dok-1", actor=OWNER, now=desk.now)


def test_saving_the_form_of_a_draft_is_no_event(desk):
    """It is saved with every few words; nothing of a draft is an act of the case."""
    desk.draft(form={"area": 10, "purpose": "Warung"})
    moved = workflow.update_form(desk.case, {"area": 12}, actor=OWNER, now=desk.now)

    assert ({"area": 12}, ()) == (moved.application.form, moved.events)


def test_the_applicants_data_can_be_put_right(desk):
    """A draft takes a representative; unchanged data make no event."""
    desk.draft()
    agent = Representative(person=make_applicant(), actor_id="akun-kuasa", power_of_attorney="0" * 64)
    moved = workflow.update_applicant(desk.case, make_applicant(), agent, actor=OWNER, now=desk.now)
    kuasa = Actor(id="akun-kuasa", kind=ActorKind.REPRESENTATIVE)

    assert frozenset({OWNER.account, Account.public("akun-kuasa")}) == workflow.party_accounts(
        moved.application
    )
    assert (
        ()
        == workflow.update_applicant(
            moved.application, make_applicant(), agent, actor=kuasa, now=desk.now
        ).events
    )


CLAIMED = Representative(
    person=make_applicant(), power_of_attorney="0" * 64, mandate_name="kuasa.pdf", mandate_size=9
)


def test_a_claimed_power_of_attorney_is_left_out_of_a_draft(desk):
    """Neither at the beginning nor afterwards; name and size of the file are claims too."""
    begun = desk.draft(representative=CLAIMED)
    changed = workflow.update_applicant(
        begun, make_applicant(), attrs.evolve(CLAIMED, actor_id="kuasa"), actor=OWNER, now=desk.now
    ).application

    for agent in (begun.representative, changed.representative):
        assert (None, None, None) == (agent.power_of_attorney, agent.mandate_name, agent.mandate_size)


def test_a_power_of_attorney_without_its_file_in_the_case_does_not_count(desk):
    """Whatever a record says: completeness looks for the paper itself, and so does the receipt."""
    case = attrs.evolve(desk.draft(), representative=CLAIMED)
    terms = make_terms(desk.permit_type)
    problems = workflow.submission_problems(case, desk.permit_type, terms, day=desk.now.date())

    assert case.power_of_attorney() is None
    assert "power-of-attorney-missing" in {item.code for item in problems}


def test_the_same_representative_keeps_the_power_of_attorney_that_was_put_in(desk):
    """Typing the data again, with another hash or none, changes nothing; another person begins without."""
    case = desk.draft(representative=CLAIMED)
    paper = make_document("surat-kuasa", sha256="1" * 64)
    put = workflow.put_power_of_attorney(case, paper, actor=OWNER, now=desk.now).application
    again = workflow.update_applicant(put, put.applicant, CLAIMED, actor=OWNER, now=desk.now).application
    other = attrs.evolve(put.representative, person=make_applicant(name="Orang Lain"))
    changed = workflow.update_applicant(put, put.applicant, other, actor=OWNER, now=desk.now).application

    assert put == again
    assert paper.sha256 == put.power_of_attorney().sha256
    assert changed.power_of_attorney() is None
    assert changed.representative.power_of_attorney is None


@pytest.mark.parametrize("actor", [SYSTEM, Actor(id="orang-lain", kind=ActorKind.APPLICANT)])
def test_only_the_parties_and_the_host_work_on_a_draft(desk, actor):
    """Others are refused; the host has done its own authorisation."""
    desk.draft()

    with raises_code("not-party"):
        workflow.update_form(desk.case, {"area": 1}, actor=actor, now=desk.now)
    assert {"area": 1} == workflow.update_form(
        desk.case, {"area": 1}, actor=HOST, now=desk.now
    ).application.form


def test_a_moment_before_the_last_one_or_without_zone_is_refused(desk):
    """Time never runs backwards, and moments say their zone."""
    desk.draft()

    with pytest.raises(ClockOrderError):
        workflow.update_form(desk.case, {"area": 1}, actor=OWNER, now=desk.now - timedelta(seconds=1))
    with raises_code("naive-moment"):
        workflow.update_form(desk.case, {"area": 1}, actor=OWNER, now=desk.now.replace(tzinfo=None))


def test_a_submitted_application_is_no_longer_edited(desk):
    """Between submission and correction the applicant changes nothing."""
    desk.submitted()

    with pytest.raises(TransitionNotAllowedError) as refusal:
        workflow.update_form(desk.case, {"area": 1}, actor=OWNER, now=desk.now)
    assert "decide_stage" in refusal.value.allowed


def test_a_correction_opens_only_what_it_asks_for(desk):
    """Reviewed parts stay as they are: other slots, filled fields and the applicant are closed."""
    extra = Requirement(
        code="denah", label=Text("Denah"), level=RequirementLevel.IF_AVAILABLE, source=Source("uji")
    )
    desk.permit_type = attrs.evolve(desk.permit_type, requirements=(*desk.permit_type.requirements, extra))
    desk.draft(form={"area": 10})
    desk.upload()
    desk.submit()
    desk.assign()
    desk.correct("lengkap", CorrectionItem(target="form:area", reason="Tidak sesuai denah"))

    with raises_code("not-in-correction") as refusal:
        desk.upload("dok-2", "denah")
    assert (("denah",), ("form:area",)) == (refusal.value.targets, refusal.value.asked)
    with raises_code("not-in-correction"):
        workflow.update_applicant(desk.case, make_applicant(name="Lain"), None, actor=OWNER, now=desk.now)
    changed = workflow.update_form(
        desk.case, {"area": 11, "purpose": "Toko"}, actor=OWNER, now=desk.now
    ).application
    assert {"area": 11, "purpose": "Toko"} == changed.form
    again = workflow.update_form(changed, {"area": 11, "purpose": "Gudang"}, actor=OWNER, now=desk.now)
    assert "Gudang" == again.application.form["purpose"]
    desk.case = again.application
    desk.resubmit()
    desk.correct("lengkap", CorrectionItem(target="form:area", reason="Masih tidak sesuai"))
    with raises_code("not-in-correction"):
        workflow.update_form(desk.case, {"area": 12, "purpose": "Toko"}, actor=OWNER, now=desk.now)


def test_a_slot_that_newly_applies_is_open_in_a_correction(desk):
    """A corrected form can make a further paper necessary."""
    desk.submitted()
    desk.correct("lengkap", CorrectionItem(target="form:area", reason="Tidak sesuai"))
    later = SlotTerms(requirement="ktp", level=RequirementLevel.REQUIRED, min_files=1, max_files=1, item=1)
    moved = workflow.add_document(
        desk.case,
        desk.permit_type,
        make_document("dok-2", "ktp#1"),
        slots=(later,),
        actor=OWNER,
        now=desk.now,
    )

    assert 2 == moved.application.documents[-1].submission


def _in_force():
    return make_permit(signed_sha256="1" * 64, status=PermitStatus.IN_FORCE, valid_until=date(2026, 12, 31))


def test_taking_a_document_away_is_a_moment_of_the_case(desk):
    """What happens afterwards cannot be dated before it, although the upload is older."""
    desk.draft()
    desk.upload()
    removed = desk.now + timedelta(hours=2)
    case = workflow.remove_document(desk.case, "dok-1", actor=OWNER, now=removed).application
    with pytest.raises(ClockOrderError) as told:
        workflow.update_form(case, {}, actor=OWNER, now=removed - timedelta(hours=1))

    assert removed == told.value.last
    assert {} == workflow.update_form(case, {}, actor=OWNER, now=removed).application.form

"""Handing in, and handing in again."""

from __future__ import annotations

from datetime import date, datetime

import attrs
import pytest

from perizinan_core.errors.workflow import Problem, SubmissionRefusedError
from perizinan_core.model._applicant import Organisation, Representative
from perizinan_core.model._application import ApplicationState, SlotTerms
from perizinan_core.model._case import CorrectionItem, StageStatus
from perizinan_core.model._events import EventKind
from perizinan_core.model._identifiers import PassportNumber
from perizinan_core.model._kinds import ApplicantKind, ApplicationKind
from perizinan_core.model._permit import PermitStatus
from perizinan_core.model._requirement import Requirement, RequirementLevel, RequirementSource
from perizinan_core.model._stage import StageKind
from perizinan_core.model._text import DateRange, Source, Text
from perizinan_core.testing._refusals import raises_code
from perizinan_core.testing.strategies._workflow import (
    OWNER,
    SYSTEM,
    make_applicant,
    make_permit,
    make_permit_type,
    make_stage,
    make_terms,
    working_days,
)
from perizinan_core.workflow import _functions as workflow

_SOURCE = Source("uji")


def _codes(desk, **changes):
    with pytest.raises(SubmissionRefusedError) as refusal:
        desk.submit(**changes)
    return [(item.path, item.code) for item in refusal.value.problems]


def _needs(desk, *requirements, **changes):
    stages = desk.permit_type.stages
    desk.permit_type = make_permit_type(*stages, requirements=requirements, **changes)
    desk.draft()


def _paper(code, **changes):
    return Requirement(code=code, label=Text(code), source=_SOURCE, **changes)


def test_submitting_freezes_version_terms_and_opens_the_first_stage(desk):
    """The version in force at the submission counts, not the one the draft was begun with."""
    desk.draft()
    desk.upload()
    desk.permit_type = attrs.evolve(desk.permit_type, version="2026.2")
    case = desk.submit()

    assert ("2026.2", 1, "1/2026") == (case.permit_type_version, case.submission, case.receipt_number)
    (told,) = [event for event in desk.events if event.kind is EventKind.APPLICATION_SUBMITTED]
    assert ("2026.2", 1, "1/2026") == tuple(told.data[name] for name in ("version", "submission", "receipt"))
    assert ApplicationState.SUBMITTED is case.state
    assert [StageStatus.OPEN, StageStatus.WAITING, StageStatus.WAITING] == [s.status for s in case.stages]
    assert () == case.clock.entries


def test_filing_after_hours_counts_from_the_next_working_day(desk):
    """Friday at 16:01 is Monday, where the office says so."""
    desk.now = datetime(2026, 3, 6, 16, 1, tzinfo=desk.now.tzinfo)
    desk.draft()
    desk.upload()

    assert date(2026, 3, 9) == desk.submit().earliest_day


def test_without_a_completeness_check_the_clock_starts_with_the_submission(desk):
    """The file counts as complete when nobody is to check it."""
    desk.has_stages(make_stage("keputusan", StageKind.APPROVAL))
    case = desk.submitted()

    assert ApplicationState.IN_REVIEW is case.state
    assert desk.now == case.completed_at
    assert date(2026, 3, 9) == case.clock.due


def test_all_problems_are_told_at_once(desk):
    """Missing papers, identity, power of attorney and the caller's own findings come together."""
    desk.draft(
        applicant=make_applicant(nik=None),
        representative=Representative(person=make_applicant(nik=None)),
    )
    mine = Problem("form.area", "form", "The field {place} is missing.", label="Luas")

    assert [
        ("form.area", "form"),
        ("applicant", "identity-missing"),
        ("representative.person", "identity-missing"),
        ("representative.power_of_attorney", "power-of-attorney-missing"),
        ("documents.ktp", "document-missing"),
    ] == _codes(desk, problems=[mine])


def test_an_organisation_names_a_person_with_identity(desk):
    """The responsible person of a business needs a NIK or a passport."""
    firm = Organisation(name="PT Contoh", kind=ApplicantKind.BUSINESS, responsible=make_applicant(nik=None))
    desk.draft(applicant=firm)
    desk.upload()

    assert [("applicant.responsible", "identity-missing")] == _codes(desk)


def test_a_passport_is_identity_enough(desk):
    """A foreigner has no NIK."""
    desk.draft(applicant=make_applicant(nik=None, passport=PassportNumber.parse("X1234567")))
    desk.upload()

    assert 1 == desk.submit().submission


def test_a_kind_of_applicant_the_permit_is_not_for_is_refused(desk):
    """A permit for businesses is not for a person."""
    _needs(desk, applicant_kinds=frozenset({ApplicantKind.BUSINESS}))

    assert [("applicant.kind", "applicant-kind")] == _codes(desk)


def test_one_of_a_group_of_alternatives_is_enough(desk):
    """Deed or certificate: none is a problem, either is not."""
    _needs(desk, _paper("akta", alternative_group="tanah"), _paper("sertifikat", alternative_group="tanah"))

    assert [("documents.tanah", "alternative-missing")] == _codes(desk)
    desk.upload("dok-1", "sertifikat")
    assert 1 == desk.submit().submission


def test_alternatives_of_several_items_are_counted_apart(desk):
    """Each vehicle needs its own paper."""
    _needs(desk, _paper("stnk", alternative_group="bukti", per_item="vehicles"))
    slots = tuple(
        SlotTerms(
            requirement="stnk",
            level=RequirementLevel.REQUIRED,
            min_files=1,
            max_files=1,
            item=item,
            alternative_group="bukti",
        )
        for item in (0, 1)
    )

    assert [
        ("documents.bukti#0", "alternative-missing"),
        ("documents.bukti#1", "alternative-missing"),
    ] == _codes(desk, terms=make_terms(desk.permit_type, slots=slots))


def test_optional_papers_and_those_of_the_office_are_not_asked_for(desk):
    """Only required papers that the applicant brings keep a submission back."""
    _needs(
        desk,
        _paper("denah", level=RequirementLevel.IF_NEEDED),
        _paper("berita-acara", brought_by=RequirementSource.OFFICE),
    )

    assert 1 == desk.submit().submission


def test_a_document_must_be_valid_on_the_day(desk):
    """No stated expiry, and an expiry of yesterday, are both problems; today is in time."""
    _needs(desk, _paper("str", needs_expiry=True, max_files=3))
    desk.upload("dok-1", "str")
    desk.upload("dok-2", "str", expires_on=date(2026, 3, 1))
    desk.upload("dok-3", "str", expires_on=date(2026, 3, 2))

    assert [("documents.str", "expiry-missing"), ("documents.str", "document-expired")] == _codes(desk)


def test_more_files_than_allowed_are_a_problem(desk):
    """A slot that shrank with the form keeps the submission back."""
    _needs(desk, _paper("foto", max_files=2))
    desk.upload("dok-1", "foto")
    desk.upload("dok-2", "foto")
    slots = (attrs.evolve(make_terms(desk.permit_type).slots[0], max_files=1),)

    assert [("documents.foto", "too-many-documents")] == _codes(
        desk, terms=make_terms(desk.permit_type, slots=slots)
    )


def test_originals_may_be_shown_at_the_counter_where_the_rule_says_so(desk):
    """The slot stays empty and the case says why."""
    _needs(desk, _paper("ktp", shown_at_counter=True), _paper("npwp"))

    assert [
        ("documents.npwp", "not-at-counter"),
    ] == _codes(desk, at_counter=frozenset({"ktp", "npwp"}))
    desk.upload("dok-1", "npwp")
    assert ("ktp",) == desk.submit(at_counter=frozenset({"ktp"})).shown_at_counter


def test_a_paper_of_a_group_may_be_shown_at_the_counter(desk):
    """Showing one alternative fills the group."""
    _needs(
        desk,
        _paper("akta", alternative_group="tanah", shown_at_counter=True),
        _paper("girik", alternative_group="tanah"),
    )

    assert 1 == desk.submit(at_counter=frozenset({"akta"})).submission


def test_another_type_or_one_out_of_force_is_refused_at_submission(desk):
    """The caller's mistake, and a type that ended since the draft, have their own refusals."""
    desk.draft()
    right = desk.permit_type
    desk.permit_type = attrs.evolve(right, code="izin-lain")
    with raises_code("permit-type-mismatch"):
        desk.submit()
    desk.permit_type = attrs.evolve(right, in_force=DateRange(None, date(2026, 3, 1)))
    with raises_code("permit-type-not-open"):
        desk.submit()


def test_a_renewal_is_checked_again_when_it_is_handed_in(desk):
    """A draft that lay too long misses the window; the permit must be the one it names."""
    old = make_permit(signed_sha256="1" * 64, status=PermitStatus.IN_FORCE, valid_until=date(2026, 3, 10))
    desk.draft(kind=ApplicationKind.RENEWAL, previous_permit=old)
    desk.upload()

    with raises_code("previous-permit"):
        desk.submit(previous_permit=attrs.evolve(old, id="izin-9"))
    assert (
        1
        == workflow.submit(
            desk.case,
            desk.permit_type,
            make_terms(desk.permit_type),
            receipt_number="1/2026",
            actor=OWNER,
            now=desk.now,
            calendar=desk.calendar,
            previous_permit=old,
        ).application.submission
    )
    with raises_code("renewal-too-late"):
        desk.wait(days=9).submit(previous_permit=old)


def test_somebody_else_cannot_submit(desk):
    """Only the parties and the host hand in."""
    desk.draft()
    desk.upload()

    with raises_code("not-party"):
        desk.submit(actor=SYSTEM)


def test_stages_that_cannot_lead_to_a_decision_are_refused_with_all_faults(desk):
    """A broken catalogue shows at the submission at the latest, not in the middle of a case."""
    desk.has_stages(
        make_stage("a", after=("b",), role="tukang"),
        make_stage("b", after=("a", "hilang"), separated_from=("hilang",)),
        make_stage("putus", StageKind.APPROVAL, on_request=True),
        make_stage("c", after=("putus",)),
    )
    desk.draft()
    desk.upload()

    with raises_code("stage-graph") as refusal:
        desk.submit(terms=make_terms(desk.permit_type, stages=("a", "putus", "tiada")))
    text = " ".join(refusal.value.problems)
    for part in ("tiada", "hilang", "tukang", "after itself", "after the approval", "on request"):
        assert part in text
    with raises_code("stage-graph") as refusal:
        desk.submit(terms=make_terms(desk.permit_type, stages=("a",)))
    assert any("exactly one approval" in problem for problem in refusal.value.problems)


def test_a_correction_makes_a_new_submission_and_every_stage_is_judged_again(desk):
    """Old outcomes stay on record and count no more; officers keep their stages."""
    desk.submitted()
    desk.decide("lengkap")
    case = desk.corrected("verifikasi")

    assert (2, ApplicationState.SUBMITTED) == (case.submission, case.state)
    assert [StageStatus.OPEN, StageStatus.WAITING, StageStatus.WAITING] == [s.status for s in case.stages]
    assert ["depan", "belakang"] == [s.assignee for s in case.stages[:2]]
    assert [1, 1] == [s.earlier[0].submission for s in case.stages[:2]]
    assert desk.now == case.corrections[0].answered_at


def test_an_officer_who_left_does_not_get_the_stage_back(desk):
    """On handing in again, eligibility is looked at anew."""
    desk.submitted()
    desk.correct("lengkap")
    left = tuple(attrs.evolve(one, active=one.id != "depan") for one in desk.staff)
    desk.answer()
    moved = workflow.resubmit(
        desk.case,
        desk.permit_type,
        staff=left,
        actor=OWNER,
        now=desk.now,
        calendar=desk.calendar,
    )
    state = moved.application.stage_state("lengkap")

    assert (None, ("depan",)) == (state.assignee, state.past_assignees)


def test_a_correction_after_its_window_comes_too_late(desk):
    """The last local day is in time, the day after is not."""
    desk.submitted()
    desk.correct("lengkap")
    desk.told()
    desk.answer()
    desk.now = datetime(2026, 3, 17, 0, 0, tzinfo=desk.now.tzinfo)

    with raises_code("correction-window-passed") as refusal:
        desk.resubmit()
    assert date(2026, 3, 16) == refusal.value.answer_by
    desk.now = datetime(2026, 3, 16, 23, 59, tzinfo=desk.now.tzinfo)
    assert 2 == desk.resubmit().submission


def test_a_document_asked_for_must_be_touched(desk):
    """Handing in again without the paper is refused; taking an optional one away is an answer."""
    extra = _paper("denah", level=RequirementLevel.IF_AVAILABLE)
    desk.permit_type = attrs.evolve(desk.permit_type, requirements=(*desk.permit_type.requirements, extra))
    desk.draft()
    desk.upload()
    desk.upload("dok-2", "denah")
    desk.submit()
    desk.assign()
    desk.correct(
        "lengkap",
        CorrectionItem(target="denah", reason="Bukan denah lokasi ini"),
        CorrectionItem(target="form:area", reason="Periksa"),
        CorrectionItem(target="applicant", reason="Periksa"),
    )

    with raises_code("correction-unanswered") as refusal:
        desk.resubmit()
    assert ("denah",) == refusal.value.targets
    desk.take(workflow.remove_document(desk.case, "dok-2", actor=OWNER, now=desk.now))
    assert 2 == desk.resubmit().submission


def test_a_corrected_form_may_bring_new_stages_and_limits_but_no_new_policy(desk):
    """Slots, stages, fee and limit follow the form; the rules of the game stay as frozen."""
    desk.has_stages(*desk.permit_type.stages, make_stage("teknis", StageKind.TECHNICAL_RECOMMENDATION))
    desk.submitted(make_terms(desk.permit_type, stages=("lengkap", "verifikasi", "keputusan")))
    desk.correct("lengkap", CorrectionItem(target="form:area", reason="Salah"))
    case = desk.resubmit(
        terms=make_terms(desk.permit_type, time_limit=working_days(9), max_correction_rounds=9)
    )

    assert StageStatus.OPEN is case.stage_state("teknis").status
    assert (working_days(9), 2) == (case.terms.time_limit, case.terms.max_correction_rounds)


def test_a_resubmission_still_needs_every_paper(desk):
    """Taking the only identity card away is no answer that can be handed in."""
    desk.submitted()
    desk.correct("lengkap")
    desk.take(workflow.remove_document(desk.case, "dok-1", actor=OWNER, now=desk.now))

    with pytest.raises(SubmissionRefusedError):
        desk.resubmit()


def test_a_problem_is_told_in_both_languages():
    """The applicant reads what is missing in the language of the page."""
    problem = Problem(
        "documents.ktp",
        "document-missing",
        "{label} has not been uploaded yet. Upload it (files needed: {min_files}).",
        {"slot": "ktp", "label": Text("KTP pemohon", "Identity card"), "min_files": 1},
        label=Text("KTP pemohon", "Identity card"),
    )

    assert "Identity card has not been uploaded yet. Upload it (files needed: 1)." == problem.message("en")
    assert "KTP pemohon belum diunggah. Unggah dokumennya (minimal 1 berkas)." == problem.message("id")

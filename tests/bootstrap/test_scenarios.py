"""Examples of a catalogue run through the real rules; every expectation can fail, with a sentence."""

import attrs
import pytest

from perizinan_core.bootstrap import check_scenario
from perizinan_core.bootstrap._examples import run_scenario
from perizinan_core.bootstrap._examples._checking import _FOUND
from perizinan_core.catalogue import Catalogue
from perizinan_core.model._permit_type import Scenario
from perizinan_core.published import read_authority_document
from perizinan_core.testing._offices import FORMS, HOST, sample_pack
from perizinan_core.testing._refusals import raises_code
from perizinan_core.verification import Verdict, verify_permit

CATALOGUE = sample_pack().catalogue
TYPES = {item.code: item for item in CATALOGUE.permit_types}
WHOLE = ({"submit": None}, {"decide": {"stage": "periksa"}}, {"approve": None}, {"issue": None})


def check(permit_type="warung", *, given=None, do=WHOLE, expect=None):
    """Run an example and return its sentences."""
    given = {"submitted_at": "2026-03-02T09:00", "form": FORMS[permit_type], **(given or {})}
    scenario = Scenario(name="contoh", given=given, do=tuple(do), expect=expect or {})
    return list(check_scenario(CATALOGUE, TYPES[permit_type], scenario))


RIGHT = {
    "state": "issued",
    "fee": 0,
    "deadline": "2026-03-09",
    "late": False,
    "number": "500/001/WR/2026",
    "valid_from": "2026-03-02",
    "valid_until": "2027-03-01",
    "slots": ["ktp"],
    "stages": ["periksa", "putusan"],
    "missing": [],
    "error": None,
}
WRONG = {
    "state": "refused",
    "fee": 1,
    "deadline": "2026-03-10",
    "late": True,
    "number": "500/002/WR/2026",
    "valid_from": "2026-03-03",
    "valid_until": None,
    "slots": ["paspor"],
    "stages": ["periksa"],
    "missing": ["ktp"],
    "error": "submission-refused",
}


def test_every_expectation_is_known_here():
    """A new key needs a right and a wrong value."""
    assert set(_FOUND) == set(RIGHT) == set(WRONG)


@pytest.mark.parametrize("key", RIGHT)
def test_every_expectation_can_hold_and_can_fail(key):
    """The right value says nothing; the wrong one gives one sentence with both."""
    assert [] == check(expect={key: RIGHT[key]})
    (sentence,) = check(expect={key: WRONG[key]})
    assert sentence.startswith(f"{key}: ")
    assert "≠" in sentence


def test_the_examples_of_the_sample_hold():
    """And each of their expectations, turned round, does not."""
    for permit_type in CATALOGUE.permit_types:
        for scenario in permit_type.scenarios:
            assert [] == list(check_scenario(CATALOGUE, permit_type, scenario))


def test_a_step_that_is_refused_is_reported_in_words():
    """Unless the example expects just that."""
    too_early = ({"submit": None}, {"issue": None})
    (sentence,) = check(do=too_early, expect={"state": "issued"})

    assert sentence.startswith("do[2] issue: ")
    assert len(sentence) > 40
    assert [] == check(do=too_early, expect={"error": "transition-not-allowed"})


def test_an_unexpected_error_is_not_taken_for_nothing_missing():
    """``missing: []`` says that nothing is missing, not that whatever happens is right."""
    (sentence,) = check(do=({"submit": None}, {"issue": None}), expect={"missing": []})

    assert "≠" not in sentence


def test_missing_papers_and_form_fields_are_found():
    """By slot and by field."""
    assert [] == check(
        given={"papers": []}, do=({"submit": None},), expect={"missing": ["ktp"], "state": "draft"}
    )
    assert [] == check(
        given={"form": {"lokasi": "Jalan"}},
        do=({"submit": None},),
        expect={"missing": ["di_rumah"], "error": "submission-refused"},
    )


def test_an_exempt_case_is_told_so():
    """No permit is needed."""
    assert [] == check(
        given={"form": {"lokasi": "Jalan Contoh", "di_rumah": True}},
        do=({"submit": None},),
        expect={"error": "permit-not-required", "state": "draft"},
    )


def test_corrections_refusals_withdrawals_and_waiting_are_played():
    """Every step of the format."""
    corrected = (
        {"submit": None},
        {"request_correction": {"items": ["ktp", "form:lokasi"], "reason": "Buram"}},
        {
            "resubmit": {
                "at": "2026-03-05",
                "papers": {"ktp": {}},
                "form": {"lokasi": "Jalan Baru"},
            }
        },
        *WHOLE[1:],
    )

    assert [] == check(do=corrected, expect={"state": "issued", "number": "500/001/WR/2026"})
    assert [] == check(do=(*WHOLE[:2], {"refuse": {"reasons": ["Tidak"]}}), expect={"state": "refused"})
    assert [] == check(do=({"submit": None}, {"withdraw": None}), expect={"state": "withdrawn"})
    assert [] == check(
        do=(*WHOLE[:2], {"wait": {"until": "2026-03-20"}}), expect={"late": True, "state": "in_review"}
    )


def test_the_long_way_with_payment_and_inspection_is_played():
    """Parallel stages, a stage on request, a number of the technical agency, and the fee."""
    steps = (
        {"submit": None},
        {"decide": {"stage": "periksa"}},
        {"request_stage": {"stage": "peninjauan"}},
        {"decide": {"stage": "telaah"}},
        {"decide": {"stage": "peninjauan"}},
        {"decide": {"stage": "rekomendasi"}},
        {"pay": {"amount": 20_000}},
        {"pay": None},
        {"decide": {"stage": "paraf"}},
        {"approve": None},
        {"issue": None},
    )

    assert [] == check("acara", do=steps, expect={"state": "issued", "fee": 120_000, "valid_until": None})
    negative = (
        {"submit": None},
        {"decide": {"stage": "periksa"}},
        {"decide": {"stage": "rekomendasi", "outcome": "negative"}},
    )
    assert [] == check("acara", do=negative, expect={"state": "in_review"})


def test_a_stage_that_nobody_may_ask_for_is_refused_in_words():
    """The refusal is the workflow's own."""
    do = ({"submit": None}, {"decide": {"stage": "periksa"}}, {"request_stage": {"stage": "bayar"}})

    assert 1 == len(check("acara", do=do, expect={"state": "in_review"}))


@pytest.mark.parametrize("kind", ["person", "business", "organiser"])
def test_applicants_of_every_kind_are_made_up(kind):
    """With and without their numbers; identity numbers belong to nobody."""
    applicant = {"kind": kind, "has_npwp": True, "has_nib": True, "legal_form": "CV", "name": "Contoh"}

    assert [] == check(given={"applicant": applicant}, expect={"state": "issued"})


def test_a_representative_needs_the_power_of_attorney():
    """The slot appears."""
    assert [] == check(
        given={"represented": True}, do=({"submit": None},), expect={"slots": ["ktp", "surat-kuasa"]}
    )


def test_a_renewal_has_an_old_permit():
    """Made up from what the example says."""
    previous = {"number": "500/9/WR/2025", "issued_on": "2025-04-01", "valid_until": "2026-03-31"}

    assert [] == check(given={"kind": "renewal", "previous": previous}, expect={"state": "issued"})
    late = {**previous, "valid_until": "2026-01-31"}
    with pytest.raises(StopIteration):
        next(iter(check(given={"kind": "renewal", "previous": previous}, expect={"state": "issued"})))
    assert 1 == len(check(given={"kind": "renewal", "previous": late}, expect={"state": "issued"}))


def test_without_a_day_an_example_begins_on_a_working_day_of_the_version():
    """At nine."""
    scenario = Scenario(name="x", given={"form": FORMS["warung"]}, do=({"submit": None},))
    run = run_scenario(CATALOGUE, TYPES["warung"], scenario)

    assert "2025-01-02" == run.day.isoformat()


def test_without_an_authority_nothing_can_be_run():
    """And it is said in words."""
    alone = Catalogue(permit_types=CATALOGUE.permit_types, authority=None)
    scenario = Scenario(name="x", given={}, do=())
    with raises_code("scenario"):
        run_scenario(alone, TYPES["warung"], scenario)

    assert 1 == len(list(check_scenario(alone, TYPES["warung"], scenario)))


def test_without_a_delegation_nobody_signs():
    """The workflow's refusal names what is missing."""
    authority = attrs.evolve(CATALOGUE.authority, delegations=())
    catalogue = attrs.evolve(CATALOGUE, authority=authority)
    scenario = Scenario(
        name="x",
        given={"submitted_at": "2026-03-02T09:00", "form": FORMS["warung"]},
        do=WHOLE,
        expect={"state": "issued"},
    )

    assert 1 == len(list(check_scenario(catalogue, TYPES["warung"], scenario)))


def test_an_example_goes_the_way_of_a_real_case():
    """Receipt, number, printed letter, signature: what the office keeps is a permit that verifies."""
    scenario = Scenario(
        name="x", given={"submitted_at": "2026-03-02T09:00", "form": FORMS["warung"]}, do=WHOLE, expect={}
    )
    run = run_scenario(CATALOGUE, TYPES["warung"], scenario)
    permit = run.office.permits.get(run.permit.id, actor=HOST)
    with run.office.permits.open_pdf(permit.id, actor=HOST) as file:
        pdf = file.read()
    authority = read_authority_document(run.office.publication.authority_json(now=run.moment))
    report = verify_permit(pdf, authority=authority, at=run.moment, status=run.office.status)

    assert Verdict.VALID is report.verdict
    assert (
        run.application.receipt_number
        == run.office.applications.receipt(run.case_id, actor=HOST).receipt_number
    )
    assert permit.number == report.permit.number


def test_rules_of_the_use_cases_hold_in_examples():
    """An answer to a correction changes what was asked for and nothing else."""
    do = (
        {"submit": None},
        {"request_correction": {"items": ["ktp"]}},
        {"resubmit": {"form": {"lokasi": "Jalan Baru"}}},
    )
    (sentence,) = check(do=do, expect={"state": "in_review"})

    assert sentence.startswith("do[3] resubmit: ")


def test_what_cannot_be_begun_is_told_with_its_place():
    """The given part is at fault, and no step."""
    (sentence,) = check(given={"kind": "renewal"}, expect={"state": "issued"})

    assert sentence.startswith("given: ")

"""Every open type of the example authority gives a letter that says what it is."""

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest

from perizinan_core.errors.workflow import WorkflowError
from perizinan_core.testing import HOST

from .conftest import applicant_of, open_types

SIGNERS = {
    "apotek": "kepala-dinas-kesehatan",
    "bongkar-trotoar": "kepala-bppm",
    "depot-air-minum": "kepala-dinas-kesehatan",
    "izin-gangguan": "kepala-bppm",
    "jasa-konstruksi": "kepala-bppm",
    "jasa-titipan": "kepala-dishub",
    "mineral-bukan-logam": "kepala-bppm",
    "minuman-beralkohol": "wali-kota",
    "reklame": "kepala-bppm",
}


def issued(kit, permit_type):
    """Play the first example of a type as a case of the office, and return its permit."""
    form = permit_type.scenarios[0].given["form"]
    case = kit.draft(permit_type.code, applicant=applicant_of(permit_type.applicant_kinds), form=form)
    for requirement in permit_type.requirements:
        if requirement.needs_expiry:
            kit.upload(case.id, requirement.code, expires_on=date(2028, 12, 31))
    kit.fill(case.id)
    kit.review(kit.hand_in(case.id).id)
    return kit.issue(case.id, actor=kit.officer(SIGNERS[permit_type.code]))


@pytest.fixture(scope="module")
def letters(kit):
    """The signed letter of each open type, and its text."""
    found = {}
    for permit_type in open_types():
        permit = issued(kit, permit_type)
        with kit.office.permits.open_pdf(permit.id, actor=HOST) as file:
            pdf = file.read()
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
        found[permit_type.code] = permit, pdf, "".join(text.split())
    return found


def test_every_open_type_gives_a_letter(letters):
    """Nine types are open, each is signed by whom its delegation names."""
    assert set(SIGNERS) == set(letters)


@pytest.mark.parametrize("code", sorted(SIGNERS))
def test_every_letter_says_that_it_is_an_example(letters, authority, code):
    """The sentence stands in the text of the letter."""
    assert "".join(authority.example.id.split()) in letters[code][2]


def test_the_letter_of_another_office_stands_under_its_own_name(letters, authority):
    """The Transport Office signs and heads its own permit; the agency's letterhead stands over the Health Office's."""
    transport = authority.unit("dishub").name_on(date(2026, 6, 2)).name.id.upper()
    agency = authority.unit("bppm").name_on(date(2026, 6, 2)).name.id.upper()

    assert "".join(transport.split()) in letters["jasa-titipan"][2].upper()
    assert "".join(agency.split()) in letters["depot-air-minum"][2].upper()


def test_three_recommendations_are_quoted_with_their_numbers(kit, letters):
    """Each office counts its own recommendations."""
    text = letters["mineral-bukan-logam"][2]

    assert "660.1/001/Rekom/BLH/" in text
    assert "522/001/Rekom/DPKP/" in text
    assert "620/00" in text


def test_the_clock_of_the_office_is_wita(authority):
    """Eight hours ahead of UTC: the day begins an hour before it does in Blitar."""
    assert "Asia/Makassar" == str(authority.calendar.time_zone.zone)


def test_every_message_says_that_it_is_an_example(kit, letters, authority):
    """The sentence closes each letter to the applicant."""
    assert letters
    kit.office.worker.run_once()

    assert kit.mail.sent
    assert all(authority.example.id in message.body for message in kit.mail.sent.values())


def test_the_mayor_decides_about_what_he_signed_though_the_agency_worked_on_it(kit, letters):
    """His unit is a signing unit; the agency's head has no delegation for it."""
    permit = letters["minuman-beralkohol"][0]
    reasons = {"reason": "Melanggar", "legal_basis": "Perda Kota Bontang 27/2002"}

    with pytest.raises(WorkflowError) as refusal:
        kit.office.permits.revoke(permit.id, actor=kit.officer("kepala-bppm"), **reasons)
    revoked = kit.office.permits.revoke(permit.id, actor=kit.officer("wali-kota"), **reasons)

    assert "delegation-missing" == refusal.value.code
    assert "revoked" == revoked.status

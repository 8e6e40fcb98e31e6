"""Permits that the service signed, from the draft to the report of a checker; in both generations."""

from __future__ import annotations

import pytest
from perizinan_bsre import Generation

from perizinan_core.published import NO_STATUS
from perizinan_core.signing import SigningRequest
from perizinan_core.testing import HOST, MORNING, sample_office
from perizinan_core.verification import Verdict, verify_permit
from perizinan_core.verification.signatures import verify_signatures

BOTH = pytest.mark.parametrize(
    ("generation", "level", "said"),
    [(Generation.V2, "B-T", False), (Generation.V1, "PKCS7-T", True)],
    ids=["v2", "v1"],
)


@BOTH
def test_a_permit_is_issued_and_a_checker_is_told_of_which_form_it_is(service, generation, level, said):
    """The older form is accepted because the register knows the key; it is never called a level of PAdES."""
    kit = sample_office(
        clock=service.clock, roots=service.stamps.roots, signers={"kepala": service.signer(generation)}
    )
    certificate = next(iter(service.keys.values())).certificate
    kit.office.publication.bind("kepala", certificate, first_day=MORNING.date(), actor=HOST)
    case = kit.submit()
    kit.review(case.id)
    permit = kit.issue(case.id)
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as stored:
        signed = stored.read()
    report = verify_permit(
        signed, authority=kit.office.publication.document(kit.clock()), at=kit.clock(), status=NO_STATUS
    )

    assert 1 == service.asked
    assert (Verdict.VALID, level) == (report.verdict, report.signatures[0].level)
    assert said is ("certificate-not-named" in {reason.code for reason in report.reasons})
    assert report.signatures[0].trusted_time is not None


def test_a_permit_that_the_office_seals_is_shown_as_sealed(service):
    """Where a rule lets the office itself issue: the register knows the certificate, a checker reads whose it is."""
    kit = sample_office(clock=service.clock, roots=service.stamps.roots, signers={"kepala": service.sealer()})
    kit.office.publication.bind("kepala", service.seal_key.certificate, first_day=MORNING.date(), actor=HOST)
    case = kit.submit()
    kit.review(case.id)
    permit = kit.issue(case.id)
    with kit.office.permits.open_pdf(permit.id, actor=HOST) as stored:
        sealed = stored.read()
    report = verify_permit(
        sealed, authority=kit.office.publication.document(kit.clock()), at=kit.clock(), status=NO_STATUS
    )

    assert (1, Verdict.VALID) == (service.asked, report.verdict)
    assert ("Segel Kota Contoh (PENGEMBANGAN)", "kepala") == (
        report.signatures[0].signer,
        report.signatures[0].position,
    )
    assert "O=Pemerintah Kota Contoh" in report.signatures[0].chain[0]


@BOTH
def test_two_officers_sign_one_letter_in_sequence(service, letter, generation, level, said):
    """Each with a call of their own; the second leaves what the first signed as it is."""
    request = SigningRequest(signed_at=MORNING)
    first = service.signer(generation).sign_document(letter, request)
    both = service.signer(generation, nik=service.other_nik).sign_document(first, request)
    report = verify_signatures(both, roots=service.stamps.roots, at=MORNING)

    assert both.startswith(first)
    assert 2 == service.asked
    assert [level, level] == [item.level for item in report.signatures]
    assert ["TOTAL_PASSED"] * 2 == [item.indication.value for item in report.signatures]
    assert said is ("certificate-not-named" in {reason.code for reason in report.reasons})
    assert Verdict.VALID is report.verdict

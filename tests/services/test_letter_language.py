"""The office's language reaches the letter."""

from __future__ import annotations

import pytest

from perizinan_core._pdf._structure import PdfStructure
from perizinan_core.published import read_authority_document
from perizinan_core.testing._offices import APPLICANT, sample_office
from perizinan_core.verification import Verdict, verify_permit
from perizinan_core.verification._pdf._text import printed_text


@pytest.mark.parametrize(
    ("language", "words", "others"),
    [("id", "2 Maret 2026", "Signed"), ("en", "2 March 2026", "Ditandatangani")],
)
def test_a_letter_is_written_in_the_language_of_the_office(language, words, others):
    """Labels and dates; it is issued, and valid for those who check it."""
    kit = sample_office(language=language)
    permit = kit.permit()
    with kit.office.permits.open_pdf(permit.id, actor=APPLICANT) as stream:
        pdf = stream.read()
    text = printed_text(PdfStructure(pdf))
    document = read_authority_document(kit.office.publication.authority_json())
    report = verify_permit(pdf, authority=document, status=kit.office.status, at=kit.clock())

    assert Verdict.VALID is report.verdict
    assert words in text
    assert others not in text

"""What a sentence tells an applicant to do: named for every refusal, tried, and never the end of a signature."""

import importlib.util
import re
from pathlib import Path

import pytest

from perizinan_core.documents import FINDINGS, REMEDIES, Severity, finding
from perizinan_core.documents._findings import for_signed

TABLE = Path(__file__).parents[1] / "remedies" / "table.py"
SIGNATURE_ENDS_WITH = re.compile(
    r"\b(print|save|scan|photograph|export|cetak|simpan|pindai|foto|ekspor)", re.IGNORECASE
)
NAMES_A_PROGRAM = re.compile(r"\b(print|save|export) ", re.IGNORECASE)
JUDGED = [code for code, (severity, _) in FINDINGS.items() if severity is not Severity.NOTE]


@pytest.fixture(scope="module")
def table():
    """The table that ``make test-remedies`` runs."""
    spec = importlib.util.spec_from_file_location("remedies_table", TABLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_refusal_is_in_the_table_once(table):
    """Either its remedy is tried with real programs, or the table says why not."""
    assert set(JUDGED) == set(table.WAYS) | set(table.UNTRIED)
    assert set() == set(table.WAYS) & set(table.UNTRIED)
    assert all(len(reason) > 20 for reason in table.UNTRIED.values())


def test_what_names_a_program_is_tried(table):
    """A sentence that says print, save or export has a way in the table."""
    named = {code for code in JUDGED if NAMES_A_PROGRAM.search(REMEDIES[code])}

    assert named - set(table.WAYS) <= {"memory-limit", "office-encrypted"}


def test_every_refusal_names_a_remedy_and_notes_name_none():
    """An applicant is never left with a fault alone."""
    assert set(JUDGED) == set(REMEDIES)
    assert all(finding(code).remedy for code in JUDGED)


@pytest.mark.parametrize("code", JUDGED)
@pytest.mark.parametrize("liftable", [True, False])
@pytest.mark.parametrize("language", ["en", "id"])
def test_no_sentence_about_a_signed_document_ends_its_signature(code, liftable, language):
    """Neither print nor save nor scan; the counter only where it may accept it."""
    fields = {"limit": 1, "limit_bytes": 1, "extra_bytes": 1, "type": "application/pdf", "types": ()}
    found = for_signed(finding(code, **fields), office_may_accept=liftable)
    if found.severity is Severity.REFUSE:
        told = found.message(language)
        remedy = told.removeprefix(finding(code, **fields).message(language).split(". ")[0])

        assert not SIGNATURE_ENDS_WITH.search(remedy.replace("Save as PDF", ""))
        assert ("counter" in told or "loket" in told) is liftable


@pytest.mark.parametrize("code", ["damaged", "trailing-data", "pdf-password", "too-large", "bomb"])
def test_where_a_signature_may_not_have_been_seen_the_sentence_thinks_of_it(code):
    """The inspection ends before it knows: who holds a signed document is sent to its issuer."""
    assert "digitally signed" in finding(code).message("en")
    assert "issuer" in finding(code).message("en")

"""PDFs that nobody here made: each gets an answer, none is a permit of the test office, none costs much time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from perizinan_core.verification import Verdict

FOLDER = Path(__file__).parent / "foreign"
WRONG_ISSUER, NOT_VALID = Verdict.WRONG_ISSUER, Verdict.NOT_VALID
UNSIGNED, UNREADABLE = Verdict.UNSIGNED, Verdict.UNREADABLE
EXPECTED = {
    "certified-p1-unmodified.pdf": WRONG_ISSUER,
    "encrypted-certified-adobe-sign.pdf": NOT_VALID,
    "lta-dss-doc-timestamp.pdf": WRONG_ISSUER,
    "self-signed-expired.pdf": WRONG_ISSUER,
    "two-signatures-adobe-reader.pdf": WRONG_ISSUER,
    "update-allowed-appearance-override.pdf": WRONG_ISSUER,
    "update-sneaky-appearance-override.pdf": NOT_VALID,
    "tail-uncovered.pdf": NOT_VALID,
    "usf-placeholder-never-signed.pdf": NOT_VALID,
    "valid-pades-esscert-v1.pdf": NOT_VALID,
    "upload-circular-page-tree.pdf": UNSIGNED,
    "upload-floor-plan.pdf": UNSIGNED,
    "upload-javascript-openaction.pdf": UNSIGNED,
    "upload-password-needed.pdf": UNSIGNED,
    "upload-startxref-hopeless.pdf": UNREADABLE,
}


def test_every_file_of_the_folder_is_judged():
    """Nobody adds a file without saying what it should get."""
    assert {path.name for path in FOLDER.glob("*.pdf")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_foreign_file_gets_its_verdict(judge, name):
    """Sound signatures of strangers are the wrong issuer; forged, broken and SHA-1-bound ones are not valid."""
    start = time.perf_counter()

    assert EXPECTED[name] is judge(FOLDER / name).verdict
    assert time.perf_counter() - start < 20
